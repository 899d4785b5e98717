public import CardCryptography
public import GlobalPlatform
import ISO7816

/// How a service provider shows itself to the controlling authorities of cards, and whom it believes a card's key.
public struct ConfidentialSetupIdentity: Sendable {
    /// Of the key that answers a card's challenge.
    public var certificate: SelfDescriptiveCertificate
    /// SK.AP.ECDSA on P-256.
    public var key: ECPrivateKey
    /// The authorities whose certificates of cards are believed, by tag 42.
    public var authorities: [[UInt8]: ECPublicKey]

    /// - Throws: ``ConfidentialSetupError/wrongIdentity`` when the certificate is not of this key, or is for another use.
    public init(
        certificate: SelfDescriptiveCertificate, key: ECPrivateKey, authorities: [[UInt8]: ECPublicKey]
    ) throws(ConfidentialSetupError) {
        guard case .elliptic(let point, EllipticCurve.p256.parameterReference) = certificate.contents.publicKey,
            point == key.publicKey.uncompressedPoint, certificate.contents.usage == .signatureVerification
        else { throw .wrongIdentity }
        self.certificate = certificate
        self.key = key
        self.authorities = authorities
    }

    /// The key that CERT.CASD certifies, if there is reason to believe it.
    ///
    /// - Parameters:
    ///   - bytes: what the card answered to GET DATA 7F21.
    ///   - image: the card's image number, which the certificate must name; `nil` where it is not known.
    ///   - today: certificates have a first and a last day.
    public func agreementKey(
        certifiedBy bytes: [UInt8], ofCard image: [UInt8]?, on today: CertificateDate
    ) throws(ConfidentialSetupError) -> ECPublicKey {
        let contents = try believed(bytes, ofCard: image, on: today)
        guard contents.usage == .keyAgreement,
            case .elliptic(let point, EllipticCurve.p256.parameterReference) = contents.publicKey,
            let key = try? ECPublicKey(curve: .p256, uncompressedPoint: point)
        else { throw .wrongCertificate }
        return key
    }

    /// The key that CERT.CASD.CT certifies (scenario #2B), under the same conditions.
    public func deciphermentKey(
        certifiedBy bytes: [UInt8], ofCard image: [UInt8]?, on today: CertificateDate
    ) throws(ConfidentialSetupError) -> RSAPublicKey {
        let contents = try believed(bytes, ofCard: image, on: today)
        guard contents.usage == .confidentiality, case .rsa(let modulus, let exponent) = contents.publicKey,
            let key = try? RSAPublicKey(modulus: modulus, exponent: exponent)
        else { throw .wrongCertificate }
        return key
    }

    private func believed(
        _ bytes: [UInt8], ofCard image: [UInt8]?, on today: CertificateDate
    ) throws(ConfidentialSetupError) -> SelfDescriptiveCertificate.Contents {
        let certificate: SelfDescriptiveCertificate
        do { certificate = try SelfDescriptiveCertificate(bytes: bytes) } catch { throw .malformed("\(error)") }
        let contents = certificate.contents
        guard let authority = authorities[contents.authority] else { throw .unknownAuthority(contents.authority.hex) }
        guard authority.isValid(certificate.signature, over: contents.signedBytes) else { throw .notSigned }
        guard image == nil || contents.imageNumber == image else { throw .anotherCard }
        guard contents.effectiveDate.map({ $0 <= today }) ?? true, today <= contents.expirationDate else {
            throw .outOfDate
        }
        return contents
    }
}

/// Why keys cannot be set through a card's controlling authority.
public enum ConfidentialSetupError: Error, Equatable, Sendable, CustomStringConvertible {
    case wrongIdentity
    case malformed(String)
    case unknownAuthority(String)
    /// The signature of a certificate is not the authority's.
    case notSigned
    /// The certificate names another card.
    case anotherCard
    case outOfDate
    case wrongCertificate
    /// Whoever answered has not computed the keys that were agreed on.
    case wrongReceipt

    public var description: String {
        switch self {
        case .wrongIdentity: "the certificate is not of this key, or is not for signatures"
        case .malformed(let reason): "a card's answer in the confidential setup: \(reason)"
        case .unknownAuthority(let identifier): "the card's certificate is of authority \(identifier), unknown here"
        case .notSigned: "the certificate is not signed by its authority"
        case .anotherCard: "the card's certificate names another card"
        case .outOfDate: "the card's certificate is not valid today"
        case .wrongCertificate: "the card's certificate is of a key for another use"
        case .wrongReceipt: "the receipt is not of the keys that were agreed on"
        }
    }
}
