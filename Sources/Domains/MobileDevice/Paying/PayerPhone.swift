public import CardCryptography
public import ISO4217
import Instructions
import JOSE

/// The application with which a person pays what a tag or a merchant's page asks for: no merchant's reader takes part.
///
///     let phone = PayerPhone(key: key, payments: payments, platform: platform, confirmation: confirmation)
///     let order = try await phone.order(of: reading, amount: nil)     // read, parsed, ordered
///     let paid = try await phone.pay(order)                           // shown, confirmed, paid
///
/// The platform learns what was read, the payment server learns who pays: neither gets the other's half. A request that
/// gets no answer is repeated as it was, so nothing is paid twice.
public struct PayerPhone: Sendable {
    private let key: PayerKey
    private let payments: any PaymentService
    private let platform: any MerchantPlatformService
    private let confirmation: any ConsumerConfirmation
    private let random: any RandomSource
    private let clock: AgentClock
    private let now: @Sendable () -> Int64

    /// Times that a request is sent, at most.
    public static let attemptsMax = 4
    private static let pause = Duration.milliseconds(500)

    /// - Parameter now: seconds since 1970.
    public init(
        key: PayerKey, payments: any PaymentService, platform: any MerchantPlatformService,
        confirmation: any ConsumerConfirmation, random: any RandomSource = SystemRandomSource(),
        clock: AgentClock = AgentClock(), now: @escaping @Sendable () -> Int64
    ) {
        self.key = key
        self.payments = payments
        self.platform = platform
        self.confirmation = confirmation
        self.random = random
        self.clock = clock
        self.now = now
    }

    /// An order, and the instruction that it was made of.
    public struct PendingOrder: Hashable, Sendable {
        public var order: PaymentOrder
        /// In compact form: what the payer's confirmation is over.
        public var instruction: String
    }

    // MARK: - Orders

    /// Makes an order of what a tag says (TAG-04).
    ///
    /// - Parameter amount: for a tag that leaves it to the payer.
    public func order(of reading: TagReading, amount: Money?) async throws(PayerPhoneError) -> PendingOrder {
        let nonce = newKey()
        let instruction = try await asking { () async throws(PaymentServiceError) in
            try await platform.instruction(for: reading, nonce: nonce)
        }
        return try await order(of: instruction, amount: amount)
    }

    /// Makes an order of an object that a provider has published (XFER).
    public func order(ofObject object: String, quantity: Int) async throws(PayerPhoneError) -> PendingOrder {
        let key = newKey()
        let instruction = try await asking { () async throws(PaymentServiceError) in
            try await platform.instruction(forObject: object, quantity: quantity, key: key)
        }
        return try await order(of: instruction, amount: nil)
    }

    private func order(of instruction: String, amount: Money?) async throws(PayerPhoneError) -> PendingOrder {
        let key = newKey()
        let order = try await asking { () async throws(PaymentServiceError) in
            try await payments.makeOrder(of: instruction, amount: amount, key: key)
        }
        return PendingOrder(order: order, instruction: instruction)
    }

    // MARK: - Paying

    /// Shows whom and how much, and pays when the owner agrees (XFER-01): nothing is sent before.
    ///
    /// - Parameter pin: the payment PIN, on a device that cannot verify its user.
    public func pay(_ pending: PendingOrder, pin: SecretBytes? = nil) async throws(PayerPhoneError) -> PaymentOrder {
        let order = pending.order
        guard await confirmation.confirm("Pay \(order.amount) to \(order.merchantName)") else { throw .notConfirmed }
        let word: String
        do {
            word = try key.confirmation(
                of: .order, order.name, digest: Base64URL.encode(Digest.hash(Array(pending.instruction.utf8))),
                named: newKey(), total: order.amount, userVerified: pin == nil, at: now())
        } catch {
            throw .key(reason: "\(error)")
        }
        return try await asking { () async throws(PaymentServiceError) in
            try await payments.pay(order.name, confirmation: word, pin: pin)
        }
    }

    // MARK: - Keys and repetition

    private func newKey() -> String { Base64URL.encode(random.bytes(18)) }

    /// Sends a request until it is settled, at most ``attemptsMax`` times, with whatever key is in it.
    private func asking<Value: Sendable>(
        _ request: () async throws(PaymentServiceError) -> Value
    ) async throws(PayerPhoneError) -> Value {
        var attempt = 1
        while true {
            do throws(PaymentServiceError) {
                return try await request()
            } catch {
                guard case .unsettled = error, attempt < Self.attemptsMax else { throw .service(error) }
            }
            attempt += 1
            do { try await clock.pause(Self.pause) } catch { throw .service(.unsettled(detail: "cancelled")) }
        }
    }
}

/// Why nothing was paid, or it is not known yet.
public enum PayerPhoneError: Error, Equatable, Sendable, CustomStringConvertible {
    case service(PaymentServiceError)
    /// The owner did not agree.
    case notConfirmed
    /// The device's key cannot sign.
    case key(reason: String)

    public var description: String {
        switch self {
        case .service(let error): "\(error)"
        case .notConfirmed: "the owner did not agree"
        case .key(let reason): "the device cannot sign: \(reason)"
        }
    }
}
