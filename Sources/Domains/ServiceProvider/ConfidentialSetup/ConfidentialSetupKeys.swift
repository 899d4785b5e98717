public import ISO7816

/// The part of a provider's vault that sets keys through a card's controlling authority.
///
/// Agreed keys open the provider's SD until its own generation of keys replaces them; they are of one card each.
public protocol ConfidentialSetupKeys: ProviderKeys {
    /// STORE DATA with the provider's certificate, which the card answers with a challenge.
    ///
    /// - Parameter blockLength: what the data field of one command holds.
    func certificateCommands(blockLength: Int) async throws(ProviderKeysError) -> [CommandAPDU]

    /// STORE DATA with which card and provider agree on a key set, version ``ProviderKeySet/agreedVersion``.
    ///
    /// The key set is durable in the vault before this returns, as the newest candidate for the card.
    ///
    /// - Parameters:
    ///   - certificate: what the card answered to GET DATA 7F21.
    ///   - challenge: what it answered to ``certificateCommands(blockLength:)``.
    ///   - image: the card image number that the certificate must name; `nil` where it is not known.
    func agreementCommands(
        certificate: [UInt8], challenge: [UInt8], image: [UInt8]?, card: CardDescription, blockLength: Int
    ) async throws(ProviderKeysError) -> [CommandAPDU]

    /// Whether an answer of the card proves that it has the newest candidate.
    func isReceipt(_ answer: [UInt8], of card: CardDescription) async throws(ProviderKeysError) -> Bool

    /// Drops all candidates for a card: keys of the provider's own generations have proven to be there.
    func forgetAgreedKeys(of card: CardDescription) async throws(ProviderKeysError)
}

/// Whether a provider sets its keys through the controlling authority of cards.
public enum ConfidentialSetupPolicy: Sendable {
    case never
    /// On cards that have one; on others the temporary keys are replaced, as the central TSM could read.
    case whereAvailable(any ConfidentialSetupKeys)
    /// On every card: one that has none is not provisioned.
    case required(any ConfidentialSetupKeys)

    var keys: (any ConfidentialSetupKeys)? {
        switch self {
        case .never: nil
        case .whereAvailable(let keys), .required(let keys): keys
        }
    }
}
