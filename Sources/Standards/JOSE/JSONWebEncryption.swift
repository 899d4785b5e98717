public import CardCryptography
import Foundation

/// A message that one party alone can read, in compact form: `header..nonce.ciphertext.tag`, by ECDH-ES on P-256 and
/// A256GCM and nothing else. RFC 7516, RFC 7518 §4.6 and §5.3.
///
/// Whoever stores or relays it on the way sees how long it is.
public enum JSONWebEncryption {
    /// Bytes of a compact form that are looked at, at most.
    public static let bytesMax = 16_384

    /// Encrypts `payload` for the owner of a key.
    ///
    /// - Parameters:
    ///   - type: what the message is, such as `card-verification+jwe`.
    ///   - name: the name that the key is published under.
    /// - Throws: ``JSONWebEncryptionError/unsuitableKey`` for a key on another curve.
    public static func encrypt(
        _ payload: SecretBytes, type: String, to key: ECPublicKey, named name: String
    ) throws(JSONWebEncryptionError) -> String {
        guard key.curve == .p256 else { throw .unsuitableKey }
        let ephemeral = ECPrivateKey.generate(.p256)
        let header = EncryptionHeader(typ: type, kid: name, point: ephemeral.publicKey.uncompressedPoint)
        let protected = Base64URL.encode(header.bytes)
        do {
            let sealed = try AESGCM.seal(
                payload, key: contentKey(try ephemeral.sharedSecret(with: key)),
                additionalData: Array(protected.utf8))
            // ECDH-ES agrees on the key itself: there is no encrypted key between header and nonce.
            return [protected, ""].joined(separator: ".") + "."
                + [sealed.nonce, sealed.ciphertext, sealed.tag].map { Base64URL.encode($0) }.joined(separator: ".")
        } catch {
            throw .unsuitableKey
        }
    }

    /// The payload of a message of `type` that was encrypted for one of our keys.
    ///
    /// - Parameter key: the private key of a name; `nil` for a name that is not ours.
    /// - Throws: ``JSONWebEncryptionError``.
    public static func decrypt(
        _ compact: String, type: String, key: (_ name: String) -> ECPrivateKey?
    ) throws(JSONWebEncryptionError) -> SecretBytes {
        guard compact.utf8.count <= bytesMax else { throw .tooLong }
        let parts = compact.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[1].isEmpty, let headerBytes = Base64URL.decode(parts[0]),
            let nonce = Base64URL.decode(parts[2]), let ciphertext = Base64URL.decode(parts[3]),
            let tag = Base64URL.decode(parts[4]), nonce.count == AESGCM.nonceLength, tag.count == AESGCM.tagLength
        else { throw .malformed }
        guard let header = EncryptionHeader(bytes: headerBytes) else { throw .malformed }
        guard header.isOurs else { throw .algorithm }
        guard header.typ == type else { throw .type }
        guard let key = key(header.kid), key.curve == .p256 else { throw .unknownKey }
        do {
            let ephemeral = try ECPublicKey(curve: .p256, uncompressedPoint: header.point)
            let message = try AESGCM.SealedMessage(bytes: nonce + ciphertext + tag)
            return try AESGCM.open(
                message, key: contentKey(try key.sharedSecret(with: ephemeral)),
                additionalData: Array("\(parts[0])".utf8))
        } catch {
            throw .notOpened
        }
    }

    private static func contentKey(_ secret: SecretBytes) -> SecretBytes {
        ConcatKDF.derive(secret, algorithm: EncryptionHeader.encryption, bitCount: 256)
    }
}

/// Why a message cannot be read, or not written.
public enum JSONWebEncryptionError: Error, Equatable, Sendable, CustomStringConvertible {
    case malformed
    case tooLong
    /// Another algorithm than ECDH-ES with A256GCM, or a header that would have to be understood and is not.
    case algorithm
    /// It is a message of another kind.
    case type
    case unknownKey
    /// It was not encrypted for this key, or has been altered.
    case notOpened
    /// A key that is not on P-256.
    case unsuitableKey

    public var description: String {
        switch self {
        case .malformed: "the encrypted message is not in compact form"
        case .tooLong: "the encrypted message has more than \(JSONWebEncryption.bytesMax) bytes"
        case .algorithm: "the encrypted message does not use ECDH-ES with A256GCM and nothing else"
        case .type: "the encrypted message is of another type"
        case .unknownKey: "the encrypted message is for a key that is not known here"
        case .notOpened: "the encrypted message cannot be opened"
        case .unsuitableKey: "ECDH-ES takes keys on P-256"
        }
    }
}

/// The key that follows from a shared secret. NIST SP 800-56A §5.8.1 as RFC 7518 §4.6.2 fills it in: no party information,
/// one round of SHA-256.
enum ConcatKDF {
    static func derive(
        _ secret: SecretBytes, algorithm: String, bitCount: Int, partyU: [UInt8] = [], partyV: [UInt8] = []
    ) -> SecretBytes {
        precondition(bitCount <= 256 && bitCount % 8 == 0, "one round of SHA-256 gives 256 bits")
        func prefixed(_ bytes: [UInt8]) -> [UInt8] { bigEndian(bytes.count) + bytes }
        let information = prefixed(Array(algorithm.utf8)) + prefixed(partyU) + prefixed(partyV) + bigEndian(bitCount)
        return SecretBytes(Digest.hash(bigEndian(1) + secret.revealed() + information)).prefix(bitCount / 8)
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
