/// The sequence counter of one SCP02 key set, two bytes. GPC v2.3.1 §E.1.2.
///
/// It is zero when the key set is created or replaced, and moves on by one with every session that opens: a failed
/// EXTERNAL AUTHENTICATE leaves it where it is.
public struct SCP02SequenceCounter: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let zero = SCP02SequenceCounter(rawValue: 0)
    public static let max = SCP02SequenceCounter(rawValue: .max)

    init(_ high: UInt8, _ low: UInt8) { rawValue = UInt16(high) << 8 | UInt16(low) }

    /// The value of the next session; `nil` at the maximum, after which the key set opens no session.
    public var next: SCP02SequenceCounter? { self == .max ? nil : SCP02SequenceCounter(rawValue: rawValue + 1) }

    public var bytes: [UInt8] { [UInt8(rawValue >> 8), UInt8(truncatingIfNeeded: rawValue)] }
}

extension SCP02SequenceCounter: CustomStringConvertible {
    public var description: String { "\(rawValue)" }
}
