/// The sequence counter of one SCP03 key set, three bytes. GPC Amendment D v1.2 §6.2.2.1.
///
/// It is zero when the key set is created or replaced. Every INITIALIZE UPDATE that makes a pseudo-random challenge
/// moves it on by one and uses the new value.
public struct SequenceCounter: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: UInt32

    public static let zero = SequenceCounter(known: 0)
    public static let max = SequenceCounter(known: 0xFF_FFFF)

    /// `nil` beyond three bytes.
    public init?(rawValue: UInt32) {
        guard rawValue <= Self.max.rawValue else { return nil }
        self.rawValue = rawValue
    }

    private init(known rawValue: UInt32) { self.rawValue = rawValue }

    init(_ high: UInt8, _ middle: UInt8, _ low: UInt8) {
        rawValue = UInt32(high) << 16 | UInt32(middle) << 8 | UInt32(low)
    }

    /// The value that the next INITIALIZE UPDATE uses; `nil` at the maximum, where the card refuses it with `6985`.
    public var next: SequenceCounter? { SequenceCounter(rawValue: rawValue + 1) }

    public var bytes: [UInt8] {
        [UInt8(rawValue >> 16), UInt8(truncatingIfNeeded: rawValue >> 8), UInt8(truncatingIfNeeded: rawValue)]
    }
}

extension SequenceCounter: Comparable {
    public static func < (left: SequenceCounter, right: SequenceCounter) -> Bool { left.rawValue < right.rawValue }
}

extension SequenceCounter: CustomStringConvertible {
    public var description: String { "\(rawValue)" }
}
