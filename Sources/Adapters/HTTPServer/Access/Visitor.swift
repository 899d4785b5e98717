import Issuing
import Merchants
import Payments
import TrustedServiceManager
import Wallet

/// Who asks, once its credential has been found good.
enum Visitor: Sendable {
    /// A party of the central TSM's.
    case party(CredentialRecord.Holder)
    /// A party of an issuer's.
    case issuerParty(IssuerCredential.Holder)
    /// A party of a payment server's.
    case paymentParty(CredentialHolder)
    /// A party of a merchant platform's.
    case merchantsParty(PlatformCredential.Holder)
    /// Somebody who is logged in to the wallet on a device.
    case walletUser(Session, Device)
    /// Whoever brings the payments of merchants to the wallet.
    case acquirer(AcquirerName)
    /// Whoever runs the wallet, by name.
    case walletOperator(String)
}
