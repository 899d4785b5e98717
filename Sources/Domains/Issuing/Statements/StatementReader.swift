import CardCryptography
import Foundation
public import JOSE

/// Why a signed statement is not believed.
public enum StatementRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case signature(JSONWebSignatureError)
    /// Signed, and not with the claims of its type.
    case claims
    /// For another issuer.
    case audience
    /// Signed by another wallet than the one that it speaks for, or than the one that asks.
    case signer
    case expired
    /// From the future, or good for longer than its type allows.
    case times
    /// It says another thing than the request; the field is named as in the request.
    case differs(field: String)
    /// It was used for something else.
    case replayed

    public var description: String {
        switch self {
        case .signature(let error): error.description
        case .claims: "the signed message does not have the claims of its type"
        case .audience: "the signed message is for another issuer"
        case .signer: "the signed message is not that of the wallet that it speaks for"
        case .expired: "the signed message has expired"
        case .times: "the signed message is from the future, or good for too long"
        case .differs(let field): "the signed message has another \(field) than the request"
        case .replayed: "the signed message was used for something else"
        }
    }
}

/// What every statement to the issuer has.
protocol StatementClaims: Decodable, Sendable {
    static var type: String { get }
    static var lifetimeSecondsMax: Int64 { get }
    var iss: String { get }
    var aud: String { get }
    var iat: Int64 { get }
    var exp: Int64 { get }
}

extension BindingAssertionClaims: StatementClaims {}
extension AuthorizationAssertionClaims: StatementClaims {}

/// Reads what wallets have signed.
struct StatementReader {
    /// The issuer's name.
    let audience: String
    let now: Int64

    /// How far the clocks of wallet and issuer may be apart.
    static let clockSkewSecondsMax: Int64 = 30

    /// The claims of a statement, and whose word it is.
    ///
    /// - Parameters:
    ///   - asking: the wallet that presents it; `nil` when a device does, which needs no credential.
    ///   - wallets: those that the issuer works with.
    func read<Claims: StatementClaims>(
        _ compact: String, from asking: String?, of wallets: [WalletPlatform], as type: Claims.Type = Claims.self
    ) throws(IssuingError) -> (Claims, WalletPlatform) {
        let (claims, signer) = try readAtAnyTime(compact, from: asking, of: wallets, as: type)
        try checkTimes(of: claims)
        return (claims, signer)
    }

    /// The claims of a statement that may have expired: what was answered to it once is still the answer.
    func readAtAnyTime<Claims: StatementClaims>(
        _ compact: String, from asking: String?, of wallets: [WalletPlatform], as: Claims.Type = Claims.self
    ) throws(IssuingError) -> (Claims, WalletPlatform) {
        var signer: WalletPlatform?
        let payload: [UInt8]
        do {
            payload = try JSONWebSignature.verify(compact, type: Claims.type) { name in
                signer = wallets.first { wallet in wallet.keys.contains { $0.name == name } }
                return signer?.key(named: name)
            }
        } catch {
            throw .statement(.signature(error))
        }
        guard let signer, let claims = try? JSONDecoder().decode(Claims.self, from: Data(payload)) else {
            throw .statement(.claims)
        }
        guard claims.iss == signer.name, asking == nil || asking == signer.name else { throw .statement(.signer) }
        guard claims.aud == audience else { throw .statement(.audience) }
        return (claims, signer)
    }

    func checkTimes<Claims: StatementClaims>(of claims: Claims) throws(IssuingError) {
        guard claims.exp > now else { throw .statement(.expired) }
        guard claims.iat <= now + Self.clockSkewSecondsMax, claims.iat < claims.exp,
            claims.exp - max(claims.iat, 0) <= Claims.lifetimeSecondsMax
        else { throw .statement(.times) }
    }
}

/// A statement as bytes to sign.
func payload(_ claims: some Encodable) throws(IssuingError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return try Array(encoder.encode(claims)) } catch { throw .internal(reason: "claims: \(error)") }
}
