public import CardCryptography
import ISO7816
import TurnTaking

/// Accounts, logins, sessions and devices.
///
/// Answers and the work behind them are the same for names that exist and names that do not, except at registration, which
/// cannot but say that a name is taken and is counted per address for that.
public struct AccountDesk: Sendable {
    let store: any WalletStore
    let secureElements: any SecureElementManagement
    let clock: any WalletClock
    let random: any RandomSource
    let policy: AccountPolicy

    let passwords = PasswordWork()
    let addresses: AttemptWindows
    let strangers = StrangerFailures()
    /// One login per name at a time: wrong passwords that arrive together are counted one by one.
    let turns = Turns<LoginName, WalletError>()

    /// - Parameter secureElements: where a device's secure element is looked up by its subscriber's number.
    public init(
        store: any WalletStore, secureElements: any SecureElementManagement, clock: any WalletClock,
        random: any RandomSource = SystemRandomSource(), policy: AccountPolicy = .standard
    ) {
        self.store = store
        self.secureElements = secureElements
        self.clock = clock
        self.random = random
        self.policy = policy
        addresses = AttemptWindows(
            attemptsMax: policy.addressAttemptsMax, windowSeconds: policy.addressWindowSeconds)
    }

    /// Opens an account.
    ///
    /// - Throws: ``WalletError/loginNameTaken``; ``WalletError/lockedOut(seconds:)`` for an address that registers too
    ///   many; ``WalletError/invalid(field:reason:)``.
    public func register(
        _ registration: AccountRegistration, from address: NetworkAddress
    ) async throws(WalletError) -> UserID {
        try registration.check()
        let now = clock.now()
        if let seconds = addresses.blockedSeconds(address, at: now) { throw .lockedOut(seconds: seconds) }
        addresses.count(address, at: now)
        let password = try await passwords.digest(
            of: registration.password, cost: policy.passwordCost, random: random)
        let account = Account(
            id: .random(random), login: registration.login, displayName: registration.displayName,
            password: password, createdAt: now)
        let entry = AuditEntry(at: now, actor: "user \(account.id)", action: "account opened", user: account.id)
        do {
            try await store.commit([.account(account), .audit(entry)])
        } catch .duplicate {
            throw .loginNameTaken
        } catch {
            throw WalletError(error)
        }
        return account.id
    }

    // MARK: - Passwords

    /// The account, when the password is its own. Wrong ones are counted, for the name and for the address.
    func account(
        named login: LoginName, _ password: SecretBytes, from address: NetworkAddress
    ) async throws(WalletError) -> Account {
        let now = clock.now()
        if let seconds = addresses.blockedSeconds(address, at: now) { throw .lockedOut(seconds: seconds) }
        let known = try await stored { () async throws(WalletStoreError) in try await store.account(named: login) }
        let failures = known?.failures ?? strangers[login]
        if let seconds = failures.lockedSeconds(at: now) {
            addresses.count(address, at: now)
            throw .lockedOut(seconds: seconds)
        }
        let isRight = try await passwords.isRight(
            password, known?.password, cost: policy.passwordCost, random: random)
        guard let account = known, isRight else {
            try await countFailure(login, known, failures.adding(at: now, policy), address, at: now)
            throw .credentialsRefused
        }
        return account
    }

    private func countFailure(
        _ login: LoginName, _ account: Account?, _ failures: LoginFailures, _ address: NetworkAddress, at now: Int64
    ) async throws(WalletError) {
        addresses.count(address, at: now)
        guard var account else {
            strangers[login] = failures
            return
        }
        account.failures = failures
        let action = failures.lockedUntil == nil ? "wrong password" : "wrong password, account locked"
        let entry = AuditEntry(
            at: now, actor: "address \(address)", action: action, user: account.id, subject: account.id.rawValue)
        let changes: [WalletChange] = [.account(account), .audit(entry)]
        try await stored { () async throws(WalletStoreError) in try await store.commit(changes) }
    }
}

/// Who opens an account. It prints without the password.
public struct AccountRegistration: Sendable, CustomStringConvertible {
    public var login: LoginName
    public var displayName: String
    public var password: SecretBytes

    public init(login: LoginName, displayName: String, password: SecretBytes) {
        self.login = login
        self.displayName = displayName
        self.password = password
    }

    public var description: String { "account \(login)" }

    func check() throws(WalletError) {
        guard (1...Account.displayNameBytesMax).contains(displayName.utf8.count) else {
            throw .invalid(field: "displayName", reason: "1 to \(Account.displayNameBytesMax) bytes")
        }
        guard AccountPolicy.passwordLengths.contains(password.count) else {
            let lengths = AccountPolicy.passwordLengths
            throw .invalid(field: "password", reason: "\(lengths.lowerBound) to \(lengths.upperBound) bytes")
        }
    }
}
