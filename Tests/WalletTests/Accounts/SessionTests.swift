import CardCryptography
import Testing

@testable import Wallet

@Suite("Sessions and devices")
struct SessionTests {
    private let here = NetworkAddress("192.0.2.7")
    private let password = SecretBytes(Array("correct horse".utf8))

    private struct Scene {
        let bench: WalletBench
        let desk: AccountDesk
        let user: UserID
    }

    private func scene() async throws -> Scene {
        let bench = try WalletBench()
        let desk = bench.accounts()
        let user = try await desk.register(
            AccountRegistration(login: try present(LoginName("ada")), displayName: "Ada", password: password),
            from: here)
        return Scene(bench: bench, desk: desk, user: user)
    }

    private func login(
        _ scene: Scene, _ name: String = "ada", device: DeviceID? = nil, element: Int = 1, subscriber: Int? = nil
    ) async throws -> OpenedSession {
        try await scene.desk.logIn(
            Login(
                login: try present(LoginName(name)), password: password, device: device, deviceName: "phone",
                secureElement: try present(SecureElementName("45434E000000000\(element)")),
                subscriber: "491234567\(subscriber ?? 7 + element)"), from: here)
    }

    @Test("a secret that was never given, or was changed, opens nothing")
    func foreignSecrets() async throws {
        let scene = try await scene()
        let opened = try await login(scene)
        var bytes = opened.secret.revealed()
        bytes[0] ^= 1
        for secret in [SecretBytes(bytes), SecretBytes([]), SecretBytes(Array("x".utf8))] {
            await #expect(throws: WalletError.unauthenticated) { try await scene.desk.session(bearing: secret) }
        }
    }

    @Test("a session is over after thirty days, however much it is used")
    func expiry() async throws {
        let scene = try await scene()
        let opened = try await login(scene)
        for _ in 1...29 {
            scene.bench.clock.advance(86_400)
            _ = try await scene.desk.session(bearing: opened.secret)
        }
        scene.bench.clock.advance(86_399)
        _ = try await scene.desk.session(bearing: opened.secret)
        scene.bench.clock.advance(1)
        await #expect(throws: WalletError.unauthenticated) { try await scene.desk.session(bearing: opened.secret) }
    }

    @Test(
        "a session that lies idle for seven days is over",
        arguments: [(604_799, true), (604_800, false)] as [(Int64, Bool)])
    func idling(_ seconds: Int64, _ isGood: Bool) async throws {
        let scene = try await scene()
        let opened = try await login(scene)
        scene.bench.clock.advance(seconds)
        if isGood {
            #expect(
                try await scene.desk.session(bearing: opened.secret).lastUsedAt == scene.bench.clock.now())
        } else {
            await #expect(throws: WalletError.unauthenticated) { try await scene.desk.session(bearing: opened.secret) }
        }
    }

    @Test("a session is revoked alone, or all of a user's but one are")
    func revocation() async throws {
        let scene = try await scene()
        let first = try await login(scene)
        let second = try await login(scene, element: 2)
        #expect(
            try await scene.desk.sessionsInForce(of: scene.user).map(\.id) == [first.session.id, second.session.id])
        try await scene.desk.revoke(first.session.id, of: scene.user)
        await #expect(throws: WalletError.unauthenticated) { try await scene.desk.session(bearing: first.secret) }
        try await scene.desk.revoke(first.session.id, of: scene.user)
        let third = try await login(scene)
        #expect(try await scene.desk.revokeAll(of: scene.user, except: third.session.id) == 1)
        await #expect(throws: WalletError.unauthenticated) { try await scene.desk.session(bearing: second.secret) }
        _ = try await scene.desk.session(bearing: third.secret)
        #expect(try await scene.desk.revokeAll(of: scene.user, except: nil) == 1)
        #expect(try await scene.desk.sessionsInForce(of: scene.user).isEmpty)
    }

    @Test("another user's session is not found, and stays")
    func foreignSessions() async throws {
        let scene = try await scene()
        let opened = try await login(scene)
        let stranger = UserID.random(scene.bench.random)
        await #expect(throws: WalletError.notFound(kind: "session")) {
            try await scene.desk.revoke(opened.session.id, of: stranger)
        }
        _ = try await scene.desk.session(bearing: opened.secret)
    }

    @Test("a new login on a device ends the earlier one there")
    func oncePerDevice() async throws {
        let scene = try await scene()
        let first = try await login(scene)
        let second = try await login(scene)
        #expect(first.device.id == second.device.id)
        await #expect(throws: WalletError.unauthenticated) { try await scene.desk.session(bearing: first.secret) }
        _ = try await scene.desk.session(bearing: second.secret)
    }

    @Test("cards are moved only within five minutes after the password was given")
    func freshness() async throws {
        let scene = try await scene()
        let opened = try await login(scene)
        scene.bench.clock.advance(300)
        try scene.desk.requireFreshAuthentication(opened.session)
        scene.bench.clock.advance(1)
        #expect(throws: WalletError.freshAuthenticationRequired) {
            try scene.desk.requireFreshAuthentication(opened.session)
        }
        let again = try await scene.desk.authenticateAgain(opened.session, password: password, from: here)
        try scene.desk.requireFreshAuthentication(again)
        #expect(try await scene.desk.session(bearing: opened.secret) == again)
    }

    @Test("wrong passwords count at a re-authentication as at a login, and a revoked session is not freshened")
    func reauthenticationRefused() async throws {
        let scene = try await scene()
        let opened = try await login(scene)
        let wrong = SecretBytes(Array("wrong password".utf8))
        for _ in 1...5 {
            await #expect(throws: WalletError.credentialsRefused) {
                try await scene.desk.authenticateAgain(opened.session, password: wrong, from: here)
            }
        }
        await #expect(throws: WalletError.lockedOut(seconds: 900)) {
            try await scene.desk.authenticateAgain(opened.session, password: password, from: here)
        }
        scene.bench.clock.advance(900)
        try await scene.desk.revoke(opened.session.id, of: scene.user)
        await #expect(throws: WalletError.unauthenticated) {
            try await scene.desk.authenticateAgain(opened.session, password: password, from: here)
        }
    }

    // MARK: - Devices

    @Test("a known device that comes with another secure element is refused")
    func otherSecureElement() async throws {
        let scene = try await scene()
        let opened = try await login(scene)
        await #expect(
            throws: WalletError.conflict(
                reason: "the device has another secure element than before: it is another device")
        ) { try await login(scene, device: opened.device.id, element: 2) }
        // Without its old name it is a new device.
        let other = try await login(scene, element: 2)
        #expect(other.device.id != opened.device.id)
        #expect(try await scene.desk.devices(of: scene.user).count == 2)
    }

    @Test("a secure element that is not behind the subscriber's number is refused")
    func foreignSecureElement() async throws {
        let scene = try await scene()
        await #expect(
            throws: WalletError.invalid(
                field: "secureElement", reason: "not the one behind the subscriber's number")
        ) { try await login(scene, element: 2, subscriber: 8) }
        await #expect(
            throws: WalletError.invalid(field: "subscriber", reason: "no secure element is known by this number")
        ) { try await login(scene, element: 3, subscriber: 1) }
        #expect(try await scene.desk.devices(of: scene.user).isEmpty)
    }

    @Test("two accounts may use one device, each with a record of its own")
    func twoAccounts() async throws {
        let scene = try await scene()
        let first = try await login(scene)
        _ = try await scene.desk.register(
            AccountRegistration(login: try present(LoginName("bob")), displayName: "Bob", password: password),
            from: here)
        let second = try await login(scene, "bob")
        #expect(first.device.id != second.device.id)
        #expect(first.device.secureElement == second.device.secureElement)
        _ = try await scene.desk.session(bearing: first.secret)
        await #expect(throws: WalletError.notFound(kind: "device")) {
            try await login(scene, "bob", device: first.device.id)
        }
    }

    @Test("a user has no more devices than may be")
    func deviceBound() async throws {
        let scene = try await scene()
        for index in 10..<26 {
            scene.bench.elements["4912345\(index)"] = "45434E00000000\(index)"
            _ = try await numbered(scene, index)
        }
        scene.bench.elements["491234526"] = "45434E0000000026"
        await #expect(throws: WalletError.tooMany(kind: "devices", max: 16)) { try await numbered(scene, 26) }
    }

    private func numbered(_ scene: Scene, _ index: Int) async throws -> OpenedSession {
        try await scene.desk.logIn(
            Login(
                login: try present(LoginName("ada")), password: password, deviceName: "phone \(index)",
                secureElement: try present(SecureElementName("45434E00000000\(index)")),
                subscriber: "4912345\(index)"), from: here)
    }

    @Test("a device is removed with its sessions, but not while a card is on it")
    func removal() async throws {
        let scene = try await scene()
        let (store, desk) = (scene.bench.store, scene.desk)
        let opened = try await login(scene)
        func remove() async throws {
            let (ended, changes) = try await desk.removal(of: opened.device.id, of: scene.user)
            #expect(ended == 1)
            try await store.commit(changes)
        }
        let card = try await scene.bench.card(of: scene.user)
        var (credential, _) = try await scene.bench.credential(of: card, on: opened.device)
        await #expect(throws: WalletError.conflict(reason: "cards are on the device: unbind or move them first")) {
            try await remove()
        }
        // What is only to leave a device that never comes back does not keep it in the list.
        credential.state = .removing
        try await store.commit([.credential(credential)])
        await #expect(throws: WalletError.notFound(kind: "device")) {
            _ = try await desk.removal(of: opened.device.id, of: .random(scene.bench.random))
        }
        try await remove()
        #expect(try await desk.devices(of: scene.user).isEmpty)
        await #expect(throws: WalletError.unauthenticated) { try await desk.session(bearing: opened.secret) }
        await #expect(throws: WalletError.notFound(kind: "device")) {
            try await remove()
        }
        #expect(try await login(scene).device.id != opened.device.id)
    }

    @Test("a device's key is a point on P-256")
    func deviceKeys() async throws {
        let scene = try await scene()
        var asked = Login(
            login: try present(LoginName("ada")), password: password, deviceName: "phone",
            secureElement: try present(SecureElementName("45434E0000000001")), subscriber: "4912345678",
            publicKey: [0x04] + [UInt8](repeating: 1, count: 64))
        await #expect(
            throws: WalletError.invalid(field: "publicKey", reason: "an uncompressed point on P-256")
        ) { try await scene.desk.logIn(asked, from: here) }
        asked.publicKey = ECPrivateKey.generate(.p256).publicKey.uncompressedPoint
        #expect(try await scene.desk.logIn(asked, from: here).device.publicKey == asked.publicKey)
    }
}
