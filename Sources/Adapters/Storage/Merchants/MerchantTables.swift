import GRDB
import Instructions
import Merchants

/// The tables of the merchant platform's records; those of offers and rewards stand in a file of their own.
enum MerchantTables {
    static let merchants = Table<Merchant>(
        "merchant", kind: "merchant", key: ["id"], columns: ["id", "record"],
        read: { try $0.json(after: 1) }, values: { [$0.id.rawValue, try json($0)] })

    static let tags = Table<PayTag>(
        "pay_tag", kind: "tag", key: ["reference"], columns: ["reference", "tag_id", "merchant", "record"],
        references: [.merchant],
        read: { try $0.json(after: 3) },
        values: { [$0.reference.rawValue, blob($0.tagID), $0.merchant.rawValue, try json($0)] })

    static let objects = Table<TargetObject>(
        "target_object", kind: "object", key: ["id"], columns: ["id", "merchant", "stock", "record"],
        references: [.merchant],
        read: { try $0.json(after: 3) },
        values: { [$0.id.rawValue, $0.merchant.rawValue, $0.stock, try json($0)] })

    static let users = Table<PlatformUser>(
        "platform_user", kind: "user", key: ["id"], columns: ["id", "name", "reward_account", "registered_at"],
        read: {
            PlatformUser(
                id: try $0.merchantsIdentifier(), name: try $0.text(), rewardAccount: try $0.optionalText(),
                registeredAt: try $0.integer())
        },
        values: { [$0.id.rawValue, $0.name, $0.rewardAccount, $0.registeredAt] })

    static let instructions = Table<IssuedInstruction>(
        "instruction", kind: "instruction", key: ["id"],
        columns: ["id", "merchant", "reference", "user", "state", "expires_at", "record"], references: [.merchant],
        read: { try $0.json(after: 6) },
        values: {
            [
                $0.id.rawValue, $0.merchant.rawValue, $0.statement.reference, $0.order?.user.rawValue,
                $0.state.rawValue, $0.statement.exp, try json($0),
            ]
        })

    static let relations = Table<UserRelation>(
        "user_relation", kind: "relation", key: ["lower", "upper"], columns: ["lower", "upper", "record"],
        read: { try $0.json(after: 2) },
        values: { ordered($0.asking, $0.asked) + [try json($0)] })

    /// Two users, the lower name first.
    static func ordered(_ one: PlatformUserID, _ other: PlatformUserID) -> [Column] {
        [min(one.rawValue, other.rawValue), max(one.rawValue, other.rawValue)]
    }

    static let keptAnswers = Table<PlatformAnswer>(
        "kept_answer", kind: "kept answer", key: ["scope", "key"],
        columns: ["scope", "key", "request_digest", "sealed_answer", "created_at"],
        read: {
            PlatformAnswer(
                scope: try $0.text(), key: try $0.text(), requestDigest: try $0.bytes(), sealedAnswer: try $0.bytes(),
                createdAt: try $0.integer())
        },
        values: { [$0.scope, $0.key, blob($0.requestDigest), blob($0.sealedAnswer), $0.createdAt] })

    static let credentials = Table<PlatformCredential>(
        "credential", kind: "credential", key: ["digest"],
        columns: ["digest", "holder_kind", "holder", "created_at", "revoked_at"],
        read: {
            PlatformCredential(
                digest: try $0.bytes(), holder: try $0.platformCredentialHolder(), createdAt: try $0.integer(),
                revokedAt: try $0.optionalInteger())
        },
        values: { [blob($0.digest), $0.holder.parts.kind, $0.holder.parts.name, $0.createdAt, $0.revokedAt] })

    static let auditEntries = Table<PlatformAuditEntry>(
        "audit_entry", kind: "audit entry", key: ["number"], columns: ["at", "actor", "action", "detail"],
        read: {
            PlatformAuditEntry(
                at: try $0.integer(), actor: try $0.text(), action: try $0.text(), detail: try $0.text())
        },
        values: { [$0.at, $0.actor, $0.action, $0.detail] })
}

extension Table.Reference {
    static var merchant: Self { .init(kind: "merchant", table: "merchant", key: "id", column: "merchant") }
}

extension RowReader {
    /// The record that stands behind so many columns.
    mutating func json<Value: Decodable>(after columns: Int) throws -> Value {
        for _ in 0..<columns { skip() }
        return try json()
    }

    mutating func merchantsIdentifier<Name: MerchantsIdentifier>(_: Name.Type = Name.self) throws -> Name {
        try choice()
    }

    fileprivate mutating func platformCredentialHolder() throws -> PlatformCredential.Holder {
        let kind = try text()
        switch kind {
        case "operator": return .operator(name: try text())
        case "merchant": return .merchant(try merchantsIdentifier())
        case "user": return .user(try merchantsIdentifier())
        default: throw RecordError.failed("table credential, column holder_kind: the value cannot be read")
        }
    }
}

extension PlatformCredential.Holder {
    /// Kind and name, as their columns hold them.
    var parts: (kind: String, name: String) {
        switch self {
        case .operator(let name): ("operator", name)
        case .merchant(let id): ("merchant", id.rawValue)
        case .user(let id): ("user", id.rawValue)
        }
    }
}
