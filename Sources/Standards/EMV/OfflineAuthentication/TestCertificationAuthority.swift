public import CardCryptography

/// A certification authority of one's own, for tests, demonstrations and closed systems. It is no payment scheme: no other
/// terminal knows its key.
public struct TestCertificationAuthority: Sendable {
    private let privateKey: RSAPrivateKey
    /// What terminals are given.
    public let key: CertificationAuthorityKey

    public init(registeredIdentifier: [UInt8], index: UInt8, privateKey: RSAPrivateKey, expiry: CardExpiry) {
        self.privateKey = privateKey
        key = CertificationAuthorityKey(
            registeredIdentifier: registeredIdentifier, index: index, key: privateKey.publicKey, expiry: expiry)
    }

    /// An authority with a fresh key of 1 408 bits if nothing else is said.
    public static func generate(
        registeredIdentifier: [UInt8], index: UInt8, expiry: CardExpiry, bitCount: Int = 1408
    ) -> TestCertificationAuthority {
        TestCertificationAuthority(
            registeredIdentifier: registeredIdentifier, index: index,
            privateKey: .generate(bitCount: bitCount, publicExponent: 3), expiry: expiry)
    }

    /// An issuer that may certify cards whose account numbers begin with `issuerIdentifier`, three to eight digits.
    public func issuer(
        privateKey: RSAPrivateKey, issuerIdentifier: String, expiry: CardExpiry, serialNumber: [UInt8] = [0, 0, 1]
    ) -> CertifiedIssuer {
        CertifiedIssuer(
            privateKey: privateKey, authorityIndex: key.index,
            certificate: .issue(
                to: privateKey.publicKey, issuerIdentifier: issuerIdentifier, expiry: expiry,
                serialNumber: serialNumber,
                by: self.privateKey))
    }
}

/// An issuer's key pair and its certificate: makes what its cards need for offline data authentication.
public struct CertifiedIssuer: Sendable {
    private let privateKey: RSAPrivateKey
    /// Tag 8F.
    public let authorityIndex: UInt8
    public let certificate: IssuerPublicKeyCertificate

    public init(privateKey: RSAPrivateKey, authorityIndex: UInt8, certificate: IssuerPublicKeyCertificate) {
        self.privateKey = privateKey
        self.authorityIndex = authorityIndex
        self.certificate = certificate
    }

    public var key: RSAPublicKey { privateKey.publicKey }

    /// The certificate of a card.
    public func certify(
        _ card: RSAPublicKey, number: PrimaryAccountNumber, expiry: CardExpiry, serialNumber: [UInt8] = [0, 0, 1],
        staticData: StaticAuthenticationData
    ) -> CardPublicKeyCertificate {
        .issue(
            to: card, number: number, expiry: expiry, serialNumber: serialNumber, staticData: staticData, by: privateKey
        )
    }

    /// The value of tag 93.
    public func sign(_ data: StaticAuthenticationData, dataAuthenticationCode: [UInt8]) -> [UInt8] {
        SignedStaticData.sign(data, dataAuthenticationCode: dataAuthenticationCode, by: privateKey)
    }
}
