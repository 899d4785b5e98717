public import ISO7816

/// What became of a plan: leg by leg, and where the card stands.
public struct PlanResult: Hashable, Sendable {
    public var legs: [LegResult]
    /// `nil` when the card could not be read after the script.
    public var snapshot: CardSnapshot?

    /// Whether every leg ran to its end.
    public var isComplete: Bool { legs.allSatisfy { $0.ending == .complete } }

    /// Whether nothing was executed because the first session was computed for another sequence counter.
    public var isStale: Bool {
        if case .staleCounter? = legs.first?.ending { true } else { false }
    }

    /// How the first leg that did not run to its end ended.
    public var firstStop: LegResult? { legs.first { $0.ending != .complete } }
}

public struct LegResult: Hashable, Sendable {
    public enum Ending: Hashable, Sendable {
        case complete
        /// The card refused the command at this position of the leg's own commands.
        case refused(index: Int, StatusWord)
        /// The session could not be opened: SELECT, INITIALIZE UPDATE or EXTERNAL AUTHENTICATE was refused.
        case notOpened(StatusWord)
        /// The forecast was made for another counter; the card told the one it expects. Nothing was executed.
        case staleCounter(UInt32)
        /// The command at this position was sent and not answered; `nil` while the session was being opened.
        case torn(index: Int?)
        /// The device stopped before it sent the command after the last answer.
        case notReached
        /// A cryptogram or an R-MAC did not verify.
        case misbehaved(String)
        /// The device cannot say what it executed.
        case lost
    }

    public var part: ScriptPlan.Part
    public var commands: [CommandAPDU]
    /// The answers to the leg's own commands, unwrapped, in order, as far as there are any.
    public var answers: [ResponseAPDU]
    public var ending: Ending

    public init(part: ScriptPlan.Part, commands: [CommandAPDU], answers: [ResponseAPDU], ending: Ending) {
        self.part = part
        self.commands = commands
        self.answers = answers
        self.ending = ending
    }
}
