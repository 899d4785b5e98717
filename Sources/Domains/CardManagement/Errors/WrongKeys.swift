public import GlobalPlatform
public import ISO7816
public import SecureChannel

/// The card holds other keys than the host: what is known of it, found off-line, and what to do next.
public struct WrongKeys: Error, Equatable, Sendable, CustomStringConvertible {
    public var securityDomain: AID?
    /// What was asked for; `nil` left the choice to the card.
    public var askedVersion: KeyVersionNumber?
    /// The key set the card used.
    public var usedVersion: UInt8
    public var secureChannelProtocol: UInt8
    public var diversificationData: [UInt8]
    /// The diversification that was tried.
    public var tried: KeyDiversification
    public var finding: Finding
    /// The versions that the card lists.
    public var knownVersions: [KeyVersionNumber]
    /// As the card tells it; `nil` when it does not.
    public var triesLeft: Int?

    /// What the answer to INITIALIZE UPDATE shows without anything being sent.
    public enum Finding: Equatable, Sendable {
        /// The same key material fits with another diversification.
        case otherDiversification(KeyDiversification)
        /// The card still has the public test keys `404142…4F`.
        case publicTestKeys
        /// Key-MAC is right, Key-ENC is not.
        case encryptionKeyDiffers
        /// Key-ENC is right, Key-MAC is not.
        case macKeyDiffers
        /// Nothing that can be derived fits.
        case otherKeys
    }

    public var description: String {
        var parts = [
            "the card does not hold these keys (key set \([usedVersion].hex), SCP\([secureChannelProtocol].hex))"
        ]
        switch finding {
        case .otherDiversification(let fitting):
            parts.append("the same key fits with diversification \(fitting), tried was \(tried): use \(fitting)")
        case .publicTestKeys:
            parts.append("the card has the public test keys 404142…4F without diversification: use those")
        case .encryptionKeyDiffers:
            parts.append("Key-MAC is right and Key-ENC is not: check which file or field Key-ENC comes from")
        case .macKeyDiffers:
            parts.append("Key-ENC is right and Key-MAC is not: check which file or field Key-MAC comes from")
        case .otherKeys:
            parts.append("no known diversification of them fits either: another key set or another master key")
        }
        if !knownVersions.isEmpty {
            parts.append("the card lists key versions \(knownVersions.map(\.description).joined(separator: ", "))")
        }
        if let triesLeft { parts.append(triesLeft == 1 ? "1 try is left" : "\(triesLeft) tries are left") }
        parts.append("EXTERNAL AUTHENTICATE was not sent, no try was burnt")
        return parts.joined(separator: "; ")
    }
}
