/// The life of the card, which is the life cycle state of its Issuer Security Domain. GPC v2.3.1 §5.1, Table 11-6.
public enum CardLifeCycle: UInt8, Hashable, Sendable, CaseIterable {
    case opReady = 0x01
    case initialized = 0x07
    case secured = 0x0F
    case cardLocked = 0x7F
    case terminated = 0xFF

    /// Whether the figure has this arrow. GPC v2.3.1 Figure 5-1.
    public func canTransition(to next: CardLifeCycle) -> Bool {
        switch (self, next) {
        case (.opReady, .initialized), (.initialized, .secured), (.secured, .cardLocked), (.cardLocked, .secured): true
        case (.terminated, _): false
        case (_, .terminated): true
        default: false
        }
    }
}

extension CardLifeCycle: CustomStringConvertible {
    public var description: String {
        switch self {
        case .opReady: "OP_READY"
        case .initialized: "INITIALIZED"
        case .secured: "SECURED"
        case .cardLocked: "CARD_LOCKED"
        case .terminated: "TERMINATED"
        }
    }
}
