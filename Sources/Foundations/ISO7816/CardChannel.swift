/// A way to reach one card: in process, through vpcd, or through PC/SC.
public protocol CardChannel: Sendable {
    /// Sends one command and waits for its response.
    ///
    /// - Throws: ``CardUnreachable``, which says whether the card may have executed the command.
    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU

    /// Powers the card off and on: sessions and selections are gone, persistent memory stays.
    func reset() async throws(CardUnreachable)
}

/// The card did not answer.
public struct CardUnreachable: Error, Equatable, Sendable, CustomStringConvertible {
    /// The command had left: whether the card executed it is unknown until the card is read.
    public let mayHaveBeenExecuted: Bool
    public let reason: String
    /// What a person can do about it, where the link knows.
    public let nextStep: String?

    public init(mayHaveBeenExecuted: Bool, reason: String, nextStep: String? = nil) {
        self.mayHaveBeenExecuted = mayHaveBeenExecuted
        self.reason = reason
        self.nextStep = nextStep
    }

    public var description: String {
        mayHaveBeenExecuted ? "\(reason); the command may have been executed" : "\(reason); nothing was executed"
    }
}
