import ISO7816

// What an operator settles about Delegated Management.

extension OperatorDesk {
    /// Agrees what one provider may do by itself; replaces what was agreed before. Its security domains get the
    /// privilege when they are made: one that is on a card already keeps what it has.
    public func setDelegationPolicy(
        _ policy: DelegationPolicy, _ context: OperatorContext
    ) async throws(TSMError) -> DelegationPolicy {
        try await once(context, "delegation.policy \(policy.provider.rawValue)") { _ throws(TSMError) in
            let found = try await stored { () async throws(StoreError) in
                try await store.serviceProvider(policy.provider)
            }
            guard found != nil else {
                throw .notFound(field: "providerId", reason: "no service provider of this identifier is registered")
            }
            return (policy, [.putDelegationPolicy(policy)])
        }
    }

    /// Puts the keys on a card that verify tokens and make receipts.
    public func putTokenKeys(
        on id: SecureElementIdentifier, _ context: OperatorContext
    ) async throws(TSMError) -> CardDelegation {
        _ = try await query.secureElement(id)
        return try await tsm.putTokenKeys(on: id, context)
    }
}
