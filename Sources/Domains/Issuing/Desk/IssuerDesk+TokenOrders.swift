import CardCryptography
import ISO7816

/// The issuer's word to a wallet's token service about one of its cards, in whosever wallets it is.
public struct TokenOrderClaims: Hashable, Sendable, Codable {
    public static let type = "token-order+jwt"
    /// How long it takes to hand it over.
    public static let lifetimeSeconds: Int64 = 300
    public static let reasonBytesMax = 128

    public enum Change: String, Hashable, Sendable, Codable, CaseIterable { case suspend, resume, delete }

    /// The issuer's name.
    public var iss: String
    /// The wallet's name.
    public var aud: String
    public var card: String
    public var change: Change
    public var reason: String
    public var iat: Int64
    public var exp: Int64
    /// Names the order.
    public var jti: String
}

extension IssuerDesk {
    /// Signs what a wallet's token service is to do with a card's tokens. The issuer's own account of the card stays as it
    /// is: the plastic card may go on paying, or may be blocked by itself.
    ///
    /// - Returns: ``TokenOrderClaims`` in compact form, for the wallet.
    public func tokenOrder(
        _ change: TokenOrderClaims.Change, of reference: CardAccountReference, for wallet: String, reason: String,
        _ requester: IssuerRequester
    ) async throws(IssuingError) -> String {
        guard reason.utf8.count <= TokenOrderClaims.reasonBytesMax else {
            throw .invalid(field: "reason", reason: "\(TokenOrderClaims.reasonBytesMax) bytes at most")
        }
        return try await issuer.once(
            requester, "token.order", fields: [change.rawValue, reference.rawValue, wallet, reason]
        ) { records, now throws(IssuingError) in
            guard try records.card(reference) != nil else { throw .notFound(field: "card", reason: "no such card") }
            guard try records.wallets().contains(where: { $0.name == wallet }) else {
                throw .notFound(field: "wallet", reason: "no wallet of this name is registered")
            }
            let claims = TokenOrderClaims(
                iss: issuer.profile.name, aud: wallet, card: reference.rawValue, change: change, reason: reason,
                iat: now, exp: now + TokenOrderClaims.lifetimeSeconds, jti: issuer.random.bytes(16).hex.lowercased())
            return CardIssuer.Done(
                try issuer.keys.sign(try payload(claims), type: TokenOrderClaims.type), card: reference,
                detail: "\(change.rawValue) for \(wallet)")
        }
    }
}
