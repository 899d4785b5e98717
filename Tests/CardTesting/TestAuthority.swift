public import CardCryptography
public import GlobalPlatform

/// A certification authority for controlling authorities and hosts: for tests only.
public struct TestAuthority: Sendable {
    public let key = ECPrivateKey.generate(.p256)
    public let identifier: [UInt8]

    public init(_ name: String = "TEST CA") { identifier = Array(name.utf8) }

    /// Certifies a public key.
    ///
    /// - Parameter image: the card that the key is in.
    public func certificate(
        of publicKey: CertifiedPublicKey, for usage: SelfDescriptiveCertificate.KeyUsage, subject: String = "SUBJECT",
        image: [UInt8]? = nil, effective: CertificateDate? = nil, expires: Int = 2099
    ) -> SelfDescriptiveCertificate {
        guard let expiration = CertificateDate(year: expires, month: 12, day: 31) else {
            preconditionFailure("the last day of a year is a day")
        }
        let contents = SelfDescriptiveCertificate.Contents(
            serialNumber: [0x01], authority: identifier, subject: Array(subject.utf8), usage: usage,
            effectiveDate: effective, expirationDate: expiration, imageNumber: image, publicKey: publicKey)
        return SelfDescriptiveCertificate(contents, signature: key.signature(over: contents.signedBytes))
    }

    public func certificate(
        of host: ECPrivateKey, for usage: SelfDescriptiveCertificate.KeyUsage = .signatureVerification
    ) -> SelfDescriptiveCertificate {
        certificate(
            of: .elliptic(point: host.publicKey.uncompressedPoint, parameterReference: 0), for: usage, subject: "HOST")
    }
}
