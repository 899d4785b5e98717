import CardCryptography

/// What a service provider's vault holds for setting keys through the controlling authorities of cards.
struct ConfidentialSetupRing {
    /// The scalar of SK.AP.ECDSA on P-256; nothing before the first time that it is asked for.
    var signingKey: SecretBytes?
    /// `7F21`, of the key above; nothing before the authority has certified it.
    var certificate: [UInt8] = []
    var authorities: [Authority] = []
    /// The newest of a card first.
    private(set) var candidates: [Candidate] = []

    /// Whose certificates of cards are believed.
    struct Authority {
        var identifier: [UInt8]
        /// On P-256.
        var point: [UInt8]
    }

    /// A security domain on a card.
    struct CardName: Hashable {
        var securityDomain: [UInt8]
        var diversificationData: [UInt8]
    }

    /// A key set that may be on a card, and the receipt by which the card proves it.
    struct Candidate {
        var card: CardName
        var receipt: SecretBytes
        /// ENC, MAC, DEK.
        var keys: [SecretBytes]
    }

    static let keyLength = 32
    static let scalarLength = 32
    static let receiptLength = 16
    static let authoritiesMax = 16
    /// Cards with a setup under way, times attempts: more at once than a provider starts between two rotations.
    static let candidatesMax = 4_096

    func candidates(of card: CardName) -> [Candidate] { candidates.filter { $0.card == card } }

    /// Adds the newest candidate for its card, and drops the oldest beyond `limit`.
    ///
    /// - Returns: whether there was room.
    mutating func add(_ candidate: Candidate, limit: Int) -> Bool {
        var own = 0
        var kept = candidates.filter { other in
            guard other.card == candidate.card else { return true }
            own += 1
            return own < limit
        }
        guard kept.count < Self.candidatesMax else { return false }
        kept.insert(candidate, at: 0)
        candidates = kept
        return true
    }

    mutating func forget(_ card: CardName) { candidates.removeAll { $0.card == card } }

    //  scalar, or nothing | certificate, or nothing | count (2) | { identifier | point } …
    //  count (2) | { security domain | diversification data | receipt | ENC | MAC | DEK } …

    init() {}

    init(_ reader: inout SecretReader) throws(SecretDecodingError) {
        let scalar = try reader.bytes()
        guard [0, Self.scalarLength].contains(scalar.count) else { throw SecretDecodingError(offset: 0) }
        signingKey = scalar.isEmpty ? nil : scalar
        certificate = try reader.bytes().revealed()
        for _ in 0..<(try reader.integer(UInt16.self)) {
            let identifier = try reader.bytes().revealed()
            authorities.append(Authority(identifier: identifier, point: try reader.bytes().revealed()))
        }
        for _ in 0..<(try reader.integer(UInt16.self)) {
            let domain = try reader.bytes().revealed()
            let card = CardName(securityDomain: domain, diversificationData: try reader.bytes().revealed())
            let receipt = try reader.key(length: Self.receiptLength)
            var keys: [SecretBytes] = []
            for _ in 0..<3 { keys.append(try reader.key(length: Self.keyLength)) }
            candidates.append(Candidate(card: card, receipt: receipt, keys: keys))
        }
    }

    func write(to writer: inout SecretWriter) {
        writer.bytes(signingKey ?? SecretBytes([]))
        writer.bytes(SecretBytes(certificate))
        writer.integer(UInt16(authorities.count))
        for authority in authorities {
            writer.bytes(SecretBytes(authority.identifier))
            writer.bytes(SecretBytes(authority.point))
        }
        writer.integer(UInt16(candidates.count))
        for candidate in candidates {
            writer.bytes(SecretBytes(candidate.card.securityDomain))
            writer.bytes(SecretBytes(candidate.card.diversificationData))
            writer.bytes(candidate.receipt)
            for key in candidate.keys { writer.bytes(key) }
        }
    }
}
