/// The "i" parameter of SCP02: how sessions begin, and what the MACs of an implementation cover.
/// GPC v2.3.1 §E.1.1, Table E-1.
///
///     b7 known pseudo-random challenge | b6 R-MAC | b5 ICV encryption | b4 first ICV is the MAC over the AID |
///     b3 explicit initiation | b2 C-MAC on the unmodified APDU | b1 three keys
public struct SCP02Implementation: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    /// `nil` when b8 is set, or when b3 and b4 do not go together: a session that begins with EXTERNAL AUTHENTICATE
    /// starts from an ICV of zeros, one that begins with any command from the MAC over the AID (§E.3.1, §E.3.2).
    public init?(rawValue: UInt8) {
        guard rawValue & 0x80 == 0 else { return nil }
        guard (rawValue & Self.explicit == 0) == (rawValue & Self.macOverAID != 0) else { return nil }
        self.rawValue = rawValue
    }

    private init(known rawValue: UInt8) { self.rawValue = rawValue }

    /// Explicit, three keys, ICV encryption: what most cards are.
    public static let i15 = SCP02Implementation(known: 0x15)
    /// The same with a pseudo-random card challenge.
    public static let i55 = SCP02Implementation(known: 0x55)

    /// The card challenge follows from the sequence counter and the AID (§E.4.2.3).
    public var isPseudoRandom: Bool { rawValue & 0x40 != 0 }
    public var supportsResponseMAC: Bool { rawValue & 0x20 != 0 }
    /// The initial value of every C-MAC but the first is enciphered (§E.3.4).
    public var encryptsInitialValue: Bool { rawValue & 0x10 != 0 }
    /// INITIALIZE UPDATE and EXTERNAL AUTHENTICATE open a session; otherwise the first command with a C-MAC does.
    public var isExplicit: Bool { rawValue & Self.explicit != 0 }
    /// The C-MAC covers the command before its class and Lc are changed for it (§E.4.4).
    public var coversUnmodifiedCommand: Bool { rawValue & 0x02 != 0 }
    /// Key-ENC, Key-MAC and Key-DEK; otherwise one base key takes their places.
    public var hasThreeKeys: Bool { rawValue & 0x01 != 0 }

    /// Whether a session of this level can be opened.
    public func supports(_ level: SCP02SecurityLevel) -> Bool { !level.hasResponseMAC || supportsResponseMAC }

    private static let explicit: UInt8 = 0x04
    private static let macOverAID: UInt8 = 0x08
}

extension SCP02Implementation: CustomStringConvertible {
    public var description: String { "SCP02 i=" + (rawValue < 0x10 ? "0" : "") + String(rawValue, radix: 16) }
}
