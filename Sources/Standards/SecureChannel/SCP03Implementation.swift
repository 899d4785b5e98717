/// The "i" parameter: what an SCP03 implementation supports. GPC Amendment D v1.2 §5.1, Table 5-1.
public struct SCP03Implementation: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    /// `nil` when bits that are reserved are set, or R-ENCRYPTION without R-MAC.
    public init?(rawValue: UInt8) {
        guard rawValue & ~(Self.s16 | Self.pseudoRandom | Self.responseBits) == 0 else { return nil }
        guard rawValue & Self.responseBits != Self.responseEncryption else { return nil }
        self.rawValue = rawValue
    }

    /// The parameter from what it says. R-ENCRYPTION brings R-MAC with it.
    public init(mode: SCP03Mode, isPseudoRandom: Bool, responseSecurity: ResponseSecurity) {
        rawValue =
            (mode == .s16 ? Self.s16 : 0) | (isPseudoRandom ? Self.pseudoRandom : 0) | responseSecurity.rawValue
    }

    /// What the card can do to its responses: b7 and b6 of the parameter.
    public enum ResponseSecurity: UInt8, Sendable, CaseIterable {
        case none = 0x00
        case mac = 0x20
        case macAndEncryption = 0x60
    }

    public var mode: SCP03Mode { rawValue & Self.s16 != 0 ? .s16 : .s8 }
    /// The card challenge follows from a sequence counter and can be computed beforehand.
    public var isPseudoRandom: Bool { rawValue & Self.pseudoRandom != 0 }
    public var supportsResponseMAC: Bool { rawValue & Self.responseMAC != 0 }
    public var supportsResponseEncryption: Bool { rawValue & Self.responseEncryption != 0 }

    /// Whether a session of this level can be opened.
    public func supports(_ level: SecurityLevel) -> Bool {
        (!level.hasResponseMAC || supportsResponseMAC)
            && (!level.hasResponseEncryption || supportsResponseEncryption)
    }

    private static let s16: UInt8 = 0x01
    private static let pseudoRandom: UInt8 = 0x10
    private static let responseMAC: UInt8 = 0x20
    private static let responseEncryption: UInt8 = 0x40
    private static let responseBits: UInt8 = 0x60
}

extension SCP03Implementation: CustomStringConvertible {
    public var description: String { "i=" + (rawValue < 0x10 ? "0" : "") + String(rawValue, radix: 16) }
}
