extension BillCollector {
    /// Between two looks for what terminals have handed over.
    private static let pause = Duration.milliseconds(200)

    /// Delivers what terminals hand over, as it comes, until the task is cancelled or there is no bill any more. A payment
    /// server that gives no answer is asked again.
    ///
    /// - Parameter report: what became of each item.
    public func deliverAsItComes(
        clock: AgentClock = AgentClock(), report: @Sendable (ItemDelivery) async -> Void
    ) async {
        while !Task.isCancelled {
            do throws(BillCollectorError) {
                try await deliver(report)
            } catch {
                // What could not be delivered waits for the next look.
                if error == .noBill { return }
            }
            do { try await clock.pause(Self.pause) } catch { return }
        }
    }
}
