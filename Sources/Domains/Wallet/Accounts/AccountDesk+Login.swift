public import CardCryptography
import ISO7816
import TurnTaking

/// Who logs in, on which device. It prints without the password.
public struct Login: Sendable, CustomStringConvertible {
    public var login: LoginName
    public var password: SecretBytes
    /// The device that the user is known to have; absent on a device that has no such name yet.
    public var device: DeviceID?
    public var deviceName: String
    /// Read from the device's secure element.
    public var secureElement: SecureElementName
    /// The number that the central TSM knows the secure element by; from the device's settings.
    public var subscriber: String
    /// A point on P-256, uncompressed.
    public var publicKey: [UInt8]?

    public init(
        login: LoginName, password: SecretBytes, device: DeviceID? = nil, deviceName: String,
        secureElement: SecureElementName, subscriber: String, publicKey: [UInt8]? = nil
    ) {
        self.login = login
        self.password = password
        self.device = device
        self.deviceName = deviceName
        self.secureElement = secureElement
        self.subscriber = subscriber
        self.publicKey = publicKey
    }

    public var description: String { "login \(login)" }

    static let subscriberBytesMax = 32

    func check() throws(WalletError) {
        guard (1...Device.nameBytesMax).contains(deviceName.utf8.count) else {
            throw .invalid(field: "deviceName", reason: "1 to \(Device.nameBytesMax) bytes")
        }
        guard (1...Self.subscriberBytesMax).contains(subscriber.utf8.count) else {
            throw .invalid(field: "subscriber", reason: "1 to \(Self.subscriberBytesMax) bytes")
        }
        if let publicKey, (try? ECPublicKey(curve: .p256, uncompressedPoint: publicKey)) == nil {
            throw .invalid(field: "publicKey", reason: "an uncompressed point on P-256")
        }
    }
}

/// A session that has just been opened, with its secret, which is nowhere else.
public struct OpenedSession: Sendable, CustomStringConvertible {
    /// Hex digits: what the following requests bear.
    public var secret: SecretBytes
    public var session: Session
    public var device: Device

    public var description: String { "session \(session.id)" }
}

extension AccountDesk {
    /// Opens a session on a device; an earlier one of the same user on the same device ends.
    ///
    /// - Throws: ``WalletError/credentialsRefused``; ``WalletError/lockedOut(seconds:)``; ``WalletError/conflict(reason:)``
    ///   for a device that comes with another secure element; ``WalletError/invalid(field:reason:)``.
    public func logIn(_ login: Login, from address: NetworkAddress) async throws(WalletError) -> OpenedSession {
        try login.check()
        return try await turns.take(login.login) { () async throws(WalletError) in
            let account = try await account(named: login.login, login.password, from: address)
            return try await open(login, account)
        }
    }

    private func open(_ login: Login, _ account: Account) async throws(WalletError) -> OpenedSession {
        let now = clock.now()
        let device = try await device(of: login, account, at: now)
        let secret = SecretBytes(Array(random.bytes(Self.secretLength).hex.lowercased().utf8))
        let session = Session(
            id: .random(random), digest: Self.digest(of: secret), user: account.id, device: device.id,
            createdAt: now, expiresAt: now + policy.sessionSeconds, lastUsedAt: now, authenticatedAt: now)
        var changes: [WalletChange] = [.device(device)]
        for var earlier in try await sessions(of: account.id)
        where earlier.device == device.id && earlier.revokedAt == nil {
            earlier.revokedAt = now
            changes.append(.session(earlier))
        }
        if let account = try await refreshed(account, login.password) { changes.append(.account(account)) }
        let entry = AuditEntry(
            at: now, actor: "user \(account.id)", action: "logged in", user: account.id, subject: device.id.rawValue)
        let all = changes + [.session(session), .audit(entry)]
        try await stored { () async throws(WalletStoreError) in try await store.commit(all) }
        return OpenedSession(secret: secret, session: session.committed, device: device.committed)
    }

    /// 256 bits.
    static let secretLength = 32

    /// SHA-256: what the store knows of a session's secret.
    static func digest(of secret: SecretBytes) -> [UInt8] { Digest.hash(secret.revealed()) }

    /// The account without failures and with a digest of today's cost; `nil` when it is so already.
    private func refreshed(_ account: Account, _ password: SecretBytes) async throws(WalletError) -> Account? {
        guard account.failures != .none || account.password.cost != policy.passwordCost else { return nil }
        var refreshed = account
        refreshed.failures = .none
        if account.password.cost != policy.passwordCost {
            refreshed.password = try await passwords.digest(of: password, cost: policy.passwordCost, random: random)
        }
        return refreshed
    }

    // MARK: - Devices

    /// The user's device with this secure element, or a new one. A secure element that is new to the user must be the one
    /// behind the subscriber's number at the central TSM.
    private func device(
        of login: Login, _ account: Account, at now: Int64
    ) async throws(WalletError) -> Device {
        let devices = try await stored { () async throws(WalletStoreError) in
            try await store.devices(of: account.id)
        }.filter { $0.state == .active }
        if let id = login.device {
            guard let named = devices.first(where: { $0.id == id }) else { throw .notFound(kind: "device") }
            guard named.secureElement == login.secureElement else {
                throw .conflict(reason: "the device has another secure element than before: it is another device")
            }
        }
        var device: Device
        if let known = devices.first(where: { $0.secureElement == login.secureElement }) {
            device = known
        } else {
            guard devices.count < policy.devicesMax else { throw .tooMany(kind: "devices", max: policy.devicesMax) }
            device = Device(
                id: .random(random), user: account.id, name: login.deviceName, secureElement: login.secureElement,
                subscriber: "", createdAt: now, lastLoginAt: now)
        }
        if device.subscriber != login.subscriber {
            try await checkSecureElement(of: login)
            device.subscriber = login.subscriber
        }
        device.name = login.deviceName
        device.publicKey = login.publicKey ?? device.publicKey
        device.lastLoginAt = now
        return device
    }

    private func checkSecureElement(of login: Login) async throws(WalletError) {
        let found: SecureElementName
        do throws(SecureElementManagementError) {
            found = try await secureElements.secureElement(of: login.subscriber)
        } catch {
            switch error {
            case .noSecureElement, .refused, .cardRefused:
                throw .invalid(field: "subscriber", reason: "no secure element is known by this number")
            case .unreachable(let detail), .unsettled(let detail): throw .unsettled(reason: detail)
            }
        }
        guard found == login.secureElement else {
            throw .invalid(field: "secureElement", reason: "not the one behind the subscriber's number")
        }
    }
}
