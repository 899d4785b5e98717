public import CardCryptography

/// The wallet's server as a device sees it: `/wallet/v1`.
///
/// Every request that changes something carries a key; the same key gets the same answer, and a device repeats an
/// unsettled request with the key it had. Identifiers are opaque texts: a device passes on what it was given.
public protocol WalletService: Sendable {
    /// Opens a session for a person on this device and this secure element.
    func logIn(_ login: WalletLogin) async throws(WalletServiceError) -> WalletSession

    /// Proves once more that the person is there: asked for before a card is moved or removed.
    func authenticateAgain(
        password: SecretBytes, in session: WalletSession
    ) async throws(WalletServiceError)

    /// Ends the session.
    func logOut(of session: WalletSession) async throws(WalletServiceError)

    /// All and only the cards bound to the user, on whatever device (BIND-01). The user of the session, or refused (BIND-07).
    func cards(of user: String, in session: WalletSession) async throws(WalletServiceError) -> [WalletCard]

    /// The wallet's word to the card's issuer that this user may bind it to the secure element of the session (BIND).
    func bindingAssertion(
        for card: String, in session: WalletSession
    ) async throws(WalletServiceError) -> IssuerBindingAssertion

    /// Binds, where that is still to be done, and activates functions, in one exchange (PFA-06).
    func activate(
        _ request: FunctionActivationRequest, key: String, in session: WalletSession
    ) async throws(WalletServiceError) -> FunctionActivationReply

    /// The one-time password that the issuer sent to the reserved telephone number; the answer to the request it belongs to.
    func confirm(
        verification: String, oneTimePassword: String, key: String, in session: WalletSession
    ) async throws(WalletServiceError) -> FunctionActivationReply

    /// What the device found in its secure element; the wallet loads what is missing and removes what is not to be there.
    func synchronize(
        _ report: SecureElementReport, key: String, in session: WalletSession
    ) async throws(WalletServiceError) -> SynchronizationReply

    /// Removes a card from this device: its tokens end, and its record leaves the secure element.
    func unbind(card: String, key: String, in session: WalletSession) async throws(WalletServiceError)

    /// The devices that cards can be moved from: this account's, with a card, and not this one (MIGR-01).
    func migrationSources(in session: WalletSession) async throws(WalletServiceError) -> [MigrationSource]

    /// Moves cards from another device of the account to this one.
    func migrate(
        _ request: MigrationRequest, key: String, in session: WalletSession
    ) async throws(WalletServiceError) -> MigrationReport

    /// How far a migration is.
    func migration(_ id: String, in session: WalletSession) async throws(WalletServiceError) -> MigrationReport
}

/// Why the wallet gave no answer that can be used.
public enum WalletServiceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no session, or no longer: log in.
    case notLoggedIn
    /// The password must be given again first.
    case authenticationRequired
    /// The wallet said no; `code` as in its problem documents.
    case refused(code: String, detail: String)
    /// No answer, or one that says to come again: repeat with the same key.
    case unsettled(detail: String)

    public var description: String {
        switch self {
        case .notLoggedIn: "nobody is logged in"
        case .authenticationRequired: "the password must be given again"
        case .refused(let code, let detail): "\(code): \(detail)"
        case .unsettled(let detail): "not settled yet: \(detail)"
        }
    }
}

/// Who logs in, and on what.
public struct WalletLogin: Sendable {
    /// The name of the account.
    public var account: String
    public var password: SecretBytes
    /// What the person calls the device: shown when cards are moved.
    public var deviceName: String
    /// The card image number of the device's secure element, in hex: read from it, never typed (BIND-02).
    public var secureElement: String
    /// The number of the subscription that the secure element is reached by; from the device's settings.
    public var telephoneNumber: String

    public init(
        account: String, password: SecretBytes, deviceName: String, secureElement: String, telephoneNumber: String
    ) {
        self.account = account
        self.password = password
        self.deviceName = deviceName
        self.secureElement = secureElement
        self.telephoneNumber = telephoneNumber
    }
}

/// A person logged in on this device. It prints without its secret.
public struct WalletSession: Hashable, Sendable, CustomStringConvertible {
    /// `usr_…`.
    public var user: String
    /// `dev_…`.
    public var device: String
    /// What the following requests carry.
    public var bearer: SecretBytes
    /// Seconds since 1970.
    public var expires: Int64

    public init(user: String, device: String, bearer: SecretBytes, expires: Int64) {
        self.user = user
        self.device = device
        self.bearer = bearer
        self.expires = expires
    }

    public var description: String { "session of \(user) on \(device)" }
}

/// A card of the user, without its number.
public struct WalletCard: Hashable, Sendable, Codable {
    /// `crd_…`.
    public var card: String
    /// The issuer that binds it, such as `harbour-bank`.
    public var issuer: String
    /// The issuer's own reference of the card.
    public var issuerCardReference: String
    /// 1 or 2: which universal instance it is paid with.
    public var type: Int
    public var label: String
    public var lastFour: String
    /// The functions that its issuer lets be activated.
    public var activatable: Set<CardFunction>
    /// The functions that are active on *this* device.
    public var active: Set<CardFunction>
    /// Of these, what somebody has stopped: it does not pay.
    public var suspended: Set<CardFunction>

    public init(
        card: String, issuer: String, issuerCardReference: String, type: Int, label: String, lastFour: String,
        activatable: Set<CardFunction>, active: Set<CardFunction>, suspended: Set<CardFunction> = []
    ) {
        self.card = card
        self.issuer = issuer
        self.issuerCardReference = issuerCardReference
        self.type = type
        self.label = label
        self.lastFour = lastFour
        self.activatable = activatable
        self.active = active
        self.suspended = suspended
    }
}

/// One way to pay with a card of the wallet. The raw value is its name in requests.
public enum CardFunction: String, Hashable, Sendable, Codable, CaseIterable {
    /// A terminal reads the secure element.
    case nfc
    /// A merchant scans a code that the consumer shows.
    case qr
    /// A purchase in an application or on a page.
    case online

    /// How the secure element writes it: 1, 2, 3.
    public var code: UInt8 {
        switch self {
        case .nfc: 1
        case .qr: 2
        case .online: 3
        }
    }

    /// Its bit in the bitmap of a card record: b1, b2, b3.
    public var bit: UInt8 { 1 << (code - 1) }
}
