import COpenSSL

/// A point on a curve: verifies what the owner of its scalar signed.
public struct ECPublicKey: Sendable {
    public let curve: EllipticCurve
    /// `04`, x, y.
    public let uncompressedPoint: [UInt8]
    let key: AsymmetricKey

    /// A key made of its point, `04` and both coordinates.
    ///
    /// - Throws: ``CryptographyError/malformedKey`` for another length or form, and for a point that is not on the curve.
    public init(curve: EllipticCurve, uncompressedPoint: some Collection<UInt8>) throws(CryptographyError) {
        let point = Array(uncompressedPoint)
        guard point.count == curve.pointLength, point[0] == 0x04 else { throw .malformedKey }
        let components = KeyComponents()
        components.add(OSSL_PKEY_PARAM_GROUP_NAME, text: curve.groupName)
        components.add(OSSL_PKEY_PARAM_PUB_KEY, bytes: point)
        let key = try AsymmetricKey.assemble(.ec, isPrivate: false, components)
        guard key.isConsistent else { throw .malformedKey }
        self.key = key
        self.curve = curve
        self.uncompressedPoint = point
    }

    /// Reads a SubjectPublicKeyInfo in PEM.
    ///
    /// - Throws: ``CryptographyError/malformedKey``, also for a curve that ``EllipticCurve`` does not know.
    public init(pem: String) throws(CryptographyError) { try self.init(AsymmetricKey(publicPEM: pem, is: .ec)) }

    init(_ key: AsymmetricKey) throws(CryptographyError) {
        guard let name = key.groupName, let curve = EllipticCurve(groupName: name) else { throw .malformedKey }
        let x = key.number(OSSL_PKEY_PARAM_EC_PUB_X)
        let y = key.number(OSSL_PKEY_PARAM_EC_PUB_Y)
        let length = curve.coordinateLength
        self.key = key
        self.curve = curve
        uncompressedPoint = [0x04] + x.padded(to: length) + y.padded(to: length)
    }

    /// The key as a SubjectPublicKeyInfo in PEM.
    public var pem: String { key.publicPEM }

    /// Whether `signature`, r and s, was made by the private half over `message` (ECDSA).
    public func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        guard signature.count == curve.signatureLength else { return false }
        return key.verify(ECDSASignature.der(signature), over: message, curve.digest)
    }
}

extension ECPublicKey: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        left.curve == right.curve && left.uncompressedPoint == right.uncompressedPoint
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(curve)
        hasher.combine(uncompressedPoint)
    }
}

extension ECPublicKey: CustomStringConvertible {
    public var description: String { "\(curve) public key" }
}

extension [UInt8] {
    /// The same big-endian number in `length` bytes.
    func padded(to length: Int) -> [UInt8] { [UInt8](repeating: 0, count: Swift.max(0, length - count)) + self }
}
