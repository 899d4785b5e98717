import EMV
import GRDB
import Issuing

/// The tables of the issuer's records; the card's stands in a file of its own.
enum IssuerTables {
    static let wallets = Table<WalletPlatform>(
        "wallet", kind: "wallet", key: ["name"], columns: ["name", "record"],
        read: {
            $0.skip()
            return try $0.json()
        },
        values: { [$0.name, try json($0)] })

    static let cardholders = Table<Cardholder>(
        "cardholder", kind: "cardholder", key: ["id"], columns: ["id", "sealed_details", "registered_at"],
        read: {
            Cardholder(
                id: try $0.identifier(), sealedDetails: try $0.bytes(), registeredAt: try $0.integer())
        },
        values: { [$0.id.rawValue, blob($0.sealedDetails), $0.registeredAt] })

    static let verifications = Table<Verification>(
        "verification", kind: "verification", key: ["id"], columns: ["id", "card", "expires_at", "record"],
        references: [.card],
        read: {
            for _ in 0..<3 { $0.skip() }
            return try $0.json()
        },
        values: { [$0.id.rawValue, $0.card.rawValue, $0.expiresAt, try json($0)] })

    static let attempts = Table<AttemptCounter>(
        "attempts", kind: "counter of attempts", key: ["subject"], columns: ["subject", "count", "started_at"],
        read: {
            AttemptCounter(subject: try $0.text(), count: try $0.number(), startedAt: try $0.integer())
        },
        values: { [$0.subject, $0.count, $0.startedAt] })

    static let recognizedUsers = Table<RecognizedUser>(
        "recognized_user", kind: "recognized user", key: ["card", "wallet", "user"],
        columns: ["card", "wallet", "user", "recognized_at"], references: [.card, .wallet],
        read: {
            RecognizedUser(card: try $0.identifier(), user: try $0.walletUser(), recognizedAt: try $0.integer())
        },
        values: { [$0.card.rawValue, $0.user.wallet, $0.user.user, $0.recognizedAt] })

    static let pendingMessages = Table<PendingMessage>(
        "pending_message", kind: "pending message", key: ["verification"],
        columns: ["verification", "sealed_message", "expires_at"],
        read: {
            PendingMessage(
                verification: try $0.identifier(), sealedMessage: try $0.bytes(), expiresAt: try $0.integer())
        },
        values: { [$0.verification.rawValue, blob($0.sealedMessage), $0.expiresAt] })

    static let bindings = Table<CardBinding>(
        "binding", kind: "binding", key: ["id"],
        columns: ["id", "card", "wallet", "user", "secure_element", "bound_at"],
        references: [.card, .wallet],
        read: {
            CardBinding(
                id: try $0.identifier(), card: try $0.identifier(), user: try $0.walletUser(),
                secureElement: try $0.text(), boundAt: try $0.integer())
        },
        values: {
            [$0.id.rawValue, $0.card.rawValue, $0.user.wallet, $0.user.user, $0.secureElement, $0.boundAt]
        })

    static let usedAssertions = Table<UsedAssertion>(
        "used_assertion", kind: "assertion", key: ["wallet", "name"],
        columns: ["wallet", "name", "purpose", "expires_at"], references: [.wallet],
        read: {
            UsedAssertion(
                wallet: try $0.text(), name: try $0.text(), purpose: try $0.text(), expiresAt: try $0.integer())
        },
        values: { [$0.wallet, $0.name, $0.purpose, $0.expiresAt] })

    /// The last counter of one token.
    struct TokenCounter {
        var card: CardAccountReference
        var token: String
        var counter: Int
    }

    static let tokenCounters = Table<TokenCounter>(
        "token_counter", kind: "token", key: ["card", "token"], columns: ["card", "token", "counter"],
        references: [.card],
        read: { TokenCounter(card: try $0.identifier(), token: try $0.text(), counter: try $0.number()) },
        values: { [$0.card.rawValue, $0.token, $0.counter] })

    static let transactions = Table<PaymentTransaction>(
        "payment_transaction", kind: "transaction", key: ["wallet", "name"],
        columns: ["wallet", "name", "card", "answered_at", "record"],
        read: {
            for _ in 0..<4 { $0.skip() }
            return try $0.json()
        },
        values: { [$0.name.wallet, $0.name.transaction, $0.card?.rawValue, $0.answeredAt, try json($0)] })

    static let keptAnswers = Table<KeptAnswer>(
        "kept_answer", kind: "kept answer", key: ["scope", "key"],
        columns: ["scope", "key", "request_digest", "sealed_answer", "created_at"],
        read: {
            KeptAnswer(
                scope: try $0.text(), key: try $0.text(), requestDigest: try $0.bytes(), sealedAnswer: try $0.bytes(),
                createdAt: try $0.integer())
        },
        values: { [$0.scope, $0.key, blob($0.requestDigest), blob($0.sealedAnswer), $0.createdAt] })

    static let credentials = Table<IssuerCredential>(
        "credential", kind: "credential", key: ["digest"],
        columns: ["digest", "holder_kind", "holder", "created_at", "revoked_at"],
        read: {
            IssuerCredential(
                digest: try $0.bytes(), holder: try $0.issuerCredentialHolder(), createdAt: try $0.integer(),
                revokedAt: try $0.optionalInteger())
        },
        values: { [blob($0.digest), $0.holder.parts.kind, $0.holder.parts.name, $0.createdAt, $0.revokedAt] })

    static let auditEntries = Table<IssuerAuditEntry>(
        "audit_entry", kind: "audit entry", key: ["number"], columns: ["at", "actor", "action", "card", "detail"],
        read: {
            IssuerAuditEntry(
                at: try $0.integer(), actor: try $0.text(), action: try $0.text(), card: try $0.optionalIdentifier(),
                detail: try $0.text())
        },
        values: { [$0.at, $0.actor, $0.action, $0.card?.rawValue, $0.detail] })
}

extension Table.Reference {
    fileprivate static var card: Self { .init(kind: "card", table: "card", key: "reference", column: "card") }
    fileprivate static var wallet: Self { .init(kind: "wallet", table: "wallet", key: "name", column: "wallet") }
}

extension RowReader {
    mutating func identifier<Identifier: IssuingIdentifier>() throws -> Identifier {
        guard let identifier = Identifier(rawValue: try text()) else {
            return try made { throw RecordError.failed("no identifier") }
        }
        return identifier
    }

    mutating func optionalIdentifier<Identifier: IssuingIdentifier>() throws -> Identifier? {
        try optionalText().flatMap { Identifier(rawValue: $0) }
    }

    /// wallet (text) | user (text)
    mutating func walletUser() throws -> WalletUser {
        let (wallet, user) = (try text(), try text())
        return try made { try WalletUser(wallet: wallet, user: user) }
    }

    fileprivate mutating func issuerCredentialHolder() throws -> IssuerCredential.Holder {
        let (kind, name) = (try text(), try text())
        switch kind {
        case "wallet": return .wallet(name: name)
        case "operator": return .operator(name: name)
        default: throw RecordError.failed("table credential, column holder_kind: the value cannot be read")
        }
    }
}

extension IssuerCredential.Holder {
    /// Kind and name, as their columns hold them.
    var parts: (kind: String, name: String) {
        switch self {
        case .wallet(let name): ("wallet", name)
        case .operator(let name): ("operator", name)
        }
    }
}
