public import CardCryptography
public import GlobalPlatform
import ISO7816

/// What the manufacturer gives a card's controlling authority: whom it trusts.
public struct ControllingAuthorityTrust: Sendable {
    /// PK.CA.AUT on P-256.
    public var key: ECPublicKey
    /// Tag 42 of the certificates that the key verifies, 1 to 16 bytes.
    public var identifier: [UInt8]
    /// Whether the card also deciphers keys (scenario #2B), with an RSA key of this length in bits.
    public var deciphermentBitCount: Int?

    public init(key: ECPublicKey, identifier: [UInt8], deciphermentBitCount: Int? = nil) {
        self.key = key
        self.identifier = identifier
        self.deciphermentBitCount = deciphermentBitCount
    }
}

/// Why a controlling authority cannot be personalized.
public enum ControllingAuthorityError: Error, Equatable, Sendable {
    /// The card's configuration has none.
    case absent
    case isPersonalizedAlready
    /// The certificate is of another key, for another use, or not signed by the authority.
    case wrongCertificate
    /// On another curve than P-256.
    case wrongAuthorityKey
}

extension ControllingAuthorityError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .absent: "the card's configuration has no controlling authority"
        case .isPersonalizedAlready: "the card's controlling authority has its keys already"
        case .wrongCertificate: "the certificate is not one of the authority's for the key of this card"
        case .wrongAuthorityKey: "the authority's key is on P-256"
        }
    }
}

extension SecureElement {
    /// The manufacturer's last step on a card that has a controlling authority's SD: the card makes its keys, and gets
    /// certificates of their public halves. Private keys never leave the card.
    ///
    /// - Parameter certify: has the authority certify a public key of this card; also a key for which the card keeps no
    ///   certificate (CERT.CASD.CT, which is too long for a short GET DATA, comes with the card's delivery).
    public mutating func personalizeControllingAuthority(
        trusting trust: ControllingAuthorityTrust,
        certify: (CertifiedPublicKey, SelfDescriptiveCertificate.KeyUsage) throws -> SelfDescriptiveCertificate
    ) throws {
        let domain = memory.applications.first { memory.role(of: $0.aid) == .controllingAuthority }?.aid
        guard let domain, let present = memory.securityDomain(domain) else { throw ControllingAuthorityError.absent }
        guard present.authority == nil else { throw ControllingAuthorityError.isPersonalizedAlready }
        guard trust.key.curve == .p256 else { throw ControllingAuthorityError.wrongAuthorityKey }
        let agreementKey = ECPrivateKey.generate(.p256)
        let point = CertifiedPublicKey(agreementKey.publicKey)
        let certificate = try certify(point, .keyAgreement)
        guard certificate.contents.publicKey == point, certificate.contents.usage == .keyAgreement,
            trust.key.isValid(certificate.signature, over: certificate.contents.signedBytes)
        else { throw ControllingAuthorityError.wrongCertificate }
        var decipherment: RSAPrivateKey?
        if let bitCount = trust.deciphermentBitCount {
            let key = RSAPrivateKey.generate(bitCount: bitCount)
            _ = try certify(
                .rsa(modulus: key.publicKey.modulus, exponent: key.publicKey.exponent), .confidentiality)
            decipherment = key
        }
        memory.updateSecurityDomain(domain) {
            $0.authority = ControllingAuthority(
                authorityKey: trust.key, authorityIdentifier: trust.identifier, agreementKey: agreementKey,
                agreementCertificate: certificate.bytes, deciphermentKey: decipherment)
        }
    }

    /// The card's controlling authority, found as the Global Service that it registers: by its privilege, never by name.
    var controllingAuthority: ControllingAuthority? {
        memory.applications.lazy.filter { $0.privileges.contains(.globalService) && $0.isSelectable && !$0.isLocked }
            .compactMap { application -> ControllingAuthority? in
                guard case .securityDomain(let domain) = application.content else { return nil }
                return domain.authority
            }.first
    }
}

extension GetDataCommand {
    /// CERT.CASD.ECKA, from any security domain of the card. GPC UICC Configuration 1.0.1 §11.
    static let certificateOfAuthority = GetDataCommand(0x7F21)
}

extension CertifiedPublicKey {
    init(_ key: ECPublicKey) {
        self = .elliptic(point: key.uncompressedPoint, parameterReference: key.curve.parameterReference)
    }

    /// The key on P-256, if it is one.
    var p256: ECPublicKey? {
        guard case .elliptic(let point, EllipticCurve.p256.parameterReference) = self else { return nil }
        return try? ECPublicKey(curve: .p256, uncompressedPoint: point)
    }
}
