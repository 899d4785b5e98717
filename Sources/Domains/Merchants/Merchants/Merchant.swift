public import ISO4217

/// A merchant of the platform: what payers see of it, and where its money goes.
public struct Merchant: Hashable, Sendable, Codable {
    public var id: MerchantID
    /// What payers see.
    public var name: String
    /// Its account at the payment server.
    public var payee: String
    /// Its account at the payment server that rewards are paid from; `nil` for a merchant that rewards nobody.
    public var rewardAccount: String?
    public var currency: Currency
    /// Four digits (ISO 18245).
    public var category: String
    public var state: State
    /// What it signs usage reports with, oldest first; ``keysMax`` at most.
    public var keys: [StatementKey]
    public var registeredAt: Int64

    /// Whether anything of a merchant's leads to a payment.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable { case active, suspended }

    public static let nameBytesMax = 60
    public static let accountBytesMax = 64
    public static let keysMax = 8

    public init(
        id: MerchantID, name: String, payee: String, rewardAccount: String?, currency: Currency, category: String,
        state: State, keys: [StatementKey], registeredAt: Int64
    ) {
        self.id = id
        self.name = name
        self.payee = payee
        self.rewardAccount = rewardAccount
        self.currency = currency
        self.category = category
        self.state = state
        self.keys = keys
        self.registeredAt = registeredAt
    }
}

/// A merchant as it asks to be registered.
public struct MerchantApplication: Hashable, Sendable {
    public let name: String
    public let payee: String
    public let rewardAccount: String?
    public let currency: Currency
    public let category: String
    /// What it signs usage reports with, if it signs any.
    public let key: StatementKey?

    /// - Throws: ``MerchantsError/invalid(field:reason:)`` naming the field.
    public init(
        name: String, payee: String, rewardAccount: String? = nil, currency: String, category: String,
        key: StatementKey? = nil
    ) throws(MerchantsError) {
        self.name = try legible(name, field: "name", bytesMax: Merchant.nameBytesMax)
        self.payee = try visible(payee, field: "payee", bytesMax: Merchant.accountBytesMax)
        if let rewardAccount {
            self.rewardAccount = try visible(
                rewardAccount, field: "rewardAccount", bytesMax: Merchant.accountBytesMax)
        } else {
            self.rewardAccount = nil
        }
        guard let currency = Currency(currency) else {
            throw .invalid(field: "currency", reason: "a code of ISO 4217, such as EUR")
        }
        guard category.utf8.count == 4, category.utf8.allSatisfy(isDigit) else {
            throw .invalid(field: "category", reason: "a merchant category code of ISO 18245: four digits")
        }
        self.currency = currency
        self.category = category
        self.key = key
    }
}

/// A merchant that was registered. The secret is told once.
public struct RegisteredMerchant: Hashable, Sendable, Codable {
    public var merchant: Merchant
    public var secret: String

    public init(merchant: Merchant, secret: String) {
        self.merchant = merchant
        self.secret = secret
    }
}
