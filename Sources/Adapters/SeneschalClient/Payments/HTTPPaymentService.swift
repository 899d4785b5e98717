public import CardCryptography
public import ISO4217
public import MobileDevice
import SeneschalAPI

/// A payment server over HTTP, for a payer's device: `/pay/v1`.
public struct HTTPPaymentService: PaymentService {
    private let client: SeneschalClient

    /// - Parameter client: with the payer's credential.
    public init(_ client: SeneschalClient) { self.client = client }

    public func makeOrder(
        of instruction: String, amount: Money?, key: String
    ) async throws(PaymentServiceError) -> PaymentOrder {
        try await asked { () async throws(SeneschalClientError) in
            try await client.send(
                Endpoints.makeOrder, .init(instruction: instruction, amount: amount.map { Int($0.minorUnits) }),
                idempotencyKey: key)
        }.order()
    }

    public func pay(
        _ order: String, confirmation: String, pin: SecretBytes?
    ) async throws(PaymentServiceError) -> PaymentOrder {
        let pin = pin.map { String(decoding: $0.revealed(), as: UTF8.self) }
        return try await asked { () async throws(SeneschalClientError) in
            try await client.send(
                Endpoints.payOrder, .init(confirmation: confirmation, pin: pin), ["order": order])
        }.order()
    }

    public func order(_ name: String) async throws(PaymentServiceError) -> PaymentOrder {
        try await asked { () async throws(SeneschalClientError) in
            try await client.send(Endpoints.getOrder, NoBody(), ["order": name])
        }.order()
    }

    private func asked<Answer>(
        _ request: () async throws(SeneschalClientError) -> Answer
    ) async throws(PaymentServiceError) -> Answer {
        do throws(SeneschalClientError) { return try await request() } catch { throw PaymentServiceError(error) }
    }
}

extension API.PaymentOrder {
    fileprivate func order() throws(PaymentServiceError) -> PaymentOrder {
        guard let currency = Currency(currency) else {
            throw .refused(code: "malformedAnswer", detail: "the order's currency is not in ISO 4217")
        }
        return PaymentOrder(
            name: order, merchantName: merchantName, description: description,
            amount: Money(minorUnits: Int64(amount), currency: currency), state: state.order,
            expiresAt: expiresAt.secondsSince1970)
    }
}

extension API.PaymentOrderState {
    fileprivate var order: PaymentOrder.State {
        switch self {
        case .open: .open
        case .paid: .paid
        case .declined: .declined
        case .expired: .expired
        case .cancelled: .cancelled
        }
    }
}

extension PaymentServiceError {
    /// Only what the server has understood and refused did certainly not happen.
    init(_ error: SeneschalClientError) {
        switch error {
        case .problem(let problem) where problem.code == .tooManyTries:
            self = .refused(code: problem.code.rawValue, detail: "\(problem)")
        case .problem(let problem) where problem.code.retryAfterSeconds != nil || problem.code == .internal:
            self = .unsettled(detail: "\(problem)")
        case .problem(let problem): self = .refused(code: problem.code.rawValue, detail: "\(problem)")
        case .unreachable: self = .unsettled(detail: error.description)
        case .malformedAnswer, .invalidServer: self = .refused(code: "malformedAnswer", detail: error.description)
        }
    }
}
