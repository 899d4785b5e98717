import Issuing
import TrustedServiceManager

/// Who asks, once its credential has been found good.
enum Visitor: Sendable {
    /// A party of the central TSM's.
    case party(CredentialRecord.Holder)
    /// A party of an issuer's.
    case issuerParty(IssuerCredential.Holder)
}
