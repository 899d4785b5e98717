/// The curves of GPC v2.3.1 §B.4.1 (Table B-2): a name of libcrypto, a length of coordinates, and a hash to sign with.
public enum EllipticCurve: Hashable, Sendable, CaseIterable {
    case p256, p384, p521, brainpoolP256r1, brainpoolP384r1, brainpoolP512r1

    /// Its number in a Key Parameter Reference (tag `F0` of PUT KEY). GPC v2.3.1 Table B-2.
    public var parameterReference: UInt8 {
        switch self {
        case .p256: 0x00
        case .p384: 0x01
        case .p521: 0x02
        case .brainpoolP256r1: 0x03
        case .brainpoolP384r1: 0x05
        case .brainpoolP512r1: 0x07
        }
    }

    /// The curve with this Key Parameter Reference, or `nil`: the `t1` twins `04` and `06` are not supported.
    public init?(parameterReference: UInt8) {
        guard let curve = Self.allCases.first(where: { $0.parameterReference == parameterReference }) else {
            return nil
        }
        self = curve
    }

    /// Bytes of a coordinate, a scalar and half a signature.
    public var coordinateLength: Int {
        switch self {
        case .p256, .brainpoolP256r1: 32
        case .p384, .brainpoolP384r1: 48
        case .p521: 66
        case .brainpoolP512r1: 64
        }
    }

    /// The hash that signatures and derivations are made with: as long as the curve. GPC v2.3.1 §B.4.3.
    public var digest: Digest.Algorithm {
        switch self {
        case .p256, .brainpoolP256r1: .sha256
        case .p384, .brainpoolP384r1: .sha384
        case .p521, .brainpoolP512r1: .sha512
        }
    }

    /// Bytes of a signature: r and s, each as long as a coordinate.
    public var signatureLength: Int { 2 * coordinateLength }

    /// Bytes of an uncompressed point: `04`, x, y.
    public var pointLength: Int { 1 + 2 * coordinateLength }

    /// The name by which libcrypto knows it.
    var groupName: String {
        switch self {
        case .p256: "prime256v1"
        case .p384: "secp384r1"
        case .p521: "secp521r1"
        case .brainpoolP256r1: "brainpoolP256r1"
        case .brainpoolP384r1: "brainpoolP384r1"
        case .brainpoolP512r1: "brainpoolP512r1"
        }
    }

    init?(groupName: String) {
        guard let curve = Self.allCases.first(where: { $0.groupName == groupName }) else { return nil }
        self = curve
    }
}

extension EllipticCurve: CustomStringConvertible {
    public var description: String {
        switch self {
        case .p256: "P-256"
        case .p384: "P-384"
        case .p521: "P-521"
        case .brainpoolP256r1: "brainpoolP256r1"
        case .brainpoolP384r1: "brainpoolP384r1"
        case .brainpoolP512r1: "brainpoolP512r1"
        }
    }
}
