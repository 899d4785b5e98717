public import ISO4217

/// *Target object*: something that a merchant sells through the platform, without a client or a server of its own (XFER-06).
public struct TargetObject: Hashable, Sendable, Codable {
    public var id: TargetObjectID
    public var merchant: MerchantID
    public var title: String
    /// Of one, in minor units.
    public var price: Int64
    public var currency: Currency
    /// How many are left; `nil` without an end.
    public var stock: Int64?
    /// How many one order takes at most.
    public var quantityMax: Int64
    public var period: Period
    public var state: State
    public var publishedAt: Int64

    /// Whether it can be ordered.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable { case published, withdrawn }

    public static let titleBytesMax = 80
    public static let stockMax: Int64 = 1_000_000_000
    public static let quantityMaxMax: Int64 = 10_000

    public init(
        id: TargetObjectID, merchant: MerchantID, title: String, price: Int64, currency: Currency, stock: Int64?,
        quantityMax: Int64, period: Period, state: State, publishedAt: Int64
    ) {
        self.id = id
        self.merchant = merchant
        self.title = title
        self.price = price
        self.currency = currency
        self.stock = stock
        self.quantityMax = quantityMax
        self.period = period
        self.state = state
        self.publishedAt = publishedAt
    }
}

/// From one time to another, both in seconds since 1970; the end is outside.
public struct Period: Hashable, Sendable, Codable {
    public var start: Int64
    public var end: Int64

    public static let lengthSecondsMax: Int64 = 5 * 366 * 86_400
    /// 9999-12-31.
    private static let timeMax: Int64 = 253_402_214_400

    /// - Throws: ``MerchantsError/invalid(field:reason:)`` for an end that is not after the start, or one too far off.
    public init(start: Int64, end: Int64) throws(MerchantsError) {
        guard (0...Self.timeMax).contains(start), (0...Self.timeMax).contains(end), start < end,
            end - start <= Self.lengthSecondsMax
        else { throw .invalid(field: "period", reason: "the end is after the start, five years later at most") }
        self.start = start
        self.end = end
    }

    public func contains(_ time: Int64) -> Bool { start <= time && time < end }
}

/// An object as its merchant asks for it to be published.
public struct TargetObjectDraft: Hashable, Sendable {
    public let title: String
    public let price: Int64
    public let stock: Int64?
    public let quantityMax: Int64
    public let period: Period

    /// - Throws: ``MerchantsError/invalid(field:reason:)`` naming the field.
    public init(
        title: String, price: Int64, stock: Int64? = nil, quantityMax: Int64 = 10, period: Period
    ) throws(MerchantsError) {
        self.title = try legible(title, field: "title", bytesMax: TargetObject.titleBytesMax)
        guard (1...PayTag.amountMax).contains(price) else {
            throw .invalid(field: "price", reason: "1 to \(PayTag.amountMax) minor units")
        }
        if let stock, !(0...TargetObject.stockMax).contains(stock) {
            throw .invalid(field: "stock", reason: "0 to \(TargetObject.stockMax)")
        }
        guard (1...TargetObject.quantityMaxMax).contains(quantityMax) else {
            throw .invalid(field: "quantityMax", reason: "1 to \(TargetObject.quantityMaxMax)")
        }
        self.price = price
        self.stock = stock
        self.quantityMax = quantityMax
        self.period = period
    }
}

/// What a client gets for its *target object transfer request*.
public struct ObjectOrderAnswer: Hashable, Sendable, Codable {
    /// The order's number.
    public var instruction: InstructionID
    public var object: TargetObjectID
    public var merchantName: String
    public var title: String
    public var quantity: Int64
    public var amount: Money
    /// *Target object transfer instruction*: ``Instructions/PaymentInstruction``, signed.
    public var statement: String
    public var expiresAt: Int64
}
