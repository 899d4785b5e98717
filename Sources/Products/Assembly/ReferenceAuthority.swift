public import CardCryptography
import Foundation
public import GlobalPlatform
import ISO7816
public import SecureElement

/// A reference certification authority: certifies the controlling authorities of cards and the providers that set keys
/// through them. It shows what an authority has to do; whose key is in a file is nobody to trust a scheme to.
public struct ReferenceAuthority: Sendable {
    private let key: ECPrivateKey

    /// Tag 42 of its certificates: 16 bytes.
    public static let identifier = Array("SENESCHAL REF CA".utf8)
    /// Certificates are valid for so long, from the day they are made.
    public static let validityYears = 10

    /// An authority with a fresh key.
    public init() { key = .generate(.p256) }

    /// - Parameter privateKey: what ``privateKey`` gave, PEM.
    /// - Throws: `CryptographyError.malformedKey`, also for a key on another curve than P-256.
    public init(privateKey: SecretBytes) throws {
        key = try ECPrivateKey(pem: privateKey)
        guard key.curve == .p256 else { throw CryptographyError.malformedKey }
    }

    /// PKCS #8 PEM, not protected by a passphrase.
    public var privateKey: SecretBytes { key.pem }

    /// PK.CA.AUT.
    public var publicKey: ECPublicKey { key.publicKey }

    /// Certifies that a key is `subject`'s, as for now and ten years.
    ///
    /// - Parameters:
    ///   - subject: 1 to 16 bytes.
    ///   - image: the image number of the card that the key is in.
    public func certificate(
        of publicKey: CertifiedPublicKey, for usage: SelfDescriptiveCertificate.KeyUsage, subject: [UInt8],
        image: [UInt8]? = nil
    ) throws -> SelfDescriptiveCertificate {
        let contents = SelfDescriptiveCertificate.Contents(
            serialNumber: SystemRandomSource().bytes(8), authority: Self.identifier, subject: subject, usage: usage,
            effectiveDate: try Self.day(yearsAhead: 0), expirationDate: try Self.day(yearsAhead: Self.validityYears),
            imageNumber: image, publicKey: publicKey)
        return SelfDescriptiveCertificate(contents, signature: key.signature(over: contents.signedBytes))
    }

    /// Has a card's controlling authority make its keys, and certifies them: the last step of manufacture.
    ///
    /// - Throws: `ControllingAuthorityError.absent` for a card whose configuration has none.
    public func personalize(_ card: inout SecureElement) throws {
        let image = try [UInt8](hex: card.inventory.cardImageNumber)
        try card.personalizeControllingAuthority(trusting: .init(key: publicKey, identifier: Self.identifier)) {
            try certificate(of: $0, for: $1, subject: Array("CASD".utf8), image: image)
        }
    }

    private static func day(yearsAhead: Int) throws -> CertificateDate {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day], from: Date())
        guard let year = parts.year, let month = parts.month, let day = parts.day,
            let date = CertificateDate(year: year + yearsAhead, month: month, day: day)
        else { throw CryptographyError.malformedKey }
        return date
    }
}
