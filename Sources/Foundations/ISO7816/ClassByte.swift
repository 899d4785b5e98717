/// The CLA byte: proprietary bit, secure messaging, chaining, logical channel. ISO/IEC 7816-4 §5.4.1; GPC v2.3.1 §11.1.4.
public struct ClassByte: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public init(_ rawValue: UInt8) { self.rawValue = rawValue }

    /// Whether the class is one of GlobalPlatform's (`8x`, `Cx`, `Ex`) rather than interindustry.
    public var isProprietary: Bool { rawValue & 0x80 != 0 }

    /// Further interindustry coding, for logical channels 4 to 19 (`4x`, `6x`, `Cx`, `Ex`).
    public var isFurtherCoding: Bool { rawValue & 0x40 != 0 }

    /// Channel 0–3 in the first coding, 4–19 in the further one.
    public var logicalChannel: Int {
        isFurtherCoding ? Int(rawValue & 0x0F) + 4 : Int(rawValue & 0x03)
    }

    /// Secure messaging is indicated: GlobalPlatform's proprietary one (`x4`) or an ISO one.
    public var indicatesSecureMessaging: Bool {
        isFurtherCoding ? rawValue & 0x20 != 0 : rawValue & 0x0C != 0
    }

    /// The same class with the secure-messaging indication set: `80` → `84`, `C0` → `E0`.
    public var withSecureMessaging: ClassByte {
        ClassByte(isFurtherCoding ? rawValue | 0x20 : rawValue & 0xF3 | 0x04)
    }

    /// The same class without secure messaging.
    public var withoutSecureMessaging: ClassByte {
        ClassByte(isFurtherCoding ? rawValue & ~0x20 : rawValue & 0xF3)
    }

    /// The same class on the basic logical channel: what a C-MAC is computed over (GPC Amd D §6.2.4).
    public var onBasicChannel: ClassByte {
        guard isFurtherCoding else { return ClassByte(rawValue & 0xFC) }
        return ClassByte(rawValue & 0x80 | (rawValue & 0x20 != 0 ? 0x04 : 0x00))
    }

    /// The same class on `channel`, or `nil` beyond channel 19.
    public func on(channel: Int) -> ClassByte? {
        switch channel {
        case 0...3:
            return ClassByte(onBasicChannel.rawValue | UInt8(channel))
        case 4...19:
            return ClassByte(rawValue & 0x80 | 0x40 | (indicatesSecureMessaging ? 0x20 : 0x00) | UInt8(channel - 4))
        default:
            return nil
        }
    }
}

extension ClassByte: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: UInt8) { rawValue = value }
}
