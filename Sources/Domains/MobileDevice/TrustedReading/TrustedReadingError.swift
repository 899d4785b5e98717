public import ISO7816
public import SecureChannel
public import TrustedReading

/// Why a TEE application could not read.
public enum TrustedReadingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is none, or it is over.
    case noSession
    /// Something else is under way with this reader, or it is open already.
    case outOfTurn
    /// SA1 does not hold this application's keys, or somebody changed what was said.
    case notAuthenticated(SecureChannelError)
    /// The relay did not carry a message.
    case withheld(CardUnreachable)
    /// A message on channel 1 was changed, replayed, dropped or overtaken, or the secure element ended the session.
    case sessionEnded(ReadingSessionError)
    /// Another TEE application is reading.
    case busy
    /// Channel 2 is over.
    case linkFailed(LinkFailure)
    /// The NFC controller's answer never came to SA2.
    case controllerSilent
    /// None came in time, or none is in the field. The session goes on.
    case noCard
    /// The card was there and is gone. The session goes on.
    case cardLost
    /// The session goes on, the card is polled for again.
    case answerTooLong
    case commandTooLong(Int)
    /// What came makes no sense at this point.
    case misbehaved

    /// Whether ``TrustedReader/open()`` has to come first again.
    public var endsSession: Bool {
        switch self {
        case .outOfTurn, .noCard, .cardLost, .answerTooLong, .commandTooLong: false
        case .noSession, .notAuthenticated, .withheld, .sessionEnded, .busy, .linkFailed, .controllerSilent,
            .misbehaved:
            true
        }
    }

    public var description: String {
        switch self {
        case .noSession: "there is no session with the secure element"
        case .outOfTurn: "something else is under way with this reader"
        case .notAuthenticated(let error): "the secure element and the application do not know each other: \(error)"
        case .withheld(let error): "a message was not carried: \(error.reason)"
        case .sessionEnded(let error): "the session ended: \(error)"
        case .busy: "another application is reading"
        case .linkFailed(let failure): "the link to the NFC controller ended: \(failure)"
        case .controllerSilent: "the NFC controller did not answer"
        case .noCard: "there is no card in the field"
        case .cardLost: "the card has left the field"
        case .answerTooLong: "the card's answer is longer than \(TrustedReading.messageLengthMax) bytes"
        case .commandTooLong(let count): "a command of \(count) bytes is too long"
        case .misbehaved: "the secure element answered what makes no sense here"
        }
    }
}

/// The card in the field of a trusted reading, for whatever reads cards.
public struct TrustedCardChannel: CardChannel {
    private let reader: TrustedReader

    init(_ reader: TrustedReader) { self.reader = reader }

    public func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        do throws(TrustedReadingError) { return try await reader.transmit(command) } catch {
            throw Self.unreachable(error)
        }
    }

    /// The card is polled for again.
    public func reset() async throws(CardUnreachable) {
        do throws(TrustedReadingError) { try await reader.pollAgain() } catch { throw Self.unreachable(error) }
    }

    private static func unreachable(_ error: TrustedReadingError) -> CardUnreachable {
        switch error {
        case .noSession, .outOfTurn, .noCard, .commandTooLong:
            CardUnreachable(mayHaveBeenExecuted: false, reason: "\(error)")
        case .notAuthenticated, .withheld, .sessionEnded, .busy, .linkFailed, .controllerSilent, .cardLost,
            .answerTooLong, .misbehaved:
            CardUnreachable(mayHaveBeenExecuted: true, reason: "\(error)")
        }
    }
}
