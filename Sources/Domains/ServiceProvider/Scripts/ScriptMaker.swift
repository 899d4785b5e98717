public import CardCryptography
public import GlobalPlatform
public import ISO7816

/// Makes the scripts of a service provider: key rotation and personalization.
public struct ScriptMaker: Sendable {
    let keys: any ProviderKeys
    let random: any RandomSource

    public init(keys: any ProviderKeys, random: any RandomSource) {
        self.keys = keys
        self.random = random
    }

    /// *Key rotation*: PUT KEY replaces the temporary key set, one agreed on with the card, or an older own one, by the
    /// newest own key set.
    ///
    /// - Parameter candidate: which of the key sets agreed on with the card is tried.
    public func keyRotation(
        _ card: CardDescription, candidate: Int = 0
    ) async throws(ProviderKeysError) -> RelayedScript {
        let opening = ProviderKeySet.behind(version: card.keyVersionNumber, candidate: candidate)
        let putKey = try await keys.putKey(
            generation: try await keys.currentGeneration(), replacing: card.keyVersionNumber,
            encryptedUnder: opening, card: card)
        return script(opening, card, [putKey])
    }

    /// *Personalization*: INSTALL [for personalization], then the data groupings in STORE DATA blocks.
    public func personalization(
        of application: AID, _ data: PersonalizationData, _ card: CardDescription
    ) -> RelayedScript {
        let keySet = ProviderKeySet.behind(version: card.keyVersionNumber)
        let install = InstallCommand.forPersonalization(application: application).command
        let store = StoreDataCommand.blocks(of: data.groupings, blockLength: Self.blockLength(card)).map(\.command)
        return script(keySet, card, [install] + store)
    }

    /// The card as it will be after the rotation: scripts that follow in the same trip are made for it.
    public func rotated(_ card: CardDescription) async throws(ProviderKeysError) -> CardDescription {
        var card = card
        card.keyVersionNumber = ProviderKeySet.ownVersion(generation: try await keys.currentGeneration())
        // Replacing a key set starts its counter again (GPC Amd D §6.2.2.1).
        card.sequenceCounter = 0
        return card
    }

    private func script(_ keySet: ProviderKeySet, _ card: CardDescription, _ commands: [CommandAPDU]) -> RelayedScript {
        RelayedScript(
            keySet: keySet, card: card,
            hostChallenge: random.bytes(card.challengeLength), commands: commands)
    }

    /// What fits a short APDU after padding and C-MAC: 255 − 8 rounded down to whole blocks, less one byte of padding;
    /// in S16 mode the C-MAC has 16 bytes.
    static func blockLength(_ card: CardDescription) -> Int { card.challengeLength == 16 ? 223 : 239 }
}

/// The data that personalizes an application; printed as a count, because it may hold a PAN and keys.
public struct PersonalizationData: Sendable, CustomStringConvertible {
    public var groupings: [DataGrouping]

    public init(_ groupings: [DataGrouping]) { self.groupings = groupings }

    public var description: String { "‹\(groupings.count) data groupings›" }
}
