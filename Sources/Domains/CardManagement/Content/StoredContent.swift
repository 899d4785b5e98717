public import GlobalPlatform
public import ISO7816

/// What STORE DATA carries, and how. GPC v2.3.1 §11.11.2.1, Table 11-89.
public enum StoredContent: Hashable, Sendable {
    /// Blocks without a declared structure, P1 `00` and `80`.
    case unstructured([UInt8])
    /// Data objects, P1 `10` and `90`.
    case dataObjects([BERTLV])
    /// Data groupings, P1 `08` and `88`; those in `sensitive` travel encrypted under the DEK, P1 `68` and `E8`.
    case dataGroupings([DataGrouping], sensitive: Set<UInt16> = [])
}

/// One run of data of one kind, to be cut into blocks.
struct StoredRun: Equatable {
    var structure: StoreDataCommand.Structure
    var encryption: StoreDataCommand.Encryption
    var groupings: [DataGrouping]
    var bytes: [UInt8]
}

extension StoredContent {
    /// Runs of groupings that travel alike, in the order given.
    ///
    /// - Parameter encrypt: takes whole blocks of `blockLength` bytes.
    func runs(
        blockLength: Int, encrypt: ([UInt8]) throws(CardManagementError) -> [UInt8]
    ) throws(CardManagementError) -> [StoredRun] {
        switch self {
        case .unstructured(let bytes):
            return [StoredRun(structure: .unspecified, encryption: .unspecifiedOrClear, groupings: [], bytes: bytes)]
        case .dataObjects(let objects):
            return [
                StoredRun(structure: .berTLV, encryption: .unspecifiedOrClear, groupings: [], bytes: objects.bytes)
            ]
        case .dataGroupings(let groupings, let sensitive):
            var runs: [StoredRun] = []
            for grouping in groupings {
                let isSensitive = sensitive.contains(grouping.identifier)
                var carried = grouping
                if isSensitive { carried.data = try encrypt(Self.padded(grouping.data, to: blockLength)) }
                let encryption: StoreDataCommand.Encryption = isSensitive ? .encrypted : .unspecifiedOrClear
                if runs.last?.encryption == encryption {
                    runs[runs.count - 1].groupings.append(carried)
                } else {
                    runs.append(
                        StoredRun(
                            structure: .dataGroupings, encryption: encryption, groupings: [carried], bytes: []))
                }
            }
            return runs
        }
    }

    /// Keys fill whole blocks and stay as they are; other data gets `80 00 …`. EMV CPS v1.1 §5.4.
    private static func padded(_ data: [UInt8], to blockLength: Int) -> [UInt8] {
        guard data.isEmpty || data.count % blockLength != 0 else { return data }
        let zeros = blockLength - 1 - data.count % blockLength
        return data + [0x80] + [UInt8](repeating: 0, count: zeros)
    }
}

extension [StoredRun] {
    /// The STORE DATAs that carry the runs: block numbers go on, the last one has P1 b8.
    ///
    /// - Throws: ``CardManagementError/notAllowed(_:)`` beyond 256 blocks.
    func commands(blockLength: Int) throws(CardManagementError) -> [StoreDataCommand] {
        var commands: [StoreDataCommand] = []
        for run in self {
            for block in run.blocks(blockLength: blockLength) {
                commands.append(
                    StoreDataCommand(
                        data: block, blockNumber: UInt8(truncatingIfNeeded: commands.count), isLastBlock: false,
                        structure: run.structure, encryption: run.encryption))
            }
        }
        guard commands.count <= 256 else {
            throw .notAllowed("the data needs \(commands.count) blocks, STORE DATA can number 256")
        }
        if !commands.isEmpty { commands[commands.count - 1].isLastBlock = true }
        return commands
    }
}

extension StoredRun {
    /// Whole groupings as long as they fit; one that is longer than a block spans blocks (EMV CPS v1.1 §2.1).
    fileprivate func blocks(blockLength: Int) -> [[UInt8]] {
        var blocks: [[UInt8]] = []
        var block: [UInt8] = []
        for piece in groupings.isEmpty ? [bytes] : groupings.map(\.bytes) {
            var piece = piece[...]
            if !block.isEmpty, block.count + piece.count > blockLength {
                blocks.append(block)
                block = []
            }
            while piece.count > blockLength {
                blocks.append(Array(piece.prefix(blockLength)))
                piece = piece.dropFirst(blockLength)
            }
            block += piece
        }
        if !block.isEmpty || blocks.isEmpty { blocks.append(block) }
        return blocks
    }
}
