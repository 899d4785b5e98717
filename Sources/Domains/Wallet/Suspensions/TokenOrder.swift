import CardCryptography
import Foundation
import JOSE

/// An issuer's word to the wallet's token service about one of its cards, in whosever wallets it is.
public struct TokenOrder: Hashable, Sendable, Codable {
    /// `typ` of the header.
    public static let type = "token-order+jwt"
    public static let lifetimeSecondsMax: Int64 = 300
    public static let nameBytesMax = 128
    public static let reasonBytesMax = 128

    /// The issuer's name.
    public var iss: String
    /// The wallet's name.
    public var aud: String
    /// The issuer's own reference of the card.
    public var card: String
    public var change: CardChange
    public var reason: String
    public var iat: Int64
    public var exp: Int64
    /// Names the order: it is carried out once.
    public var jti: String

    public init(
        iss: String, aud: String, card: String, change: CardChange, reason: String, iat: Int64, exp: Int64, jti: String
    ) {
        self.iss = iss
        self.aud = aud
        self.card = card
        self.change = change
        self.reason = reason
        self.iat = iat
        self.exp = exp
        self.jti = jti
    }
}

extension CardDesk {
    /// Carries an issuer's order out, once: the same order again gets the same answer, also after it has expired.
    ///
    /// - Parameter compact: a ``TokenOrder`` signed by the issuer, in compact form.
    public func carryOut(_ compact: String) async throws(WalletError) -> CardChangeReport {
        let (order, issuer) = try signedOrder(compact)
        let authority = CardAuthority.issuer(issuer)
        let key = RequestKey(
            scope: "\(authority.name) order", key: order.jti, digest: Digest.hash(Array(compact.utf8)))
        if let answer: CardChangeReport = try await journal.answer(to: key) { return answer }
        let now = clock.now()
        guard order.iat >= 0, order.exp > now, order.iat <= now + BindingConfirmation.clockSkewSecondsMax,
            order.exp > order.iat, order.exp - order.iat <= TokenOrder.lifetimeSecondsMax
        else { throw .invalid(field: "order", reason: "it has expired, or is not good yet") }
        return try await change(
            order.change, .issuerCard(issuer, order.card), by: authority, reason: order.reason, key: key)
    }

    private func signedOrder(_ compact: String) throws(WalletError) -> (TokenOrder, IssuerName) {
        var signer: RegisteredIssuer?
        let payload: [UInt8]
        do throws(JSONWebSignatureError) {
            payload = try JSONWebSignature.verify(compact, type: TokenOrder.type) { name in
                signer = issuers.issuers.first { $0.keys[name] != nil }
                return signer?.keys[name]
            }
        } catch {
            throw .invalid(field: "order", reason: error.description)
        }
        guard let signer, let order = try? JSONDecoder().decode(TokenOrder.self, from: Data(payload)),
            order.iss == signer.name.value, order.aud == policy.walletName,
            (1...TokenOrder.nameBytesMax).contains(order.jti.utf8.count),
            order.reason.utf8.count <= TokenOrder.reasonBytesMax
        else { throw .invalid(field: "order", reason: "it is no order of its signer's to this wallet") }
        return (order, signer.name)
    }
}
