import ISO8583

/// Requests on their way, each with what its answer wakes.
struct PendingRequests: Sendable {
    typealias Outcome = Result<Message, IssuerLineError>

    private struct Slot: Hashable {
        let type: MessageType
        let transmissionTime: TransmissionTime
        let systemTraceAuditNumber: Int

        init(_ type: MessageType, _ key: MatchingKey) {
            self.type = type
            transmissionTime = key.transmissionTime
            systemTraceAuditNumber = key.systemTraceAuditNumber
        }
    }

    private struct Waiting: Sendable {
        let number: UInt64
        let key: MatchingKey
        let continuation: CheckedContinuation<Outcome, Never>
        let timer: Task<Void, Never>
    }

    private var waiting: [Slot: Waiting] = [:]

    var count: Int { waiting.count }

    func isWaiting(for response: MessageType, _ key: MatchingKey) -> Bool { waiting[Slot(response, key)] != nil }

    mutating func insert(
        _ number: UInt64, _ response: MessageType, _ key: MatchingKey,
        _ continuation: CheckedContinuation<Outcome, Never>, timer: Task<Void, Never>
    ) {
        waiting[Slot(response, key)] = Waiting(number: number, key: key, continuation: continuation, timer: timer)
    }

    /// Wakes whoever waits for this answer.
    ///
    /// - Returns: whether anybody did.
    mutating func answer(_ message: Message) -> Bool {
        guard let key = MatchingKey(message) else { return false }
        let slot = Slot(message.type, key)
        guard let found = waiting[slot], found.key.isAnswered(by: key) else { return false }
        waiting[slot] = nil
        found.timer.cancel()
        found.continuation.resume(returning: .success(message))
        return true
    }

    /// Gives up one request; nothing happens when it is over.
    mutating func fail(_ number: UInt64, _ error: IssuerLineError) {
        guard let (slot, found) = waiting.first(where: { $0.value.number == number }) else { return }
        waiting[slot] = nil
        found.timer.cancel()
        found.continuation.resume(returning: .failure(error))
    }

    mutating func failAll(_ error: IssuerLineError) {
        for found in waiting.values {
            found.timer.cancel()
            found.continuation.resume(returning: .failure(error))
        }
        waiting = [:]
    }
}
