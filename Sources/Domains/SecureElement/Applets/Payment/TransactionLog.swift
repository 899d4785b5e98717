import EMV
import ISO7816

/// The last transactions of a payment Application, the newest first: each the values of a list of data objects, without
/// tags. EMV Book 3, Annex D.
struct TransactionLog: Equatable, Sendable {
    static let entriesMax = 10
    /// The file that the entries are read from; tag 9F4D names it and the number of entries.
    static let shortFileIdentifier: UInt8 = 0x0B

    /// What stands in an entry (tag 9F4F).
    let format: DataObjectList
    private(set) var entries: [[UInt8]] = []

    init(format: DataObjectList) { self.format = format }

    /// Tag 9F4D: file and number of entries.
    static var entryPointer: BERTLV { BERTLV(.logEntry, [shortFileIdentifier, UInt8(entriesMax)]) }

    /// Adds a transaction; the oldest goes when there are too many.
    mutating func add(_ objects: [BERTag: [UInt8]]) {
        entries = [format.values(from: objects)] + entries.prefix(Self.entriesMax - 1)
    }

    /// The entry with a record number, 1 for the newest.
    func entry(_ number: UInt8) -> [UInt8]? {
        (1...entries.count + 1).contains(Int(number)) && Int(number) <= entries.count
            ? entries[Int(number) - 1] : nil
    }

    /// The entries one after the other.
    var stateBytes: [UInt8] { entries.flatMap { $0 } }

    /// Reads ``stateBytes`` from the data object `tag`.
    init(format: DataObjectList, stateBytes: [UInt8], _ tag: BERTag) throws(AppletStateError) {
        self.format = format
        let length = format.totalLength
        guard length > 0, stateBytes.count % length == 0, stateBytes.count / length <= Self.entriesMax else {
            throw .impossible(tag)
        }
        entries = stride(from: 0, to: stateBytes.count, by: length).map { Array(stateBytes[$0..<$0 + length]) }
    }
}
