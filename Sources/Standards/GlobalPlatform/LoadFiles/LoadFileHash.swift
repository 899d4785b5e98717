/// The digest algorithm of a Load File Data Block Hash, told by its length. GPC v2.3.1 §C.2, Table C-3.
public enum LoadFileHashAlgorithm: Int, Hashable, Sendable, CaseIterable {
    case sha1 = 20
    case sha256 = 32
    case sha384 = 48
    case sha512 = 64

    /// The algorithm of a hash this long, or `nil`.
    public init?(hashLength: Int) { self.init(rawValue: hashLength) }

    /// Bytes.
    public var hashLength: Int { rawValue }

    /// Its number in the Card Capability Information. GPC v2.3.1 Table H-6.
    public var capabilityNumber: UInt8 {
        switch self {
        case .sha1: 0x01
        case .sha256: 0x02
        case .sha384: 0x03
        case .sha512: 0x04
        }
    }
}
