import Foundation
import GRDB
import TrustedServiceManager

/// The tables of small or whole records; the larger ones stand in files of their own.
enum Tables {
    static let mobileNetworks = Table<MobileNetworkRecord>(
        "mobile_network", kind: "mobile network", key: ["name"], columns: ["name"],
        read: { MobileNetworkRecord(name: try $0.text()) },
        values: { [$0.name] })

    static let serviceProviders = Table<ServiceProviderRecord>(
        "service_provider", kind: "service provider", key: ["id"],
        columns: ["id", "name", "temporary_master_key", "transport_key", "number", "registered_at"],
        read: {
            ServiceProviderRecord(
                id: ServiceProviderID(rawValue: try $0.text()), name: try $0.text(),
                temporaryMasterKey: MasterKeyIndex(rawValue: try $0.number()), transportKey: try $0.text(),
                number: try $0.number(), registeredAt: try $0.integer())
        },
        values: {
            [
                $0.id.rawValue, $0.name, $0.temporaryMasterKey.rawValue, $0.transportKey, Int64($0.number),
                $0.registeredAt,
            ]
        })

    static let cardBatches = Table<CardBatchRecord>(
        "card_batch", kind: "card batch", key: ["master_key"], columns: ["master_key", "label", "created_at"],
        read: {
            CardBatchRecord(
                masterKey: MasterKeyIndex(rawValue: try $0.number()), label: try $0.text(),
                createdAt: try $0.integer())
        },
        values: { [$0.masterKey.rawValue, $0.label, $0.createdAt] })

    static let services = Table<ServiceDefinition>(
        "service", kind: "service", key: ["number", "version"], columns: ["number", "version", "record"],
        read: {
            _ = (try $0.integer(), try $0.text())
            return try $0.json()
        },
        values: { [$0.identifier.number, $0.identifier.version, try json($0)] })

    static let subscriptions = Table<SubscriptionRecord>(
        "subscription", kind: "subscription", key: ["kind", "value"], columns: ["kind", "value", "secure_element"],
        references: [.secureElement],
        read: { row in
            let kind = try row.choice(MobileSubscriptionIdentifier.Kind.self)
            let value = try row.text()
            return SubscriptionRecord(
                msi: try row.made { try MobileSubscriptionIdentifier(kind: kind, value: value) },
                secureElement: try row.secureElementIdentifier())
        },
        values: { [$0.msi.kind.rawValue, $0.msi.value, $0.secureElement.description] })

    static let communications = Table<Communication>(
        "communication", kind: "communication", key: ["id"],
        columns: ["id", "secure_element", "provider", "record"],
        references: [.secureElement, .provider],
        read: {
            _ = (try $0.text(), try $0.text(), try $0.text())
            return try $0.json()
        },
        values: { [$0.id.rawValue, $0.secureElement.description, $0.provider.rawValue, try json($0)] })

    static let auditEntries = Table<AuditEntry>(
        "audit_entry", kind: "audit entry", key: ["number"],
        columns: ["at", "actor", "action", "secure_element", "detail"],
        read: {
            AuditEntry(
                at: try $0.integer(), actor: try $0.text(), action: try $0.text(),
                secureElement: try $0.optionalSecureElementIdentifier(), detail: try $0.text())
        },
        values: { [$0.at, $0.actor, $0.action, $0.secureElement?.description, $0.detail] })

    static let credentials = Table<CredentialRecord>(
        "credential", kind: "credential", key: ["digest"],
        columns: ["digest", "holder_kind", "holder", "created_at", "revoked_at"],
        read: {
            CredentialRecord(
                digest: try $0.bytes(), holder: try $0.credentialHolder(), createdAt: try $0.integer(),
                revokedAt: try $0.optionalInteger())
        },
        values: { [blob($0.digest)] + $0.holder.columns + [$0.createdAt, $0.revokedAt] })
}

extension Table.Reference {
    static var secureElement: Self {
        .init(kind: "secure element", table: "secure_element", key: "id", column: "secure_element")
    }
    static var provider: Self {
        .init(kind: "service provider", table: "service_provider", key: "id", column: "provider")
    }
}

/// A record as JSON text, keys in order so that equal records are equal texts.
func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}

extension RowReader {
    mutating func secureElementIdentifier() throws -> SecureElementIdentifier {
        let text = try text()
        return try made { try SecureElementIdentifier(stored: text) }
    }

    mutating func optionalSecureElementIdentifier() throws -> SecureElementIdentifier? {
        guard let text = try optionalText() else { return nil }
        return try made { try SecureElementIdentifier(stored: text) }
    }

    fileprivate mutating func credentialHolder() throws -> CredentialRecord.Holder {
        let (kind, name) = (try text(), try text())
        switch kind {
        case "serviceProvider": return .serviceProvider(ServiceProviderID(rawValue: name))
        case "operator": return .operator(name: name)
        case "agent": return .agent(try made { try SecureElementIdentifier(stored: name) })
        default: throw RecordError.failed("table credential, column holder_kind: the value cannot be read")
        }
    }
}

extension CredentialRecord.Holder {
    fileprivate var columns: [Column] {
        switch self {
        case .serviceProvider(let id): ["serviceProvider", id.rawValue]
        case .operator(let name): ["operator", name]
        case .agent(let secureElement): ["agent", secureElement.description]
        }
    }
}

extension SecureElementIdentifier {
    /// Reads `kind:value`, as ``description`` writes it.
    fileprivate init(stored text: String) throws(DirectoryValueError) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else {
            throw DirectoryValueError(field: "secure_element", reason: "not kind:value")
        }
        try self.init(kind: kind, value: String(parts[1]))
    }
}
