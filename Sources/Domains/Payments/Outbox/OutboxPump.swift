import Foundation
import Instructions

/// Sends what waits in the outbox: every line until it has arrived, with growing pauses, for as long as it is worth it.
///
/// A platform that does not answer holds up its own lines, which all wait as long as the one that it was offered; others'
/// go out in the same round, however many of its lines stand before them.
public struct OutboxPump: Sendable {
    public let server: PaymentServer
    let delivery: any PlatformDelivery

    /// Lines that are read at once.
    static let linesMax = 200
    static let pauseSecondsMin: Int64 = 2
    static let pauseSecondsMax: Int64 = 3_600

    public init(_ server: PaymentServer, delivery: any PlatformDelivery) {
        self.server = server
        self.delivery = delivery
    }

    /// One round over all that is due.
    ///
    /// - Returns: how many lines have arrived.
    public func deliverDue() async throws(PaymentsError) -> Int {
        let now = server.clock.now()
        var count = 0
        /// Until when platforms are left alone that this round did not reach.
        var unreached: [String: Int64] = [:]
        while true {
            let due = try await stored { () async throws(PaymentStoreError) in
                try await server.store.dueOutboxLines(at: now, limit: Self.linesMax)
            }
            for (platform, delivered) in try await deliver(due, leavingAlone: unreached) {
                count += delivered.count
                unreached[platform] = delivered.unreachedUntil
            }
            // Whatever was read has gone out or waits until later.
            guard due.count == Self.linesMax else { return count }
        }
    }

    /// What became of lines of one platform.
    private struct Delivered {
        var count = 0
        /// When it is offered the next one, if it was not reached.
        var unreachedUntil: Int64?
    }

    private func deliver(
        _ lines: [OutboxLine], leavingAlone unreached: [String: Int64]
    ) async throws(PaymentsError) -> [String: Delivered] {
        let results = await withTaskGroup(of: (String, Result<Delivered, PaymentsError>).self) { group in
            for (platform, lines) in Dictionary(grouping: lines, by: \.destination) {
                group.addTask {
                    do throws(PaymentsError) {
                        guard let time = unreached[platform] else {
                            return (platform, .success(try await deliver(lines)))
                        }
                        try await postpone(lines[...], until: time)
                        return (platform, .success(Delivered(unreachedUntil: time)))
                    } catch {
                        return (platform, .failure(error))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var delivered: [String: Delivered] = [:]
        for (platform, result) in results { delivered[platform] = try result.get() }
        return delivered
    }

    /// Lines of one platform, in their order, until it is not reached.
    private func deliver(_ lines: [OutboxLine]) async throws(PaymentsError) -> Delivered {
        var delivered = Delivered()
        for (index, line) in lines.enumerated() {
            do throws(DeliveryError) {
                try await deliver(line)
            } catch {
                let later = try await put(line, after: error)
                guard case .unreachable = error else { continue }
                try await postpone(lines[(index + 1)...], until: later)
                delivered.unreachedUntil = later
                return delivered
            }
            try await stored { () async throws(PaymentStoreError) in
                try await server.store.commit([.outboxDelivered(number: line.number)])
            }
            delivered.count += 1
        }
        return delivered
    }

    /// Lines that were not tried wait without counting an attempt.
    private func postpone(_ lines: ArraySlice<OutboxLine>, until time: Int64) async throws(PaymentsError) {
        guard !lines.isEmpty else { return }
        let changes = lines.map { line in
            var line = line
            line.nextAttemptAt = time
            return PaymentChange.retryOutbox(line)
        }
        try await stored { () async throws(PaymentStoreError) in try await server.store.commit(changes) }
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
                    "result-\(line.number)", from: server.name, to: line.destination, at: server.clock.now())
                return (try server.keys.sign(try statement.payload(), type: PaymentResult.type), platform)
            } catch {
                throw error as? PaymentsError ?? .internal(reason: "the outbox line \(line.number) cannot be read")
            }
        }
    }

    /// Writes down when to try again, or that it is given up.
    ///
    /// - Returns: when the platform may be tried again.
    private func put(_ line: OutboxLine, after error: DeliveryError) async throws(PaymentsError) -> Int64 {
        let now = server.clock.now()
        var line = line
        line.attempts += 1
        let later = now + Self.pauseSeconds(afterAttempts: line.attempts)
        var changes: [PaymentChange] = []
        if case .unreachable = error, now - line.createdAt < server.policy.deliverySeconds {
            line.nextAttemptAt = later
        } else {
            line.nextAttemptAt = nil
            let entry = AuditEntry(
                at: now, actor: "upkeep", action: "result given up", subject: line.destination,
                detail: "line \(line.number): \(error)".prefixed(bytes: 256))
            changes.append(.audit(entry))
        }
        let all = changes + [.retryOutbox(line)]
        try await stored { () async throws(PaymentStoreError) in try await server.store.commit(all) }
        return later
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
