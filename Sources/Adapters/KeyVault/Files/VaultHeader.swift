import CardCryptography

/// The part of a vault file that is not sealed; it is authenticated with the contents.
///
///     magic "SNSCHLVT" (8) | format (1) | kind (1) | way (1) | log₂ n (1) | r (1) | p (1) | reserved (2) | salt (16)
///
/// The three cost parameters of scrypt are zero for a key file.
struct VaultHeader: Equatable {
    enum Kind: UInt8 { case central = 1, provider = 2, wallet = 3, issuer = 4, payments = 5, merchant = 6 }
    enum Way: UInt8 { case passphrase = 1, keyFile = 2 }

    let kind: Kind
    let way: Way
    let cost: Scrypt.Cost
    let salt: [UInt8]

    static let length = 32
    static let saltLength = 16
    private static let magic = Array("SNSCHLVT".utf8)
    private static let format: UInt8 = 1
    /// What a file may ask for before it is known to be ours; ``Scrypt`` itself refuses more than 1 GiB.
    private static let (log2nMax, pMax): (UInt8, UInt8) = (24, 16)

    init(kind: Kind, way: Way, cost: Scrypt.Cost) {
        self.kind = kind
        self.way = way
        self.cost = way == .passphrase ? cost : Scrypt.Cost(n: 1, r: 0, p: 0)
        salt = SystemRandomSource().bytes(Self.saltLength)
    }

    init(bytes: [UInt8], path: String) throws(VaultError) {
        guard bytes.count == Self.length, Array(bytes[0..<8]) == Self.magic else { throw .altered(path: path) }
        guard bytes[8] == Self.format else { throw .unsupportedVersion(path: path, version: bytes[8]) }
        guard let kind = Kind(rawValue: bytes[9]), let way = Way(rawValue: bytes[10]), bytes[11] <= Self.log2nMax,
            bytes[13] <= Self.pMax, bytes[14] == 0, bytes[15] == 0
        else { throw .altered(path: path) }
        self.kind = kind
        self.way = way
        cost = Scrypt.Cost(n: 1 << UInt64(bytes[11]), r: UInt64(bytes[12]), p: UInt64(bytes[13]))
        salt = Array(bytes[16..<32])
    }

    var bytes: [UInt8] {
        let costs = [UInt8(cost.n.trailingZeroBitCount), UInt8(cost.r), UInt8(cost.p)]
        return Self.magic + [Self.format, kind.rawValue, way.rawValue] + costs + [0, 0] + salt
    }
}
