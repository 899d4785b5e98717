import ISO7816

/// The life of an Application: INSTALLED, SELECTABLE, its own states, and LOCKED over any of them.
/// GPC v2.3.1 §5.3.1, Table 11-4.
public struct ApplicationLifeCycle: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public static let installed = ApplicationLifeCycle(unchecked: 0x03)
    public static let selectable = ApplicationLifeCycle(unchecked: 0x07)

    /// A coded state: `03`; `xxxxx111` from `07` to `7F`; either with b8 set when LOCKED (`83`, `87`, …).
    public init?(rawValue: UInt8) {
        let base = rawValue & 0x7F
        guard base == 0x03 || base & 0x07 == 0x07 else { return nil }
        self.rawValue = rawValue
    }

    public var isLocked: Bool { rawValue & 0x80 != 0 }
    /// SELECTABLE or a state of its own, and not LOCKED.
    public var isSelectable: Bool { !isLocked && rawValue & 0x04 != 0 }
    /// LOCKED, with the state to come back to remembered.
    public var locked: ApplicationLifeCycle { ApplicationLifeCycle(unchecked: rawValue | 0x80) }
    /// The state before it was LOCKED.
    public var unlocked: ApplicationLifeCycle { ApplicationLifeCycle(unchecked: rawValue & 0x7F) }

    /// Whether the figure has this arrow. GPC v2.3.1 Figure 5-2: INSTALLED to SELECTABLE is done by INSTALL and never
    /// undone; application specific states are free among themselves; LOCKED comes and goes with the state it covers.
    public func canTransition(to next: ApplicationLifeCycle) -> Bool {
        if isLocked || next.isLocked { return isLocked != next.isLocked && unlocked == next.unlocked }
        return self != next && next != .installed
    }

    private init(unchecked rawValue: UInt8) { self.rawValue = rawValue }
}

extension ApplicationLifeCycle: CustomStringConvertible {
    public var description: String {
        if isLocked { return "LOCKED (\(unlocked))" }
        switch self {
        case .installed: return "INSTALLED"
        case .selectable: return "SELECTABLE"
        default: return "application specific \([rawValue].hex)"
        }
    }
}
