import ISO7816

/// A Data Grouping Identifier and its data, the unit of personalization. EMV CPS v1.1 §2; GPC v2.3.1 §11.11.2.3.
///
///     DGI (2) | length: xx below FF, or FF xx xx | data
public struct DataGrouping: Hashable, Sendable {
    public var identifier: UInt16
    public var data: [UInt8]

    public static let dataLengthMax = 65_535

    public init(_ identifier: UInt16, _ data: [UInt8]) {
        precondition(data.count <= Self.dataLengthMax, "a data grouping holds 65 535 bytes at most")
        self.identifier = identifier
        self.data = data
    }

    public var bytes: [UInt8] {
        let length = data.count < 0xFF ? [UInt8(data.count)] : [0xFF, UInt8(data.count >> 8), UInt8(data.count & 0xFF)]
        return [UInt8(identifier >> 8), UInt8(identifier & 0xFF)] + length + data
    }

    /// Reads data groupings until the bytes are used up.
    ///
    /// - Throws: ``CommandDecodingError/layout(_:)``.
    public static func sequence(_ bytes: [UInt8]) throws(CommandDecodingError) -> [DataGrouping] {
        var reader = CommandDataReader(bytes)
        var groupings: [DataGrouping] = []
        while !reader.isAtEnd {
            let identifier = try reader.take(2, "data grouping identifier")
            let first = try reader.byte("data grouping length")
            var length = Int(first)
            if first == 0xFF {
                let long = try reader.take(2, "data grouping length")
                length = Int(long[0]) << 8 | Int(long[1])
            }
            groupings.append(
                DataGrouping(
                    UInt16(identifier[0]) << 8 | UInt16(identifier[1]), try reader.take(length, "data grouping")))
        }
        return groupings
    }
}

extension StoreDataCommand {
    /// The commands that carry `groupings` in order: each block is filled with whole groupings; a grouping longer than a
    /// block spans blocks (EMV CPS §2.1). The last has P1 b8.
    public static func blocks(
        of groupings: [DataGrouping], blockLength: Int = LoadCommand.blockLengthMax
    ) -> [StoreDataCommand] {
        precondition((1...255).contains(blockLength), "a short APDU carries 1 to 255 bytes")
        var blocks: [[UInt8]] = []
        var block: [UInt8] = []
        for grouping in groupings {
            var bytes = grouping.bytes[...]
            if !block.isEmpty, block.count + bytes.count > blockLength {
                blocks.append(block)
                block = []
            }
            while bytes.count > blockLength {
                blocks.append(Array(bytes.prefix(blockLength)))
                bytes = bytes.dropFirst(blockLength)
            }
            block += bytes
        }
        if !block.isEmpty || blocks.isEmpty { blocks.append(block) }
        precondition(blocks.count <= 256, "the block number is one byte")
        return blocks.enumerated().map { index, data in
            StoreDataCommand(data: data, blockNumber: UInt8(index), isLastBlock: index == blocks.count - 1)
        }
    }
}
