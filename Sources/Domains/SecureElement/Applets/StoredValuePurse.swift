import ISO7816

/// The value on a stored-value card: never more than its limit.
struct StoredValuePurse: Equatable, Sendable {
    /// ISO 4217 numeric code in BCD: 0978 is the euro.
    let currency: UInt16
    /// The largest balance, in minor units.
    let limit: UInt32
    /// In minor units.
    let balance: UInt32

    /// Reads currency (2) | limit (4) | balance (4).
    ///
    /// - Throws: ``StoredValuePurseError``.
    init(_ bytes: [UInt8]) throws(StoredValuePurseError) {
        var reader = ByteReader(bytes)
        do {
            currency = try reader.uint16("currency")
            limit = try reader.uint32("limit")
            balance = try reader.uint32("balance")
            try reader.finish()
        } catch {
            throw .layout(error)
        }
        let digits = [currency >> 12, currency >> 8 & 0xF, currency >> 4 & 0xF, currency & 0xF]
        guard digits[0] == 0, digits.allSatisfy({ $0 <= 9 }) else { throw .notACurrency(currency) }
        guard balance <= limit else { throw .balanceAboveLimit }
    }

    var bytes: [UInt8] { currency.bigEndianBytes + limit.bigEndianBytes + balance.bigEndianBytes }
}

/// Why some bytes are not a purse.
enum StoredValuePurseError: Error, Equatable {
    case layout(ByteLayoutError)
    case notACurrency(UInt16)
    case balanceAboveLimit
}

/// One change of a stored value: counter (2) | kind (1) | amount (4) | balance (4).
struct StoredValueLogEntry: Equatable, Sendable {
    enum Kind: UInt8, Sendable {
        /// Personalization set the balance.
        case balanceSet = 0x01
    }

    /// The transaction counter after the change.
    let counter: UInt16
    let kind: Kind
    let amount: UInt32
    /// The balance after the change.
    let balance: UInt32

    var bytes: [UInt8] {
        counter.bigEndianBytes + [kind.rawValue] + amount.bigEndianBytes + balance.bigEndianBytes
    }
}

extension StoredValueLogEntry {
    static let length = 11

    /// Reads one entry, or `nil` when the bytes are not one.
    init?(_ bytes: some Collection<UInt8>) {
        var reader = ByteReader(bytes)
        guard let counter = try? reader.uint16("counter"), let kind = try? Kind(rawValue: reader.byte("kind")),
            let amount = try? reader.uint32("amount"), let balance = try? reader.uint32("balance"), reader.isAtEnd
        else { return nil }
        self.init(counter: counter, kind: kind, amount: amount, balance: balance)
    }
}

extension FixedWidthInteger {
    /// The most significant byte first, as everything in ISO 7816 and GlobalPlatform.
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
