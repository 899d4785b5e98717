/// The life of a Security Domain: INSTALLED, SELECTABLE, PERSONALIZED, and LOCKED over any of them.
/// GPC v2.3.1 §5.3.2, Table 11-5.
public struct SecurityDomainLifeCycle: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public static let installed = SecurityDomainLifeCycle(unchecked: 0x03)
    public static let selectable = SecurityDomainLifeCycle(unchecked: 0x07)
    public static let personalized = SecurityDomainLifeCycle(unchecked: 0x0F)

    public init?(rawValue: UInt8) {
        guard [0x03, 0x07, 0x0F].contains(rawValue & 0x7F) else { return nil }
        self.rawValue = rawValue
    }

    public var isLocked: Bool { rawValue & 0x80 != 0 }
    /// SELECTABLE or PERSONALIZED, and not LOCKED.
    public var isSelectable: Bool { !isLocked && rawValue & 0x04 != 0 }
    public var locked: SecurityDomainLifeCycle { SecurityDomainLifeCycle(unchecked: rawValue | 0x80) }
    /// The state before it was LOCKED.
    public var unlocked: SecurityDomainLifeCycle { SecurityDomainLifeCycle(unchecked: rawValue & 0x7F) }

    /// Whether the figure has this arrow. GPC v2.3.1 Figure 5-3: forward only; LOCKED comes and goes with the state it
    /// covers.
    public func canTransition(to next: SecurityDomainLifeCycle) -> Bool {
        if isLocked || next.isLocked { return isLocked != next.isLocked && unlocked == next.unlocked }
        return next.rawValue > rawValue
    }

    private init(unchecked rawValue: UInt8) { self.rawValue = rawValue }
}

extension SecurityDomainLifeCycle: CustomStringConvertible {
    public var description: String {
        if isLocked { return "LOCKED (\(unlocked))" }
        switch self {
        case .installed: return "INSTALLED"
        case .selectable: return "SELECTABLE"
        default: return "PERSONALIZED"
        }
    }
}
