import CardCryptography
import GlobalPlatform
import ISO7816

/// The STORE DATA blocks of a personalization whose last block has not come yet. EMV CPS v1.1 §2.
///
/// The bytes of all blocks are one run of data groupings, so a grouping may span blocks. They may hold keys.
struct UnfinishedPersonalization: Equatable, Sendable {
    /// The bytes of all blocks together.
    static let bytesMax = 8_192
    /// The block number, P2 of STORE DATA, is one byte.
    static let blocksMax = 256

    private(set) var bytes = SecretBytes([])
    /// P2 of the STORE DATA that must come next; 256 when none can.
    private(set) var nextBlock = 0

    init() {}

    /// The personalization with one more block.
    ///
    /// - Throws: `6A80` for another structure than data groupings, encrypted data or a block out of turn; `6A84` beyond
    ///   ``bytesMax``.
    func adding(_ block: StoreDataCommand) throws(Refusal) -> UnfinishedPersonalization {
        guard block.structure == .dataGroupings, block.encryption == .unspecifiedOrClear else {
            throw Refusal(.incorrectData)
        }
        guard Int(block.blockNumber) == nextBlock else { throw Refusal(.incorrectData) }
        guard bytes.count + block.data.count <= Self.bytesMax else { throw Refusal(.notEnoughMemory) }
        var longer = self
        longer.bytes = bytes + SecretBytes(block.data)
        longer.nextBlock += 1
        return longer
    }

    /// The groupings that are complete so far.
    func completeGroupings() throws(Refusal) -> [DataGrouping] {
        let bytes = bytes.revealed()
        return try Self.read(Array(bytes.prefix(Self.completeLength(bytes))))
    }

    /// All groupings, after the last block.
    ///
    /// - Throws: `6A80` when the last one is truncated.
    func allGroupings() throws(Refusal) -> [DataGrouping] { try Self.read(bytes.revealed()) }

    private static func read(_ bytes: [UInt8]) throws(Refusal) -> [DataGrouping] {
        do { return try DataGrouping.sequence(bytes) } catch { throw Refusal(.incorrectData) }
    }

    /// How many of the first bytes are whole groupings: DGI (2) | length: xx below FF, or FF xx xx | data.
    private static func completeLength(_ bytes: [UInt8]) -> Int {
        var complete = 0
        while true {
            var reader = ByteReader(bytes[complete...])
            do {
                _ = try reader.uint16("data grouping identifier")
                var length = Int(try reader.byte("data grouping length"))
                if length == 0xFF { length = Int(try reader.uint16("data grouping length")) }
                _ = try reader.take(length, "data grouping")
            } catch {
                return complete
            }
            complete += reader.offset
        }
    }
}

// MARK: - State

extension UnfinishedPersonalization {
    /// next block (2) | bytes
    var stateBytes: [UInt8] { [UInt8(nextBlock >> 8), UInt8(nextBlock & 0xFF)] + bytes.revealed() }

    /// Reads ``stateBytes`` from the data object `tag`.
    init(stateBytes: [UInt8], _ tag: BERTag) throws(AppletStateError) {
        var reader = ByteReader(stateBytes)
        do { nextBlock = Int(try reader.uint16("next block")) } catch { throw .layout(tag, error) }
        bytes = SecretBytes(reader.rest())
        guard nextBlock <= Self.blocksMax, bytes.count <= Self.bytesMax else { throw .impossible(tag) }
    }
}
