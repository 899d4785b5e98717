import CardCryptography

/// A cardholder as lists show it: enough for an operator to recognize it by.
public struct CardholderSummary: Hashable, Sendable, Codable {
    public var id: CardholderID
    public var name: String
    /// The last two digits of the reserved telephone number.
    public var telephoneEnding: String
    public var registeredAt: Int64
}

extension IssuerDesk {
    public func registerCardholder(
        _ details: CardholderDetails, _ requester: IssuerRequester
    ) async throws(IssuingError) -> CardholderSummary {
        let fields = [details.name, details.identityNumber, details.telephoneNumber]
        return try await issuer.once(requester, "cardholder.register", fields: fields) {
            records, now throws(IssuingError) in
            let id = CardholderID.random(issuer.random)
            let sealed = try issuer.keys.seal(details.bytes, context: "cardholder/\(id)")
            let cardholder = Cardholder(id: id, sealedDetails: sealed, registeredAt: now)
            try records.apply(.insertCardholder(cardholder))
            return CardIssuer.Done(Self.summary(cardholder, details), detail: id.rawValue)
        }
    }

    /// A page of cardholders, after `id`.
    public func cardholders(
        after id: CardholderID?, limit: Int
    ) async throws(IssuingError) -> [CardholderSummary] {
        let page = try await issuer.store.read { records throws(IssuingError) in
            try records.cardholders(after: id, limit: min(limit, Self.pageEntriesMax))
        }
        var summaries: [CardholderSummary] = []
        for cardholder in page { summaries.append(Self.summary(cardholder, try issuer.details(of: cardholder))) }
        return summaries
    }

    private static func summary(_ cardholder: Cardholder, _ details: CardholderDetails) -> CardholderSummary {
        CardholderSummary(
            id: cardholder.id, name: details.name, telephoneEnding: details.telephoneEnding,
            registeredAt: cardholder.registeredAt)
    }
}
