import ISO7816
import TrustedServiceManager

// Delegated management: records kept whole, beside what they are looked up by.

extension Tables {
    static let delegationPolicies = Table<DelegationPolicy>(
        "delegation_policy", kind: "delegation policy", key: ["provider"], columns: ["provider", "record"],
        references: [.provider],
        read: {
            $0.skip()
            return try $0.json()
        },
        values: { [$0.provider.rawValue, try json($0)] })

    static let cardDelegations = Table<CardDelegation>(
        "card_delegation", kind: "card delegation", key: ["secure_element"], columns: ["secure_element", "record"],
        references: [.secureElement],
        read: {
            $0.skip()
            return try $0.json()
        },
        values: { [$0.secureElement.description, try json($0)] })

    static let delegatedContents = Table<DelegatedContent>(
        "delegated_content", kind: "delegated content", key: ["secure_element", "aid"],
        columns: ["secure_element", "aid", "provider", "record"], references: [.secureElement, .provider],
        read: {
            for _ in 0..<3 { $0.skip() }
            return try $0.json()
        },
        values: { [$0.secureElement.description, blob($0.aid.bytes), $0.provider.rawValue, try json($0)] })

    static let approvals = Table<Approval>(
        "approval", kind: "approval", key: ["id"],
        columns: ["id", "secure_element", "provider", "state", "record"], references: [.secureElement, .provider],
        read: {
            for _ in 0..<4 { $0.skip() }
            return try $0.json()
        },
        values: {
            [
                $0.id.rawValue, $0.secureElement.description, $0.provider.rawValue, $0.state.rawValue,
                try json($0),
            ]
        })
}
