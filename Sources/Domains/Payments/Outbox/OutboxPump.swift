import Foundation
import Instructions

/// Sends what waits in the outbox: every line until it has arrived, with growing pauses, for as long as it is worth it.
///
/// A platform that does not answer holds up its own lines and nobody else's.
public struct OutboxPump: Sendable {
    public let server: PaymentServer
    let delivery: any PlatformDelivery

    /// Lines of one round.
    static let linesMax = 200
    static let pauseSecondsMin: Int64 = 2
    static let pauseSecondsMax: Int64 = 3_600

    public init(_ server: PaymentServer, delivery: any PlatformDelivery) {
        self.server = server
        self.delivery = delivery
    }

    /// One round over what is due.
    ///
    /// - Returns: how many lines have arrived.
    public func deliverDue() async throws(PaymentsError) -> Int {
        let now = server.clock.now()
        let due = try await stored { () async throws(PaymentStoreError) in
            try await server.store.dueOutboxLines(at: now, limit: Self.linesMax)
        }
        let arrivals = await withTaskGroup(of: Result<Int, PaymentsError>.self) { group in
            for (_, lines) in Dictionary(grouping: due, by: \.destination) {
                group.addTask {
                    do throws(PaymentsError) { return .success(try await deliver(lines)) } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var count = 0
        for arrival in arrivals { count += try arrival.get() }
        return count
    }

    /// Lines of one platform, in their order, until it is not reached.
    private func deliver(_ lines: [OutboxLine]) async throws(PaymentsError) -> Int {
        var count = 0
        for line in lines {
            do throws(DeliveryError) {
                try await deliver(line)
            } catch {
                try await put(line, after: error)
                if case .unreachable = error { return count }
                continue
            }
            try await stored { () async throws(PaymentStoreError) in
                try await server.store.commit([.outboxDelivered(number: line.number)])
            }
            count += 1
        }
        return count
    }

    private func deliver(_ line: OutboxLine) async throws(DeliveryError) {
        let message: (statement: String, platform: PartyName)
        do throws(PaymentsError) {
            message = try signed(line)
        } catch {
            throw .refused(error.description)
        }
        try await delivery.deliver(message.statement, to: message.platform)
    }

    private func signed(_ line: OutboxLine) throws(PaymentsError) -> (statement: String, platform: PartyName) {
        guard let platform = PartyName(line.destination) else {
            throw .internal(reason: "the outbox line \(line.number) has no destination")
        }
        switch line.kind {
        case .orderResult:
            do {
                let result = try JSONDecoder().decode(OrderResult.self, from: Data(line.body.utf8))
                let statement = result.statement(
                    line.number, from: server.name, to: line.destination, at: server.clock.now())
                return (try server.keys.sign(try statement.payload(), type: PaymentResult.type), platform)
            } catch {
                throw error as? PaymentsError ?? .internal(reason: "the outbox line \(line.number) cannot be read")
            }
        }
    }

    /// Writes down when to try again, or that it is given up.
    private func put(_ line: OutboxLine, after error: DeliveryError) async throws(PaymentsError) {
        let now = server.clock.now()
        var line = line
        line.attempts += 1
        var changes: [PaymentChange] = []
        if case .unreachable = error, now - line.createdAt < server.policy.deliverySeconds {
            line.nextAttemptAt = now + Self.pauseSeconds(afterAttempts: line.attempts)
        } else {
            line.nextAttemptAt = nil
            let entry = AuditEntry(
                at: now, actor: "upkeep", action: "result given up", subject: line.destination,
                detail: "line \(line.number): \(error)".prefixed(bytes: 256))
            changes.append(.audit(entry))
        }
        let all = changes + [.retryOutbox(line)]
        try await stored { () async throws(PaymentStoreError) in try await server.store.commit(all) }
    }

    /// Doubles with every attempt.
    static func pauseSeconds(afterAttempts attempts: Int) -> Int64 {
        min(pauseSecondsMax, pauseSecondsMin << Int64(min(max(attempts - 1, 0), 20)))
    }
}

extension String {
    /// As much of the text as has so many bytes.
    func prefixed(bytes count: Int) -> String {
        var text = self
        while text.utf8.count > count { text.removeLast() }
        return text
    }
}
