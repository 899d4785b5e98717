import COpenSSL

/// A scalar and its point on a curve: signs, and agrees on secrets.
public struct ECPrivateKey: Sendable {
    public let publicKey: ECPublicKey
    /// Big-endian, as long as a coordinate.
    public let scalar: SecretBytes
    private let key: AsymmetricKey

    public var curve: EllipticCurve { publicKey.curve }

    /// A fresh pair.
    public static func generate(_ curve: EllipticCurve) -> ECPrivateKey {
        let key = AsymmetricKey.generate(.ec) { context in
            require(EVP_PKEY_CTX_set_group_name(context, curve.groupName), "EVP_PKEY_CTX_set_group_name")
        }
        do { return try ECPrivateKey(key) } catch { preconditionFailure("libcrypto makes keys on the curve asked") }
    }

    /// A pair made of its scalar, big-endian and as long as a coordinate; the point is computed.
    ///
    /// - Throws: ``CryptographyError/malformedKey`` for another length, zero, or a scalar not below the curve's order.
    public init(curve: EllipticCurve, scalar: SecretBytes) throws(CryptographyError) {
        guard scalar.count == curve.coordinateLength else { throw .malformedKey }
        guard let point = scalar.withUnsafeBytes({ Self.point(curve, scalar: $0) }) else { throw .malformedKey }
        let components = KeyComponents()
        components.add(OSSL_PKEY_PARAM_GROUP_NAME, text: curve.groupName)
        components.add(OSSL_PKEY_PARAM_PUB_KEY, bytes: point)
        components.add(OSSL_PKEY_PARAM_PRIV_KEY, number: scalar)
        try self.init(AsymmetricKey.assemble(.ec, isPrivate: true, components))
    }

    /// Reads a private key in PKCS #8 DER.
    ///
    /// - Throws: ``CryptographyError/malformedKey``, also for a curve that ``EllipticCurve`` does not know.
    public init(der: SecretBytes) throws(CryptographyError) { try self.init(AsymmetricKey(privateDER: der, is: .ec)) }

    /// Reads a private key in PEM (PKCS #8 or SEC 1) that no passphrase protects.
    ///
    /// - Throws: ``CryptographyError/malformedKey``, also for a curve that ``EllipticCurve`` does not know.
    public init(pem: SecretBytes) throws(CryptographyError) { try self.init(AsymmetricKey(privatePEM: pem, is: .ec)) }

    private init(_ key: AsymmetricKey) throws(CryptographyError) {
        self.key = key
        publicKey = try ECPublicKey(key)
        scalar = key.secretNumber(OSSL_PKEY_PARAM_PRIV_KEY, count: publicKey.curve.coordinateLength)
    }

    /// The private key in PKCS #8 DER, to be sealed before it is stored.
    public var der: SecretBytes { key.privateDER }

    /// The private key in PKCS #8 PEM, not protected by a passphrase.
    public var pem: SecretBytes { key.privatePEM }

    /// A signature over `message` (ECDSA): r and s, each as long as a coordinate.
    public func signature(over message: [UInt8]) -> [UInt8] {
        // The DER form adds a sequence header and two integer headers with a sign byte each.
        let der = key.sign(message, curve.digest, lengthMax: curve.signatureLength + 16)
        return ECDSASignature.plain(der, length: curve.coordinateLength)
    }

    /// The secret shared with the owner of `other` (ECDH, BSI TR-03111 §4.3.1): the x-coordinate.
    ///
    /// - Throws: ``CryptographyError/malformedKey`` for a key on another curve.
    public func sharedSecret(with other: ECPublicKey) throws(CryptographyError) -> SecretBytes {
        guard other.curve == curve, let secret = key.agree(with: other.key, length: curve.coordinateLength) else {
            throw .malformedKey
        }
        return secret
    }

    /// The uncompressed point of a scalar, or `nil` when the scalar is not between 1 and the order less 1.
    private static func point(_ curve: EllipticCurve, scalar bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        let identifier = OBJ_txt2nid(curve.groupName)
        let group = require(EC_GROUP_new_by_curve_name(identifier), "EC_GROUP_new_by_curve_name")
        defer { EC_GROUP_free(group) }
        let scalar = require(
            BN_bin2bn(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(bytes.count), nil), "BN_bin2bn")
        defer { BN_clear_free(scalar) }
        guard BN_is_zero(scalar) == 0, BN_cmp(scalar, EC_GROUP_get0_order(group)) < 0 else { return nil }
        let point = require(EC_POINT_new(group), "EC_POINT_new")
        defer { EC_POINT_clear_free(point) }
        require(EC_POINT_mul(group, point, scalar, nil, nil, nil), "EC_POINT_mul")
        return [UInt8](unsafeUninitializedCapacity: curve.pointLength) { buffer, initialized in
            initialized = EC_POINT_point2oct(
                group, point, POINT_CONVERSION_UNCOMPRESSED, buffer.baseAddress, curve.pointLength, nil)
        }
    }
}

extension ECPrivateKey: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        left.curve == right.curve && left.scalar == right.scalar
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(publicKey) }
}

extension ECPrivateKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(curve) private key" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
