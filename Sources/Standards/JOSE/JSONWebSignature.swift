public import CardCryptography

/// A signed message in compact form: `header.payload.signature`, with ES256 and nothing else. RFC 7515, RFC 7518 §3.4.
///
/// One algorithm is accepted, so neither `none` nor a key taken for another kind of key ever gets as far as a check.
public enum JSONWebSignature {
    /// Bytes of a compact form that are looked at, at most.
    public static let bytesMax = 16_384

    /// Signs `payload` with a P-256 key.
    ///
    /// - Parameters:
    ///   - type: what the message is, such as `binding-assertion+jwt` (RFC 7515 §4.1.9; RFC 8725 §3.11).
    ///   - key: with its name, by which the receiver finds the public half.
    /// - Throws: ``JSONWebSignatureError/unsuitableKey`` for a key on another curve.
    public static func sign(
        _ payload: [UInt8], type: String, key: NamedPrivateKey
    ) throws(JSONWebSignatureError) -> String {
        guard key.privateKey.curve == .p256 else { throw .unsuitableKey }
        let header = JOSEHeader(alg: JOSEHeader.algorithm, kid: key.name, typ: type)
        let signed = Base64URL.encode(header.bytes) + "." + Base64URL.encode(payload)
        return signed + "." + Base64URL.encode(key.privateKey.signature(over: Array(signed.utf8)))
    }

    /// The payload of a message of `type`, its signature verified.
    ///
    /// - Parameter key: the public key of a name; `nil` for a name that nobody is known by.
    /// - Throws: ``JSONWebSignatureError``; nothing of the payload is looked at before the signature is valid.
    public static func verify(
        _ compact: String, type: String, key: (_ name: String) -> ECPublicKey?
    ) throws(JSONWebSignatureError) -> [UInt8] {
        guard compact.utf8.count <= bytesMax else { throw .tooLong }
        let parts = compact.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let headerBytes = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed }
        guard let header = JOSEHeader(bytes: headerBytes) else { throw .malformed }
        guard header.alg == JOSEHeader.algorithm, header.hasOnlyKnownMembers else { throw .algorithm }
        guard header.typ == type else { throw .type }
        guard let key = key(header.kid), key.curve == .p256 else { throw .unknownKey }
        guard key.isValid(signature, over: Array("\(parts[0]).\(parts[1])".utf8)) else { throw .signature }
        return payload
    }
}

/// A private key and the name that its public half is published under.
public struct NamedPrivateKey: Sendable {
    /// 1 to 64 characters; `kid` in the header.
    public let name: String
    public let privateKey: ECPrivateKey

    public init(name: String, privateKey: ECPrivateKey) {
        self.name = name
        self.privateKey = privateKey
    }
}

/// Why a message is not believed.
public enum JSONWebSignatureError: Error, Equatable, Sendable, CustomStringConvertible {
    case malformed
    case tooLong
    /// Another algorithm than ES256, or a header that would have to be understood and is not.
    case algorithm
    /// It is a message of another kind.
    case type
    case unknownKey
    case signature
    /// A key to sign with that is not on P-256.
    case unsuitableKey

    public var description: String {
        switch self {
        case .malformed: "the signed message is not in compact form"
        case .tooLong: "the signed message has more than \(JSONWebSignature.bytesMax) bytes"
        case .algorithm: "the signed message does not use ES256 and nothing else"
        case .type: "the signed message is of another type"
        case .unknownKey: "the signer of the message is not known"
        case .signature: "the signature does not fit the message"
        case .unsuitableKey: "ES256 takes keys on P-256"
        }
    }
}
