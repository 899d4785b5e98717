import GlobalPlatform
public import ISO7816

extension CardManager {
    /// Opens a session and carries out a plan, and comes back when the card is lost: it is reset, the registry is read,
    /// and what remains is done. A load that was cut off begins again; what was done is not done twice.
    ///
    /// When the card stays away the journal remembers: the same call later takes up the work, or
    /// ``rollBackInstallation(of:in:)`` removes it.
    /// - Parameter reconnectionsMax: how often the card may be lost.
    /// - Throws: ``CardManagementError``.
    public func install(
        _ plan: InstallationPlan, in request: SessionRequest = SessionRequest(), reconnectionsMax: Int = 3,
        progress: @escaping @Sendable (InstallationProgress) -> Void = { _ in }
    ) async throws(CardManagementError) -> InstallationOutcome {
        try plan.check()
        let reconnection = Reconnection(max: reconnectionsMax) { attempt, loss in
            progress(.reconnecting(attempt: attempt, loss))
        }
        return try await reconnecting(reconnection) { losses throws(CardManagementError) in
            var session = try await open(request)
            var outcome = try await session.install(plan, progress: progress)
            outcome.reconnections = losses
            return outcome
        }
    }

    /// Removes what an interrupted installation left on the card.
    ///
    /// - Returns: whether there was one on record.
    /// - Throws: ``CardManagementError``.
    @discardableResult
    public func rollBackInstallation(
        of package: AID, in request: SessionRequest = SessionRequest()
    ) async throws(CardManagementError) -> Bool {
        var session = try await open(request)
        return try await session.rollBackInstallation(of: package)
    }
}

/// How often a lost card is sought again.
struct Reconnection {
    let max: Int
    let report: (Int, CardUnreachable) -> Void
}

extension CardManager {
    /// Does something that may be begun again, and begins it again after each lost connection.
    func reconnecting<Result>(
        _ reconnection: Reconnection, _ body: (_ losses: Int) async throws(CardManagementError) -> Result
    ) async throws(CardManagementError) -> Result {
        var losses = 0
        while true {
            do {
                return try await body(losses)
            } catch {
                guard case .cardUnreachable(var loss) = error else { throw error }
                var isBack = false
                while !isBack {
                    guard losses < reconnection.max else { throw .cardUnreachable(loss) }
                    losses += 1
                    reconnection.report(losses, loss)
                    do {
                        try await channel.reset()
                        isBack = true
                    } catch { loss = error }
                }
            }
        }
    }
}
