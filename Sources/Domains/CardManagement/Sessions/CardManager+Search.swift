import CardCryptography
public import GlobalPlatform
public import ISO7816
public import SecureChannel

/// A key set on the card that some key material opens.
public struct KeyMatch: Equatable, Sendable {
    public let keyVersion: KeyVersionNumber?
    /// `02` or `03`.
    public let secureChannelProtocol: UInt8
    /// Which of the materials tried, from 0.
    public let materialIndex: Int
    /// The diversification with which it fits, whatever the material says of itself.
    public let diversification: KeyDiversification
}

extension CardManager {
    /// How many key sets a search asks the card for; some cards count every INITIALIZE UPDATE that nothing follows.
    public static let searchedVersionsMax = 16

    /// Which key sets of a security domain these materials open, under any known diversification: one INITIALIZE UPDATE
    /// for each version that the card lists, and the rest off-line. EXTERNAL AUTHENTICATE is not sent.
    ///
    /// - Throws: ``CardManagementError``.
    public func search(
        for materials: [CardKeyMaterial], in securityDomain: AID? = nil
    ) async throws(CardManagementError) -> [KeyMatch] {
        let listed = try await report(securityDomain: securityDomain, objects: [.keyInformationTemplate])
        let versions = listed.channelKeyVersions.prefix(Self.searchedVersionsMax)
        var matches: [KeyMatch] = []
        for version in versions.isEmpty ? [nil] : versions.map(Optional.some) {
            let trial: KeyTrial
            do {
                trial = try await beginOpening(
                    SessionRequest(securityDomain: securityDomain, keyVersion: version)
                ).trial
            } catch {
                // A set that opens no session, such as one for signatures.
                switch error {
                case .cardRefused, .noSuchKeySet: continue
                default: throw error
                }
            }
            for (index, material) in materials.enumerated() {
                for diversification in KeyDiversification.allCases where trial.fits(material.with(diversification)) {
                    matches.append(
                        KeyMatch(
                            keyVersion: trial.usedVersion, secureChannelProtocol: trial.secureChannelProtocol,
                            materialIndex: index, diversification: diversification))
                }
            }
        }
        return matches
    }
}

extension CardReport {
    /// The versions that have keys at all three places of a secure channel.
    var channelKeyVersions: [KeyVersionNumber] {
        keyVersions.filter { version in
            let identifiers = Set(keys.filter { $0.version == version }.map(\.identifier))
            return identifiers.isSuperset(of: [.encryption, .mac, .dataEncryption])
        }
    }
}
