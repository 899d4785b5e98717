import CardCryptography

/// The last eight bytes of a card's number in BCD: what its keys are derived from.
public struct PurseSerial: PurseField {
    public static let length = 8
    public let bytes: [UInt8]

    public init(_ bytes: some Collection<UInt8>) throws(PurseFieldError) { self.bytes = try Self.check(bytes) }
}

/// The number of a terminal, which its security module carries.
public struct PurseTerminalNumber: PurseField {
    public static let length = 6
    public let bytes: [UInt8]

    public init(_ bytes: some Collection<UInt8>) throws(PurseFieldError) { self.bytes = try Self.check(bytes) }
}

/// The random number that a card gives for one session.
public struct PurseRandom: PurseField {
    public static let length = 4
    public let bytes: [UInt8]

    public init(_ bytes: some Collection<UInt8>) throws(PurseFieldError) { self.bytes = try Self.check(bytes) }
}

/// Four bytes of a MAC or a TAC; two are compared in constant time.
public struct PurseMAC: PurseField {
    public static let length = 4
    public let bytes: [UInt8]

    public init(_ bytes: some Collection<UInt8>) throws(PurseFieldError) { self.bytes = try Self.check(bytes) }

    /// The left half of a block.
    init(block: [UInt8]) { bytes = Array(block.prefix(Self.length)) }

    public static func == (left: PurseMAC, right: PurseMAC) -> Bool { constantTimeEqual(left.bytes, right.bytes) }

    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
