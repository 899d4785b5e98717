import GlobalPlatform
import ISO7816
import SecureChannel

/// The volatile state of one logical channel: gone with the power.
struct LogicalChannel: Equatable, Sendable {
    /// The selected Application.
    var selected: AID
    var session = Session.none
    /// INSTALL [for personalization] named this application: the next STORE DATAs are for it.
    var personalizationTarget: AID?
    var loading: LoadInProgress?
    /// Parts of a chained command, before the last.
    var chain: [CommandAPDU] = []
    /// A message for the controlling authority, before its last STORE DATA.
    var setupMessage: [UInt8] = []
    /// What GET STATUS has not told yet.
    var pendingStatus: PendingStatus?
    /// What the selected payment Application is about.
    var transaction: PaymentTransaction?
    /// What the selected purse has begun.
    var purse: PurseTransaction?

    enum Session: Equatable, Sendable {
        case none
        case initiated(CardHandshake, OpenKeySet)
        case open(SecureChannelCardSession, OpenKeySet)
        /// Open, and taken out of the channel for the command that is being executed.
        case inUse(OpenKeySet)
    }

    /// The bytes of a chained command that are kept at most.
    static let chainLengthMax = 4_096

    /// Everything that ends when another Application is selected, or the session is.
    mutating func endSession() {
        session = .none
        personalizationTarget = nil
        loading = nil
        chain = []
        setupMessage = []
        pendingStatus = nil
    }
}

/// INITIALIZE UPDATE was answered, in one of the two protocols.
enum CardHandshake: Equatable, Sendable {
    case scp02(SCP02CardHandshake)
    case scp03(SCP03CardHandshake)

    /// The answer to INITIALIZE UPDATE.
    var response: ResponseAPDU {
        switch self {
        case .scp02(let handshake): handshake.response
        case .scp03(let handshake): handshake.response
        }
    }

    /// Checks EXTERNAL AUTHENTICATE and opens the session that it asks for.
    func authenticate(_ command: CommandAPDU) throws(SecureChannelCardError) -> SecureChannelCardSession {
        switch self {
        case .scp02(let handshake): SecureChannelCardSession(try handshake.authenticate(command))
        case .scp03(let handshake): SecureChannelCardSession(try handshake.authenticate(command))
        }
    }
}

/// Which key set a session runs with. The static keys stay those of the opening, whatever is put meanwhile.
struct OpenKeySet: Equatable, Sendable {
    var owner: AID
    var version: KeyVersionNumber
    var keys: SecureChannelKeySet
}

/// What is left of a GET STATUS answer, for `6310` and the continuation.
struct PendingStatus: Equatable, Sendable {
    var request: GetStatusCommand
    var entries: [[UInt8]]

    /// Whether a command asks for the rest of the same search.
    func continues(_ next: GetStatusCommand) -> Bool {
        var same = request
        same.isContinuation = true
        return next == same
    }
}

/// A load file on its way in: volatile until the last block.
struct LoadInProgress: Equatable, Sendable {
    var announcement: InstallCommand.ForLoad
    /// Where the load file goes.
    var securityDomain: AID
    /// Who was asked to load it, and who let it.
    var approval: ContentApproval
    var bytes: [UInt8] = []
    var nextBlock = 0
}
