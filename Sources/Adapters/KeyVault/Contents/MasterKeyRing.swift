import CardCryptography
import Foundation

/// What the central TSM's vault holds: master keys and signing keys by index, and the key that seals data at rest.
struct MasterKeyRing: VaultContents {
    struct Entry {
        /// Who or what the key is for; shown to operators.
        var label: String
        /// Seconds since 1970-01-01 UTC.
        var createdAt: Int64
        var key: SecretBytes
    }

    /// AES-256.
    static let keyLength = 32
    static let entriesMax = 65_535
    static let labelBytesMax = 200

    private(set) var entries: [Int: Entry] = [:]
    /// Scalars on P-256.
    private(set) var signingKeys: [Int: Entry] = [:]
    let dataKey: SecretBytes
    /// Never given twice, even if a key is removed some day.
    private var nextIndex = 1

    static var kind: VaultHeader.Kind { .central }

    static var empty: MasterKeyRing { MasterKeyRing(dataKey: SecretBytes([])) }

    init() { self.init(dataKey: .random(count: Self.keyLength)) }

    private init(dataKey: SecretBytes) { self.dataKey = dataKey }

    /// - Returns: the index of a fresh random key.
    mutating func add(label: String, at time: Int64 = Int64(Date().timeIntervalSince1970)) -> Int {
        defer { nextIndex += 1 }
        entries[nextIndex] = Entry(label: label, createdAt: time, key: .random(count: Self.keyLength))
        return nextIndex
    }

    /// - Returns: the index of a signing key made by `key`.
    mutating func addSigningKey(
        label: String, key: SecretBytes, at time: Int64 = Int64(Date().timeIntervalSince1970)
    ) -> Int {
        defer { nextIndex += 1 }
        signingKeys[nextIndex] = Entry(label: label, createdAt: time, key: key)
        return nextIndex
    }

    //  data key | next index (4) | count (2) | { index (4) | created (8) | label | key } …
    //  | count (2) | { the same of signing keys } …     absent where there is none, as in vaults of before

    init(secret: SecretBytes) throws(SecretDecodingError) {
        var reader = SecretReader(secret)
        dataKey = try reader.key(length: Self.keyLength)
        nextIndex = Int(try reader.integer(UInt32.self))
        entries = try Self.read(&reader)
        if !reader.isAtEnd { signingKeys = try Self.read(&reader) }
        try reader.finish()
    }

    private static func read(_ reader: inout SecretReader) throws(SecretDecodingError) -> [Int: Entry] {
        var entries: [Int: Entry] = [:]
        for _ in 0..<(try reader.integer(UInt16.self)) {
            let index = Int(try reader.integer(UInt32.self))
            let createdAt = try reader.integer(Int64.self)
            let label = try reader.text()
            entries[index] = Entry(
                label: label, createdAt: createdAt, key: try reader.key(length: Self.keyLength))
        }
        return entries
    }

    var secret: SecretBytes {
        var writer = SecretWriter()
        writer.bytes(dataKey)
        writer.integer(UInt32(nextIndex))
        Self.write(entries, &writer)
        if !signingKeys.isEmpty { Self.write(signingKeys, &writer) }
        return writer.finish()
    }

    private static func write(_ entries: [Int: Entry], _ writer: inout SecretWriter) {
        writer.integer(UInt16(entries.count))
        for (index, entry) in entries.sorted(by: { $0.key < $1.key }) {
            writer.integer(UInt32(index))
            writer.integer(entry.createdAt)
            writer.text(entry.label)
            writer.bytes(entry.key)
        }
    }
}
