/// What a receipt says beside the operation: which card, which of its receipts. GPC v2.3.1 Table 11-27.
///
///     02 counter (2) | length, card unique data | [ length, token identifier | [ length, token data digest ] ]
public struct ConfirmationData: Hashable, Sendable {
    /// Rises by one with every receipt of the Security Domain that makes them.
    public var counter: UInt16
    /// Identification Number and Image Number of that Security Domain, one after the other.
    public var cardUniqueData: [UInt8]
    /// The value of tag 93 of the token; empty when the token had none.
    public var tokenIdentifier: [UInt8]
    /// Some hash of what the token signed; empty when absent.
    public var tokenDataDigest: [UInt8]

    public init(
        counter: UInt16, cardUniqueData: [UInt8], tokenIdentifier: [UInt8] = [], tokenDataDigest: [UInt8] = []
    ) {
        self.counter = counter
        self.cardUniqueData = cardUniqueData
        self.tokenIdentifier = tokenIdentifier
        self.tokenDataDigest = tokenDataDigest
    }

    public var bytes: [UInt8] {
        var bytes = [0x02, UInt8(counter >> 8), UInt8(counter & 0xFF)] + Self.lengthPrefixed(cardUniqueData)
        if !tokenIdentifier.isEmpty || !tokenDataDigest.isEmpty { bytes += Self.lengthPrefixed(tokenIdentifier) }
        if !tokenDataDigest.isEmpty { bytes += Self.lengthPrefixed(tokenDataDigest) }
        return bytes
    }

    init(_ reader: inout CommandDataReader) throws(CommandDecodingError) {
        let counter = try reader.lengthPrefixed("confirmation counter")
        guard counter.count == 2 else { throw .invalid(field: "confirmation counter", value: counter) }
        self.counter = UInt16(counter[0]) << 8 | UInt16(counter[1])
        cardUniqueData = try reader.lengthPrefixed("card unique data")
        tokenIdentifier = reader.isAtEnd ? [] : try reader.lengthPrefixed("token identifier")
        tokenDataDigest = reader.isAtEnd ? [] : try reader.lengthPrefixed("token data digest")
    }

    private static func lengthPrefixed(_ value: [UInt8]) -> [UInt8] {
        precondition(value.count <= 255, "a field of the confirmation data has one length byte")
        return [UInt8(value.count)] + value
    }
}
