public import ISO7816
public import SecureChannel

/// The vault: master keys stay inside, sessions and cryptograms come out.
///
/// Two implementations are meant: the sealed software vault, and PKCS#11 beside it.
public protocol KeyService: Sendable {
    /// Makes a random 32-byte AES master key and keeps it.
    func createMasterKey(label: String) async throws(KeyServiceError) -> MasterKeyIndex

    /// The master key encrypted under another party's transport key (RSA-OAEP, SHA-256): the only way out.
    func wrappedMasterKey(
        _ index: MasterKeyIndex, underTransportKey pem: String
    ) async throws(KeyServiceError) -> [UInt8]

    /// Computes a whole SCP03 script for a card with pseudo-random challenges, before the card is reached.
    func forecast(_ request: ForecastRequest) async throws(KeyServiceError) -> SCP03Forecast

    /// Computes the rest of a script for a card with random challenges, from its answer to INITIALIZE UPDATE.
    ///
    /// - Parameter opening: the data field of that answer.
    func script(
        _ request: ForecastRequest, opening: [UInt8]
    ) async throws(KeyServiceError) -> SCP03AnsweredScript

    /// PUT KEY that adds or replaces a key set diversified from a master key, encrypted under the DEK of `opening`.
    func putKey(
        _ new: KeyReference, replacing: UInt8?, encryptedUnder opening: KeyReference
    ) async throws(KeyServiceError) -> CommandAPDU

    /// Makes a key pair that signs tokens of delegated management, on P-256; the private half stays in the vault.
    func createSigningKey(label: String) async throws(KeyServiceError) -> SigningKeyIndex

    /// The signature over `message`: ECDSA with SHA-256, r and s side by side (GPC v2.3.1 §B.4.3).
    func sign(_ message: [UInt8], with key: SigningKeyIndex) async throws(KeyServiceError) -> [UInt8]

    /// PUT KEY of the public half, as the key that verifies tokens (version 70).
    func putTokenKey(
        _ key: SigningKeyIndex, replacing replaced: UInt8?
    ) async throws(KeyServiceError) -> CommandAPDU

    /// PUT KEY of the AES key that makes a card's receipts (version 71), diversified from a master key of its own and
    /// encrypted under the DEK of `opening`.
    func putReceiptKey(
        _ key: KeyReference, replacing replaced: UInt8?, encryptedUnder opening: KeyReference
    ) async throws(KeyServiceError) -> CommandAPDU

    /// Whether `signature` is the one that the card's receipt key makes over `message`; compared in constant time.
    func isReceipt(
        _ signature: [UInt8], over message: [UInt8], by key: KeyReference
    ) async throws(KeyServiceError) -> Bool

    /// Seals data at rest (AES-256-GCM); `context` binds it to its place.
    func seal(_ plaintext: [UInt8], context: String) async throws(KeyServiceError) -> [UInt8]
    func unseal(_ sealed: [UInt8], context: String) async throws(KeyServiceError) -> [UInt8]
}

/// What a forecast is computed from, except the keys.
public struct ForecastRequest: Hashable, Sendable {
    public var keys: KeyReference
    /// The SD that the session is opened with: the AID in the pseudo-random card challenge.
    public var securityDomain: AID
    public var implementation: UInt8
    public var sequenceCounter: UInt32
    /// 8 bytes (S8) or 16 (S16).
    public var hostChallenge: [UInt8]
    public var level: SecurityLevel
    public var commands: [CommandAPDU]

    public init(
        keys: KeyReference, securityDomain: AID, implementation: UInt8, sequenceCounter: UInt32,
        hostChallenge: [UInt8], level: SecurityLevel, commands: [CommandAPDU]
    ) {
        self.keys = keys
        self.securityDomain = securityDomain
        self.implementation = implementation
        self.sequenceCounter = sequenceCounter
        self.hostChallenge = hostChallenge
        self.level = level
        self.commands = commands
    }
}

public enum KeyServiceError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownMasterKey(MasterKeyIndex)
    case unknownSigningKey(SigningKeyIndex)
    case invalidTransportKey(String)
    case sealBroken(context: String)
    case invalid(String)
    case failed(String)

    public var description: String {
        switch self {
        case .unknownMasterKey(let index): "the vault holds no master key \(index.rawValue)"
        case .unknownSigningKey(let index): "the vault holds no signing key \(index.rawValue)"
        case .invalidTransportKey(let reason): "the transport key cannot be used: \(reason)"
        case .sealBroken(let context): "sealed data of \(context) does not open: it was altered or belongs elsewhere"
        case .invalid(let reason): reason
        case .failed(let reason): "the vault failed: \(reason)"
        }
    }
}
