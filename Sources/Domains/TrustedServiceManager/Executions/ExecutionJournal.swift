import ISO7816

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Writes what is about to happen before it happens, and what happened after: intended → sent → answered → settled.
public struct ExecutionJournal: Sendable {
    let store: any DirectoryStore
    let keys: any KeyService
    let clock: any WallClock

    public init(store: any DirectoryStore, keys: any KeyService, clock: any WallClock) {
        self.store = store
        self.keys = keys
        self.clock = clock
    }

    /// Writes the intent, with whatever else begins together with it. Nothing has been sent.
    func intend(
        _ plan: ScriptPlan, _ draft: Execution,
        with changes: @escaping @Sendable (ExecutionNumber) -> [StoreChange]
    ) async throws(TSMError) -> Execution {
        var execution = draft
        execution.sealedPlan = try await seal(plan, of: execution)
        let begun = execution
        execution.number = try await stored { () async throws(StoreError) in try await store.begin(begun, changes) }
        return execution
    }

    /// From here on it is unknown whether the card executed anything, until a report is in.
    func markSent(_ execution: inout Execution) async throws(TSMError) {
        execution.state = .sent
        try await update(execution)
    }

    /// Outcome and effects, together.
    func settle(
        _ execution: inout Execution, outcome: ScriptOutcome?, changes: [StoreChange]
    ) async throws(TSMError) {
        execution.state = .settled
        if let outcome { execution.sealedOutcome = try await seal(outcome, of: execution) }
        execution.updatedAt = clock.now()
        try await commit([.updateExecution(execution)] + changes)
    }

    /// The handing over failed before anything left: the execution is over and nothing happened.
    func withdraw(_ execution: inout Execution) async throws(TSMError) {
        execution.state = .settled
        try await update(execution)
    }

    func plan(of execution: Execution) async throws(TSMError) -> ScriptPlan {
        try await unseal(execution.sealedPlan, of: execution)
    }

    func report(of execution: Execution) async throws(TSMError) -> SecureElementReport? {
        guard let sealed = execution.sealedReport else { return nil }
        return try await unseal(sealed, of: execution)
    }

    func outcome(of execution: Execution) async throws(TSMError) -> ScriptOutcome? {
        guard let sealed = execution.sealedOutcome else { return nil }
        return try await unseal(sealed, of: execution)
    }

    func execution(_ number: ExecutionNumber) async throws(TSMError) -> Execution {
        guard let execution = try await stored({ () async throws(StoreError) in try await store.execution(number) })
        else { throw .internal(reason: "execution \(number.rawValue) is not in the journal") }
        return execution
    }

    private func update(_ execution: Execution) async throws(TSMError) {
        var execution = execution
        execution.updatedAt = clock.now()
        try await commit([.updateExecution(execution)])
    }

    private func commit(_ changes: [StoreChange]) async throws(TSMError) {
        try await stored { () async throws(StoreError) in try await store.commit(changes) }
    }
}

extension ExecutionJournal: ReportJournal {
    public func record(
        _ report: SecureElementReport, of number: ExecutionNumber, from secureElement: SecureElementIdentifier
    ) async throws(TSMError) {
        let found = try await stored { () async throws(StoreError) in try await store.execution(number) }
        // An agent that reports on another's order, or on none, is acknowledged and ignored.
        guard var execution = found, execution.secureElement == secureElement else { return }
        guard execution.state == .sent || execution.state == .intended else { return }
        execution.sealedReport = try await seal(report, of: execution)
        execution.state = .answered
        try await update(execution)
    }
}

// MARK: - Sealing

extension ExecutionJournal {
    /// Plans and answers hold personalization data: they are sealed, and bound to their secure element.
    private func seal(_ value: some Encodable, of execution: Execution) async throws(TSMError) -> [UInt8] {
        try await keys.sealing(value, context: Self.context(execution))
    }

    private func unseal<Value: Decodable>(_ sealed: [UInt8], of execution: Execution) async throws(TSMError) -> Value {
        try await keys.unsealing(sealed, context: Self.context(execution))
    }

    private static func context(_ execution: Execution) -> String { "execution/\(execution.secureElement)" }
}

extension KeyService {
    func sealing(_ value: some Encodable, context: String) async throws(TSMError) -> [UInt8] {
        do {
            return try await seal(Array(JSONEncoder().encode(value)), context: context)
        } catch {
            throw .internal(reason: "sealing of \(context): \(error)")
        }
    }

    func unsealing<Value: Decodable>(_ sealed: [UInt8], context: String) async throws(TSMError) -> Value {
        do {
            return try await JSONDecoder().decode(Value.self, from: Data(unseal(sealed, context: context)))
        } catch {
            throw .internal(reason: "unsealing of \(context): \(error)")
        }
    }
}

/// What the store answers, or its failure as the central TSM tells it.
func stored<Answer>(
    _ ask: () async throws(StoreError) -> Answer
) async throws(TSMError) -> Answer {
    do throws(StoreError) { return try await ask() } catch { throw TSMError(error) }
}

extension TSMError {
    /// What a store failure means to whoever asked.
    init(_ error: StoreError) {
        switch error {
        case .duplicate: self = .duplicate(reason: "\(error)")
        case .missing, .failed: self = .internal(reason: "\(error)")
        }
    }
}
