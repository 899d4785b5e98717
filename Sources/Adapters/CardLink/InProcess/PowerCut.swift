/// A power failure to come, for tests and simulations.
public struct PowerCut: Equatable, Sendable {
    /// Where in the course of a command the power fails. To the host both look alike.
    public enum Moment: Equatable, Sendable, CaseIterable {
        /// The command had arrived and had no effect.
        case beforeExecution
        /// The effect is in persistent memory; the response is lost.
        case afterCommit
    }

    public var moment: Moment
    /// Commands answered before the one that is cut.
    public var commandsBefore: Int
    /// Resets that fail before the card has power again.
    public var failingResets: Int

    public init(_ moment: Moment, commandsBefore: Int = 0, failingResets: Int = 0) {
        self.moment = moment
        self.commandsBefore = commandsBefore
        self.failingResets = failingResets
    }
}
