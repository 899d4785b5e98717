public import ISO7816
public import SecureChannel

/// The service provider's vault: its own keys and the temporary master key; only sessions and cryptograms come out.
public protocol ProviderKeys: Sendable {
    /// A script computed with a key set of one card.
    func forecast(
        _ keySet: ProviderKeySet, card: CardDescription, hostChallenge: [UInt8], commands: [CommandAPDU]
    ) async throws(ProviderKeysError) -> SCP03Forecast

    /// The rest of a script for a card that draws random challenges: EXTERNAL AUTHENTICATE and the wrapped commands.
    ///
    /// - Parameter opening: the data field of the card's answer to INITIALIZE UPDATE with `hostChallenge`.
    func script(
        _ keySet: ProviderKeySet, card: CardDescription, hostChallenge: [UInt8], opening: [UInt8],
        commands: [CommandAPDU]
    ) async throws(ProviderKeysError) -> SCP03AnsweredScript

    /// PUT KEY that replaces `replaced` by the provider's own key set of `generation`, encrypted under the DEK of
    /// `opening`. The key set is durable in the vault before this returns: it cannot be on a card and nowhere else.
    func putKey(
        generation: Int, replacing replaced: UInt8, encryptedUnder opening: ProviderKeySet, card: CardDescription
    ) async throws(ProviderKeysError) -> CommandAPDU

    /// The newest generation of own keys, made durable if there was none.
    func currentGeneration() async throws(ProviderKeysError) -> Int
}

/// Names a key set on the provider's security domains; its bytes follow from a master key and the card.
public enum ProviderKeySet: Hashable, Sendable, Codable {
    /// Given by the central TSM at pre-personalization.
    case temporary
    /// Agreed on with the card through its controlling authority: nobody else has ever seen it. Candidates count from
    /// the newest, 0.
    case agreed(candidate: Int)
    /// The provider's own: the central TSM has never seen it.
    case own(generation: Int)

    /// The key version number of agreed key sets.
    public static let agreedVersion: UInt8 = 0x2F
    /// Attempts to agree with one card that are remembered: each but the newest can only be on a card about which
    /// somebody lied.
    public static let candidatesMax = 4

    /// The key set behind a key version number that *get SE data* tells.
    public static func behind(version: UInt8, candidate: Int = 0) -> ProviderKeySet {
        version == agreedVersion ? .agreed(candidate: candidate) : own(version: version) ?? .temporary
    }

    /// Own key sets count up from `31`; `30` is the temporary one.
    public static let firstOwnVersion: UInt8 = 0x31
    public static let generationsMax = 0x7F - 0x31 + 1

    /// The key version number of the provider's own key set of `generation`, from 0.
    public static func ownVersion(generation: Int) -> UInt8 { firstOwnVersion + UInt8(generation % generationsMax) }

    /// The key set behind a key version number of the provider's own.
    public static func own(version: UInt8) -> ProviderKeySet? {
        version >= firstOwnVersion && version <= 0x7F ? .own(generation: Int(version - firstOwnVersion)) : nil
    }
}

public enum ProviderKeysError: Error, Equatable, Sendable, CustomStringConvertible {
    case noTemporaryMasterKey
    case unknownGeneration(Int)
    /// No key set has been agreed on with the card, or not that many.
    case noAgreedKeys
    case confidentialSetup(ConfidentialSetupError)
    case invalid(String)
    case failed(String)

    public var description: String {
        switch self {
        case .noTemporaryMasterKey: "the vault has no temporary master key: import the one from registration"
        case .unknownGeneration(let generation): "the vault has no own keys of generation \(generation)"
        case .noAgreedKeys: "the vault has no key set that was agreed on with this card"
        case .confidentialSetup(let error): "\(error)"
        case .invalid(let reason): reason
        case .failed(let reason): "the vault failed: \(reason)"
        }
    }
}

/// The provider's security domain on one card, as *get SE data* describes it.
public struct CardDescription: Hashable, Sendable, Codable {
    public var securityDomain: AID
    public var keyVersionNumber: UInt8
    /// 10 bytes.
    public var keyDiversificationData: [UInt8]
    /// The last sequence counter used.
    public var sequenceCounter: UInt32
    /// The "i" parameter of SCP03.
    public var implementation: UInt8

    /// Bit 5 of "i": the card challenge is pseudo-random, so a script can be computed beforehand (GPC Amd D Table 5-1).
    public var hasPseudoRandomChallenge: Bool { implementation & 0x10 != 0 }

    /// 8 bytes, or 16 in S16 mode (bit 1 of "i"); C-MACs have the same length.
    public var challengeLength: Int { implementation & 0x01 != 0 ? 16 : 8 }

    public init(
        securityDomain: AID, keyVersionNumber: UInt8, keyDiversificationData: [UInt8], sequenceCounter: UInt32,
        implementation: UInt8
    ) {
        self.securityDomain = securityDomain
        self.keyVersionNumber = keyVersionNumber
        self.keyDiversificationData = keyDiversificationData
        self.sequenceCounter = sequenceCounter
        self.implementation = implementation
    }
}
