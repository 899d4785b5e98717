/// A smart-card reader, as pcscd sees it at one moment.
public struct PCSCReader: Equatable, Sendable {
    public let name: String
    public var state: State
    /// The card's answer to reset; empty without a card.
    public var answerToReset: [UInt8]

    public enum State: String, Equatable, Sendable, CaseIterable {
        case empty
        /// A card is there and nobody uses it.
        case card
        /// A card is there and other programs are connected to it.
        case shared
        /// A card is there and one program keeps it to itself.
        case exclusive
        /// A card is there and does not answer to a reset.
        case mute
        case unavailable
    }

    public init(name: String, state: State, answerToReset: [UInt8] = []) {
        self.name = name
        self.state = state
        self.answerToReset = answerToReset
    }

    public var hasCard: Bool {
        switch state {
        case .card, .shared, .exclusive, .mute: true
        case .empty, .unavailable: false
        }
    }
}

extension PCSCReader.State {
    /// The state in the flags of SCardGetStatusChange. pcsclite.h, SCARD_STATE_….
    init(flags: UInt) {
        self =
            if flags & 0x000C != 0 {  // UNKNOWN, UNAVAILABLE
                .unavailable
            } else if flags & 0x0020 == 0 {  // PRESENT
                .empty
            } else if flags & 0x0200 != 0 {  // MUTE
                .mute
            } else if flags & 0x0080 != 0 {  // EXCLUSIVE
                .exclusive
            } else if flags & 0x0100 != 0 {  // INUSE
                .shared
            } else {
                .card
            }
    }
}
