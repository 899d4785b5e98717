import ISO4217
import Instructions

/// What a platform is told of an order, as the outbox keeps it: signed when it is sent, however late that is.
struct OrderResult: Hashable, Sendable, Codable {
    var instruction: String
    var state: PaymentResult.State
    var order: OrderID
    var amount: Int64
    var currency: Currency
    var at: Int64

    /// The statement; `name` is its own, so that the platform knows one that comes twice.
    func statement(_ name: String, from server: PartyName, to platform: String, at now: Int64) -> PaymentResult {
        PaymentResult(
            iss: server.value, aud: platform, jti: name, iat: now,
            exp: now + PaymentResult.lifetimeSecondsMax, instruction: instruction, state: state, order: order.rawValue,
            amount: amount, currency: currency, at: at)
    }
}
