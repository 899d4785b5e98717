public import CardCryptography
public import ISO4217

/// The payment server as a payer's device sees it: `/pay/v1`.
///
/// Requests that change something carry a key; the same key gets the same answer, and a device repeats an unsettled
/// request with the key it had.
public protocol PaymentService: Sendable {
    /// Makes an order of a platform's instruction (TAG-04, XFER).
    ///
    /// - Parameters:
    ///   - instruction: in compact form, as the platform signed it.
    ///   - amount: where the instruction leaves it to the payer.
    func makeOrder(
        of instruction: String, amount: Money?, key: String
    ) async throws(PaymentServiceError) -> PaymentOrder

    /// The operation instruction: pays an order that its payer has confirmed. The order is its key: it is paid once.
    ///
    /// - Parameters:
    ///   - confirmation: a `PayerConfirmation` in compact form.
    ///   - pin: the payment PIN, where the device has not verified its user.
    func pay(
        _ order: String, confirmation: String, pin: SecretBytes?
    ) async throws(PaymentServiceError) -> PaymentOrder

    /// An order of this payer's.
    func order(_ name: String) async throws(PaymentServiceError) -> PaymentOrder
}

/// An order, as the payment server has made it of a verified instruction.
public struct PaymentOrder: Hashable, Sendable {
    public enum State: String, Hashable, Sendable, CaseIterable {
        case open, paid, declined, expired, cancelled
    }

    public var name: String
    public var merchantName: String
    public var description: String
    public var amount: Money
    public var state: State
    /// Seconds since 1970.
    public var expiresAt: Int64

    public init(
        name: String, merchantName: String, description: String, amount: Money, state: State, expiresAt: Int64
    ) {
        self.name = name
        self.merchantName = merchantName
        self.description = description
        self.amount = amount
        self.state = state
        self.expiresAt = expiresAt
    }
}

/// Why a payment service gave no answer that can be used.
public enum PaymentServiceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It said no; `code` as in its problem documents.
    case refused(code: String, detail: String)
    /// No answer, or one that says to come again: repeat with the same key.
    case unsettled(detail: String)

    public var description: String {
        switch self {
        case .refused(let code, let detail): "\(code): \(detail)"
        case .unsettled(let detail): "not settled yet: \(detail)"
        }
    }
}
