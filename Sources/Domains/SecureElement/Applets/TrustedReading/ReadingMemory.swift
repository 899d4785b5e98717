import ISO7816
import TrustedReading

/// What the two applications of a trusted reading keep while the card has power. It stays when a command is refused: a
/// session that failed is over.
enum ReadingMemory: Equatable, Sendable {
    case first(FirstApplicationMemory)
    case second(SecondApplicationMemory)
}

/// The sessions of channel 1, and who is reading.
struct FirstApplicationMemory: Equatable, Sendable {
    /// One TEE application's session.
    struct Channel: Equatable, Sendable {
        var session: ReadingCardSession
        /// Pieces of a command for the card, before the last.
        var command: [UInt8] = []
        /// What of an event is not told yet.
        var event: [UInt8] = []
    }

    /// What is to be done when SA2 has answered.
    enum Resumption: Equatable, Sendable {
        /// The answer goes to this channel.
        case answer(UInt8, to: SharedCall)
        /// The reading of a session that is over has been closed; this is what its end is answered with.
        case respond(ResponseAPDU)
    }

    var handshake: ReadingCardHandshake?
    /// By channel number; one for a TEE application at most.
    var channels: [UInt8: Channel] = [:]
    var lastNumber: UInt8 = 0
    /// The channel that reads: one at a time.
    var holder: UInt8?
    /// The call that is under way, and its MAC's input.
    var call: [UInt8] = []
    var resumption: Resumption?

    /// A channel number that no open session has.
    mutating func nextNumber() -> UInt8 {
        repeat { lastNumber = lastNumber == .max ? 1 : lastNumber + 1 } while channels[lastNumber] != nil
        return lastNumber
    }
}

/// Channel 2, and what waits in it.
struct SecondApplicationMemory: Equatable, Sendable {
    enum Link: Equatable, Sendable {
        case closed
        case greeting(LinkHandshake)
        case open(LinkSession)
        case failed(LinkFailure)
    }

    var link = Link.closed
    /// For the NFC controller, until it is fetched.
    var outgoing: [UInt8]?
    /// Pieces of the controller's answer, before the last.
    var incoming: [UInt8] = []
    /// The controller owes an answer.
    var isAwaiting = false
    /// What the controller said, until SA1 collects it.
    var event: [UInt8]?
}
