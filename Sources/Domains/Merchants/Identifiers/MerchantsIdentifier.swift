public import CardCryptography
import ISO7816

/// An opaque name of something at the platform: random, meaningless, safe in addresses and logs.
public protocol MerchantsIdentifier: RawRepresentable<String>, Hashable, Sendable, Codable, CustomStringConvertible {
    /// What every name of the kind begins with, so that one cannot be taken for another.
    static var prefix: String { get }
    /// Hexadecimal digits after the prefix.
    static var digitCount: Int { get }
    init(unchecked rawValue: String)
}

extension MerchantsIdentifier {
    /// 128 bits.
    public static var digitCount: Int { 32 }

    /// - Returns: `nil` for a text that names nothing of the kind.
    public init?(rawValue: String) {
        let digits = rawValue.dropFirst(Self.prefix.count)
        guard rawValue.hasPrefix(Self.prefix), digits.utf8.count == Self.digitCount,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.init(unchecked: rawValue)
    }

    /// The name with these bytes in it: half as many as it has digits.
    init(bytes: some Sequence<UInt8>) { self.init(unchecked: Self.prefix + Array(bytes).hex.lowercased()) }

    /// A fresh name.
    public static func random(_ source: any RandomSource) -> Self { Self(bytes: source.bytes(digitCount / 2)) }

    public var description: String { rawValue }
}

/// A merchant of the platform.
public struct MerchantID: MerchantsIdentifier {
    public static let prefix = "mrc_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A tag as its address names it: `https://…/t/<reference>`. 80 bits, for tags are small.
public struct PayTagReference: MerchantsIdentifier {
    public static let prefix = ""
    public static let digitCount = 20
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A payment instruction: `jti` of the statement, and the order's number for an object that was asked for.
public struct InstructionID: MerchantsIdentifier {
    public static let prefix = "ins_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// Something that a merchant offers for sale.
public struct TargetObjectID: MerchantsIdentifier {
    public static let prefix = "obj_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// A user of the platform.
public struct PlatformUserID: MerchantsIdentifier {
    public static let prefix = "usr_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// An offer that users can share.
public struct OfferID: MerchantsIdentifier {
    public static let prefix = "off_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// What a second user holds after somebody has shared an offer with it.
public struct CouponID: MerchantsIdentifier {
    public static let prefix = "cpn_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// What a first user gets when its coupon was used.
public struct RewardID: MerchantsIdentifier {
    public static let prefix = "rwd_"
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}
