public import CardCryptography
import ISO7816
import TurnTaking

/// The central TSM: the one party that service providers talk to, and the one that manages secure elements.
///
/// Three modules do the work (Fig. 9): ``QueryModule`` asks the directory, ``ReceiveModule`` recognises requests,
/// ``TransmitModule`` takes commands to cards. They call each other directly or over a ``ServiceBus``.
public struct CentralTSM: Sendable {
    let store: any DirectoryStore
    let keys: any KeyService
    let clock: any WallClock
    let random: any RandomSource
    let journal: ExecutionJournal
    let query: QueryModule
    let receive: ReceiveModule
    let transmit: TransmitModule
    let link: ModuleLink
    let turns = CardTurns()
    let requestTurns = RequestTurns()

    /// - Parameter gateway: the way to the secure elements of one mobile network, by the network's name.
    public init(
        store: any DirectoryStore, keys: any KeyService, clock: any WallClock, random: any RandomSource,
        link: ModuleLink = .direct, gateway: @escaping @Sendable (String) -> (any SecureElementGateway)?
    ) {
        self.store = store
        self.keys = keys
        self.clock = clock
        self.random = random
        self.link = link
        journal = ExecutionJournal(store: store, keys: keys, clock: clock)
        query = QueryModule(store: store)
        receive = ReceiveModule(store: store, keys: keys, clock: clock)
        transmit = TransmitModule(journal: journal, keys: keys, random: random, gateway: gateway)
    }

    /// Where the remote agents record reports before they acknowledge them.
    public var reports: any ReportJournal { journal }
}

// MARK: - One operation on one card

extension CentralTSM {
    /// Runs an operation in the card's turn: a repeated request gets its first answer; what an earlier interruption
    /// left open on this card is settled first.
    ///
    /// - Parameter onLockedCard: whether the operation may be begun while the card is locked.
    func operate<Answer: Codable & Sendable>(
        on secureElement: SecureElementIdentifier, _ context: some Requester, onLockedCard: Bool = false,
        _ operation: (IdempotencyRecord) async throws(TSMError) -> Answer
    ) async throws(TSMError) -> Answer {
        let name = IdempotencyName(scope: context.scope, key: context.idempotencyKey)
        return try await requestTurns.take(name) { () async throws(TSMError) in
            try await turns.take(secureElement) { () async throws(TSMError) in
                try await operateInTurn(on: secureElement, context, onLockedCard, operation)
            }
        }
    }

    private func operateInTurn<Answer: Codable & Sendable>(
        on secureElement: SecureElementIdentifier, _ context: some Requester, _ onLockedCard: Bool,
        _ operation: (IdempotencyRecord) async throws(TSMError) -> Answer
    ) async throws(TSMError) -> Answer {
        let receive = receive
        let admission: ReceiveModule.Admission<Answer> = try await link.call(.receive) { () async throws(TSMError) in
            try await receive.admit(
                scope: context.scope, key: context.idempotencyKey, digest: context.requestDigest)
        }
        let record: IdempotencyRecord
        switch admission {
        case .answered(let answer):
            return answer
        case .first(let first):
            record = first
        case .interrupted(let interrupted):
            record = interrupted
        }
        try await settlePending(on: secureElement, resubmitting: Set(record.executions))
        if !onLockedCard { try await checkIsOperational(secureElement) }
        let answer = try await operation(record)
        // The operation has recorded its executions under the key by now; the record is read again to keep them.
        let current = try await currentRecord(record)
        // Where effect and answer have to stand or fall together the operation has kept the answer itself.
        guard current.sealedAnswer == nil else { return answer }
        try await commit([try await receive.keeping(answer, in: current)])
        return answer
    }

    private func checkIsOperational(_ id: SecureElementIdentifier) async throws(TSMError) {
        let known = try await stored { () async throws(StoreError) in try await store.secureElement(id) }
        switch known?.lifeCycle {
        case nil, .operational: return
        case .locked: throw .wrongState(reason: "the secure element is locked; its operator has to unlock it")
        case .terminated: throw .wrongState(reason: "the secure element has been terminated")
        }
    }

    /// The record as the operation left it, with the executions that it began.
    func currentRecord(_ record: IdempotencyRecord) async throws(TSMError) -> IdempotencyRecord {
        try await stored { () async throws(StoreError) in
            try await store.idempotencyRecord(scope: record.scope, key: record.key) ?? record
        }
    }

    func commit(_ changes: [StoreChange]) async throws(TSMError) {
        try await stored { () async throws(StoreError) in try await store.commit(changes) }
    }

    func audit(
        _ context: some Requester, _ action: String, on secureElement: SecureElementIdentifier, _ detail: String = ""
    ) -> StoreChange {
        .audit(
            AuditEntry(
                at: clock.now(), actor: context.actor, action: action, secureElement: secureElement, detail: detail))
    }
}
