import CardCryptography
import SeneschalAPI
import Wallet

/// The door of accounts, sessions and devices.
struct WalletAccountDoor: Sendable {
    let accounts: AccountDesk
    let journal: RequestJournal

    func register(on router: inout DoorRouter) {
        router.on(Endpoints.openAccount) { body, visit in
            let user = try await accounts.register(body.domain(), from: visit.networkAddress)
            return .init(userId: user.rawValue)
        }
        router.on(Endpoints.logIn) { body, visit in
            .init(try await accounts.logIn(body.domain(), from: visit.networkAddress))
        }
        router.on(Endpoints.authenticateAgain) { body, visit in
            let session = try await accounts.authenticateAgain(
                visit.walletSession(), password: SecretBytes(Array(body.password.utf8)), from: visit.networkAddress)
            return .init(freshUntil: Timestamp(secondsSince1970: accounts.freshUntil(session)))
        }
        registerSessions(on: &router)
        registerDevices(on: &router)
    }

    private func registerSessions(on router: inout DoorRouter) {
        router.on(Endpoints.listSessions) { _, visit in
            let own = try visit.walletSession()
            let sessions = try await accounts.sessionsInForce(of: own.user)
            return API.Page(items: sessions.map { API.WalletSession($0, isThisOne: $0.id == own.id) })
        }
        router.on(Endpoints.endSession) { _, visit in
            let own = try visit.walletSession()
            try await accounts.revoke(own.id, of: own.user)
            return .init(count: 1)
        }
        router.on(Endpoints.revokeSessions) { body, visit in
            let own = try visit.walletSession()
            guard let text = body.sessionId else {
                return .init(count: try await accounts.revokeAll(of: own.user, except: own.id))
            }
            guard let id = SessionID(rawValue: text) else { throw WalletError.notFound(kind: "session") }
            try await accounts.revoke(id, of: own.user)
            return .init(count: 1)
        }
    }

    private func registerDevices(on router: inout DoorRouter) {
        router.on(Endpoints.listDevices) { _, visit in
            let devices = try await accounts.devices(of: visit.walletSession().user)
            return API.Page(items: devices.map(API.Device.init))
        }
        router.on(Endpoints.removeDevice) { _, visit in
            let own = try visit.walletSession()
            let device: DeviceID = try visit.walletIdentifier("deviceId")
            let ended = try await journal.once(visit.requestKey()) { _ async throws(WalletError) in
                try accounts.requireFreshAuthentication(own)
                let (ended, changes) = try await accounts.removal(of: device, of: own.user)
                return (ended, changes)
            }
            return .init(count: ended)
        }
    }
}

extension API.AccountRequest {
    fileprivate func domain() throws(WalletError) -> AccountRegistration {
        AccountRegistration(
            login: try wellFormed(loginName), displayName: displayName,
            password: SecretBytes(Array(password.utf8)))
    }
}

extension API.LoginRequest {
    fileprivate func domain() throws(WalletError) -> Login {
        var device: DeviceID?
        if let deviceId {
            guard let known = DeviceID(rawValue: deviceId) else { throw .notFound(kind: "device") }
            device = known
        }
        guard let secureElement = SecureElementName(secureElement) else {
            throw .invalid(field: "secureElement", reason: "2 to 64 hex digits")
        }
        return Login(
            login: try wellFormed(loginName), password: SecretBytes(Array(password.utf8)), device: device,
            deviceName: deviceName, secureElement: secureElement, subscriber: subscriber,
            publicKey: publicKey?.bytes)
    }
}

private func wellFormed(_ loginName: String) throws(WalletError) -> LoginName {
    guard let name = LoginName(loginName) else {
        throw .invalid(field: "loginName", reason: "3 to 64 letters, digits and . - _ + @")
    }
    return name
}

extension API.OpenedSession {
    init(_ opened: OpenedSession) {
        self.init(
            sessionId: opened.session.id.rawValue,
            secret: String(decoding: opened.secret.revealed(), as: UTF8.self), userId: opened.session.user.rawValue,
            device: API.Device(opened.device),
            expiresAt: Timestamp(secondsSince1970: opened.session.expiresAt))
    }
}

extension API.Device {
    init(_ device: Device) {
        self.init(
            deviceId: device.id.rawValue, name: device.name, secureElement: device.secureElement.value,
            lastLoginAt: Timestamp(secondsSince1970: device.lastLoginAt))
    }
}

extension API.WalletSession {
    init(_ session: Session, isThisOne: Bool) {
        self.init(
            sessionId: session.id.rawValue, deviceId: session.device.rawValue,
            createdAt: Timestamp(secondsSince1970: session.createdAt),
            lastUsedAt: Timestamp(secondsSince1970: session.lastUsedAt),
            expiresAt: Timestamp(secondsSince1970: session.expiresAt), isThisOne: isThisOne)
    }
}
