/// The HTTP contract of one kind of server: its routes, and what its OpenAPI document says of them.
public struct Contract: Sendable {
    public let title: String
    public let summary: String
    /// Of the document.
    public let description: String
    public let routes: [APIRoute]

    init(title: String, summary: String, description: String, routes: [APIRoute]) {
        self.title = title
        self.summary = summary
        self.description = description
        self.routes = routes + Endpoints.open
    }

    /// What holds for every contract.
    static let commonRules = """
        Every request that changes something carries an Idempotency-Key: the same key with the same request gets the \
        same answer, the same key with another request gets 409. A member that is not described here is refused. \
        Problems (RFC 9457) are for requests that could not be tried.
        """
}

extension Contract {
    /// Of the central TSM.
    public static let centralTSM = Contract(
        title: "Seneschal", summary: "A trusted service manager: services onto secure elements, end to end.",
        description: """
            Service providers speak to /tsm/v1, operators to /operator/v1, the local agents of devices to /networks. \
            \(commonRules) A command that a card refuses is content of the answer.
            """,
        routes: Endpoints.serviceProviders + Endpoints.delegatedProviders + Endpoints.operators + Endpoints.device)

    /// Of a wallet.
    public static let wallet = Contract(
        title: "Seneschal wallet",
        summary: "Cards bound, activated, paid with and moved; one token service under them.",
        description: """
            Users' devices speak to /wallet/v1, acquirers to /acquirer/v1. \(commonRules) Requests with a password in \
            them carry none, and a payment's key is the name of its transaction.
            """,
        routes: Endpoints.wallet)

    /// Of a reference issuer.
    public static let issuer = Contract(
        title: "Seneschal reference issuer", summary: "Card accounts, real-name verification, bindings, authorization.",
        description: "Wallets, devices and the issuer's operator speak to /issuer/v1. \(commonRules)",
        routes: Endpoints.issuer)

    /// Of a payment server.
    public static let payments = Contract(
        title: "Seneschal payment server",
        summary: "One ledger, and the orders, bills and cards that move money on it.",
        description: """
            Payers' devices, sellers' terminals, merchant platforms and the operator speak to /pay/v1. \(commonRules) \
            Requests with a PIN in them carry no Idempotency-Key: what they pay is their key.
            """,
        routes: Endpoints.payments)

    /// Of a merchant platform.
    public static let merchants = Contract(
        title: "Seneschal merchant platform",
        summary: "Tags that are made and parsed, objects that are sold, offers that are shared and rewarded.",
        description: """
            Merchants, their customers' telephones, the payment server and the operator speak to /merchant/v1. \
            \(commonRules) What is signed carries no Idempotency-Key: the name in it is its key.
            """,
        routes: Endpoints.merchants)

    /// Every contract there is.
    public static let all = [centralTSM, wallet, issuer, payments, merchants]
}
