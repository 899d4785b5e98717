public import TrustedServiceManager

extension SQLiteStore {
    public func delegationPolicies() async throws(StoreError) -> [DelegationPolicy] {
        try await readers.read { try Tables.delegationPolicies.all("ORDER BY provider", in: $0) }
    }

    public func delegationPolicy(of provider: ServiceProviderID) async throws(StoreError) -> DelegationPolicy? {
        try await readers.read { try Tables.delegationPolicies.one([provider.rawValue], in: $0) }
    }

    public func cardDelegation(
        on secureElement: SecureElementIdentifier
    ) async throws(StoreError) -> CardDelegation? {
        try await readers.read { try Tables.cardDelegations.one([secureElement.description], in: $0) }
    }

    public func delegatedContent(
        on secureElement: SecureElementIdentifier
    ) async throws(StoreError) -> [DelegatedContent] {
        try await readers.read {
            try Tables.delegatedContents.all(
                "WHERE secure_element = ? ORDER BY aid", [secureElement.description], in: $0)
        }
    }

    public func approval(_ id: ApprovalID) async throws(StoreError) -> Approval? {
        try await readers.read { try Tables.approvals.one([id.rawValue], in: $0) }
    }

    public func openApproval(on secureElement: SecureElementIdentifier) async throws(StoreError) -> Approval? {
        try await readers.read {
            try Tables.approvals.all(
                "WHERE state = 'open' AND secure_element = ? ORDER BY number DESC LIMIT 1",
                [secureElement.description], in: $0
            ).first
        }
    }

    public func approvals(limit: Int) async throws(StoreError) -> [Approval] {
        try await readers.read {
            try Tables.approvals.all("ORDER BY number DESC LIMIT ?", [Self.pageEntries(limit)], in: $0)
        }
    }
}
