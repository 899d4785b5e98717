public import CardCryptography
import Foundation
public import JOSE

/// What one party signs for another: the claims of a JSON Web Token (RFC 7519), compact and with ES256.
/// Times are seconds since 1970.
public protocol Statement: Codable, Hashable, Sendable {
    /// `typ` of the header, such as `payment-instruction+jwt`.
    static var type: String { get }
    /// How long a statement of the kind may hold.
    static var lifetimeSecondsMax: Int64 { get }

    /// Whose word it is.
    var iss: String { get }
    /// Whom it is for, and nobody else.
    var aud: String { get }
    /// Names the statement among those of its signer.
    var jti: String { get }
    var iat: Int64 { get }
    var exp: Int64 { get }
}

extension Statement {
    /// The claims as JSON, always the same bytes for the same claims.
    ///
    /// - Throws: an error of the encoder, for a text that is not Unicode.
    public func payload() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try Array(encoder.encode(self))
    }

    /// The statement in compact form.
    ///
    /// - Throws: ``JSONWebSignatureError/unsuitableKey`` for a key that is not on P-256, or an error of the encoder.
    public func signed(with key: NamedPrivateKey) throws -> String {
        try JSONWebSignature.sign(payload(), type: Self.type, key: key)
    }
}

/// Why a signed statement is not believed.
public enum StatementRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case signature(JSONWebSignatureError)
    /// Signed, and not with the claims of its type.
    case claims
    /// For somebody else.
    case audience
    /// Signed by another party than the one that it speaks for.
    case signer
    case expired
    /// From the future, or good for longer than its type allows.
    case times

    public var description: String {
        switch self {
        case .signature(let error): error.description
        case .claims: "the signed message does not have the claims of its type"
        case .audience: "the signed message is for somebody else"
        case .signer: "the signed message is not of the party that it speaks for"
        case .expired: "the signed message has expired"
        case .times: "the signed message is from the future, or good for too long"
        }
    }
}

/// Reads statements: signature first, then audience, signer and times.
public struct StatementReader: Sendable {
    /// How far the clocks of two parties may be apart.
    public static let clockSkewSecondsMax: Int64 = 30

    /// The reader's own name.
    public let audience: String
    /// Seconds since 1970.
    public let now: Int64

    public init(audience: String, now: Int64) {
        self.audience = audience
        self.now = now
    }

    /// The claims of a statement whose signature is that of `iss`.
    ///
    /// - Parameter signer: whose key a name is, and the public key; `nil` for a name that nobody is known by.
    /// - Throws: ``StatementRefusal``; no claim is looked at before the signature is valid.
    public func read<Claims: Statement>(
        _ compact: String, as: Claims.Type = Claims.self,
        signer: (_ keyName: String) -> (name: String, publicKey: ECPublicKey)?
    ) throws(StatementRefusal) -> Claims {
        var whose: String?
        let payload: [UInt8]
        do {
            payload = try JSONWebSignature.verify(compact, type: Claims.type) { keyName in
                let found = signer(keyName)
                whose = found?.name
                return found?.publicKey
            }
        } catch {
            throw .signature(error)
        }
        guard let claims = try? JSONDecoder().decode(Claims.self, from: Data(payload)) else { throw .claims }
        guard claims.iss == whose else { throw .signer }
        guard claims.aud == audience else { throw .audience }
        guard claims.exp > now else { throw .expired }
        let (lifetime, overflow) = claims.exp.subtractingReportingOverflow(claims.iat)
        guard claims.iat <= now + Self.clockSkewSecondsMax, !overflow,
            (1...Claims.lifetimeSecondsMax).contains(lifetime)
        else { throw .times }
        return claims
    }

    /// The key that a statement says it is signed with, to look it up by; `nil` for what is no statement. Nothing of the
    /// statement is believed by this.
    public static func keyName(of compact: String) -> String? {
        struct Header: Decodable { let kid: String }
        guard compact.utf8.count <= JSONWebSignature.bytesMax,
            let part = compact.split(separator: ".", omittingEmptySubsequences: false).first,
            let header = Base64URL.decode(part)
        else { return nil }
        return (try? JSONDecoder().decode(Header.self, from: Data(header)))?.kid
    }
}
