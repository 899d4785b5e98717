import ISO7816
import TurnTaking

/// What a reconciliation found and did.
public struct Reconciliation: Hashable, Sendable, Codable {
    public var secureElement: SecureElementIdentifier
    /// The executions that were open and are settled now.
    public var settled: [ExecutionNumber]
    public var centralSequenceCounter: UInt32?
}

extension CentralTSM {
    /// Settles every open execution of a card by its report or by reading the card.
    public func reconcile(_ id: SecureElementIdentifier) async throws(TSMError) -> Reconciliation {
        try await turns.take(id) { () async throws(TSMError) in try await reconcileInTurn(id) }
    }

    private func reconcileInTurn(_ id: SecureElementIdentifier) async throws(TSMError) -> Reconciliation {
        var element = try await query.secureElement(id)
        let open = try await stored { () async throws(StoreError) in try await store.unsettledExecutions(on: id) }
        try await settlePending(on: id, resubmitting: [])
        let snapshot = try await read(
            CardReading(
                centralSecurityDomain: element.centralSecurityDomain.aid, securityDomain: nil, instance: nil), on: id)
        if let counter = snapshot.central.sequenceCounter, counter != element.centralSecurityDomain.sequenceCounter {
            element.centralSecurityDomain.sequenceCounter = counter
            try await commit([.updateSecureElement(element)])
        }
        return Reconciliation(
            secureElement: id, settled: open.map(\.number),
            centralSequenceCounter: snapshot.central.sequenceCounter)
    }
}
