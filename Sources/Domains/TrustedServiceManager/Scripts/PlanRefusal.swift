import ISO7816

/// Why a plan of the central TSM's own stopped, as far as the card said no.
///
/// A refusal carries no R-MAC, and a card that lost its power unnoticed refuses everything that follows: so a refusal is
/// believed when a second round, planned from what the card holds, meets it again.
struct PlanRefusal: Hashable, Sendable {
    var step: String
    var reason: Reason

    enum Reason: Hashable, Sendable {
        case refused(StatusWord)
        case misbehaved(String)
    }

    var error: TSMError {
        switch reason {
        case .refused(let statusWord): .cardRefused(step: step, statusWord)
        case .misbehaved(let reason): .cardMisbehaved(reason: reason)
        }
    }

    /// - Parameters:
    ///   - steps: the names of the content leg's commands, in order.
    /// - Returns: `nil` when the plan was completed, or was stopped by something that another round mends.
    init?(_ result: PlanResult, steps: [String]) {
        guard let stop = result.firstStop else { return nil }
        switch stop.ending {
        case .complete, .staleCounter, .torn, .notReached, .lost:
            return nil
        case .misbehaved(let reason):
            self.init(step: "verify the card", reason: .misbehaved(reason))
        case .notOpened(let statusWord):
            self.init(step: "open a session", reason: .refused(statusWord))
        case .refused(let index, let statusWord):
            let isContent = stop.part == .content && index < steps.count
            self.init(step: isContent ? steps[index] : "put temporary keys", reason: .refused(statusWord))
        }
    }

    private init(step: String, reason: Reason) {
        self.step = step
        self.reason = reason
    }
}
