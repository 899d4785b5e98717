import CardCryptography
import ISO7816
import Testing

@testable import Wallet

@Suite("Accounts and logins")
struct LoginTests {
    private let here = NetworkAddress("192.0.2.7")

    private func login(
        _ name: String = "ada", _ password: String = "correct horse", device: DeviceID? = nil,
        secureElement: String = "45434E0000000001", subscriber: String = "4912345678"
    ) throws -> Login {
        Login(
            login: try present(LoginName(name)), password: SecretBytes(Array(password.utf8)), device: device,
            deviceName: "Ada's phone", secureElement: try present(SecureElementName(secureElement)),
            subscriber: subscriber)
    }

    private func registration(_ name: String = "ada", _ password: String = "correct horse") throws
        -> AccountRegistration
    {
        AccountRegistration(
            login: try present(LoginName(name)), displayName: "Ada", password: SecretBytes(Array(password.utf8)))
    }

    @Test("who has registered logs in, and the session names user, device and secure element")
    func registered() async throws {
        let bench = try WalletBench()
        let desk = bench.accounts()
        let user = try await desk.register(registration(), from: here)
        let opened = try await desk.logIn(login("ADA"), from: here)
        #expect(opened.session.user == user)
        #expect(opened.device.secureElement.value == "45434E0000000001")
        #expect(opened.secret.count == 64)
        #expect(try await desk.session(bearing: opened.secret) == opened.session)
        #expect(try await bench.store.session(opened.session.id)?.digest == Digest.hash(opened.secret.revealed()))
        #expect(
            try await bench.store.auditEntries(of: user, limit: 5).map(\.action) == ["logged in", "account opened"])
    }

    @Test("a login name is there once, whatever its capitals")
    func taken() async throws {
        let desk = try WalletBench().accounts()
        _ = try await desk.register(registration("ada"), from: here)
        await #expect(throws: WalletError.loginNameTaken) { try await desk.register(registration("Ada"), from: here) }
    }

    @Test("login names are 3 to 64 letters, digits and a few signs")
    func names() {
        for text in ["ab", "", String(repeating: "a", count: 65), "a b c", "Ä-name", "a/b/c", "a\u{0}bc"] {
            #expect(LoginName(text) == nil, "\(text)")
        }
        #expect(LoginName(String(repeating: "a", count: 64)) != nil)
        #expect(LoginName("Ada.Lovelace@example.org")?.value == "ada.lovelace@example.org")
    }

    @Test("passwords have 8 to 128 bytes", arguments: [(7, false), (8, true), (128, true), (129, false)])
    func passwordLengths(_ count: Int, _ isAccepted: Bool) async throws {
        let desk = try WalletBench().accounts()
        let asked = try registration("ada", String(repeating: "x", count: count))
        if isAccepted {
            _ = try await desk.register(asked, from: here)
        } else {
            await #expect(throws: WalletError.invalid(field: "password", reason: "8 to 128 bytes")) {
                try await desk.register(asked, from: here)
            }
        }
    }

    @Test("the store holds no password, and two equal ones differ in it")
    func digests() async throws {
        let bench = try WalletBench()
        let desk = bench.accounts()
        _ = try await desk.register(registration("ada"), from: here)
        _ = try await desk.register(registration("bob"), from: here)
        let ada = try present(try await bench.store.account(named: present(LoginName("ada"))))
        let bob = try present(try await bench.store.account(named: present(LoginName("bob"))))
        #expect(ada.password.digest != bob.password.digest && ada.password.salt != bob.password.salt)
        #expect(!"\(ada)".contains("correct horse"))
    }

    @Test("a wrong password and an unknown name are answered alike, up to and at the lock")
    func alike() async throws {
        let bench = try WalletBench()
        let desk = bench.accounts()
        _ = try await desk.register(registration("ada"), from: here)
        for name in ["ada", "nobody"] {
            let from = NetworkAddress("192.0.2.\(name.count)")
            for attempt in 1...5 {
                await #expect(throws: WalletError.credentialsRefused, "\(name), attempt \(attempt)") {
                    try await desk.logIn(login(name, "wrong password"), from: from)
                }
            }
            await #expect(throws: WalletError.lockedOut(seconds: 900), "\(name)") {
                try await desk.logIn(login(name, "wrong password"), from: from)
            }
            bench.clock.advance(899)
            await #expect(throws: WalletError.lockedOut(seconds: 1), "\(name)") {
                try await desk.logIn(login(name, "wrong password"), from: from)
            }
            bench.clock.advance(1)
            await #expect(throws: WalletError.credentialsRefused, "\(name)") {
                try await desk.logIn(login(name, "wrong password"), from: from)
            }
        }
    }

    @Test("a locked account does not open with the right password either, and opens when the lock is over")
    func locked() async throws {
        let bench = try WalletBench()
        let desk = bench.accounts()
        _ = try await desk.register(registration(), from: here)
        for _ in 1...5 { _ = try? await desk.logIn(login("ada", "wrong password"), from: here) }
        await #expect(throws: WalletError.lockedOut(seconds: 900)) { try await desk.logIn(login(), from: here) }
        // A lock outlives the process: it is in the store.
        await #expect(throws: WalletError.lockedOut(seconds: 900)) {
            try await bench.accounts().logIn(login(), from: here)
        }
        bench.clock.advance(900)
        _ = try await desk.logIn(login(), from: here)
        #expect(try await bench.store.account(named: present(LoginName("ada")))?.failures == LoginFailures.none)
    }

    @Test("the right password forgets the wrong ones before it")
    func forgotten() async throws {
        let desk = try WalletBench().accounts()
        _ = try await desk.register(registration(), from: here)
        for round in 1...4 {
            for _ in 1...4 {
                _ = try? await desk.logIn(login("ada", "wrong password"), from: NetworkAddress("192.0.2.\(round)"))
            }
            _ = try await desk.logIn(login(), from: here)
        }
    }

    @Test("wrong passwords that arrive together are counted one by one")
    func together() async throws {
        let bench = try WalletBench()
        let desk = bench.accounts()
        _ = try await desk.register(registration(), from: here)
        let wrong = try login("ada", "wrong password")
        let errors = await withTaskGroup(of: WalletError?.self) { group in
            for index in 0..<12 {
                group.addTask {
                    do throws(WalletError) {
                        _ = try await desk.logIn(wrong, from: NetworkAddress("198.51.100.\(index)"))
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(errors.count { $0 == .credentialsRefused } == 5)
        #expect(errors.count { $0 == .lockedOut(seconds: 900) } == 7)
    }

    @Test("an address that tries too many names is locked out, and others are not")
    func addresses() async throws {
        let bench = try WalletBench()
        let desk = bench.accounts()
        _ = try await desk.register(registration(), from: NetworkAddress("203.0.113.1"))
        for index in 1...20 {
            await #expect(throws: WalletError.credentialsRefused, "attempt \(index)") {
                try await desk.logIn(login("name-\(index)"), from: here)
            }
        }
        await #expect(throws: WalletError.lockedOut(seconds: 600)) { try await desk.logIn(login(), from: here) }
        _ = try await desk.logIn(login(), from: NetworkAddress("192.0.2.8"))
        bench.clock.advance(600)
        _ = try await desk.logIn(login(), from: here)
    }

    @Test("an address opens no more accounts than it may")
    func registrations() async throws {
        let desk = try WalletBench().accounts()
        for index in 1...20 { _ = try await desk.register(registration("name-\(index)"), from: here) }
        await #expect(throws: WalletError.lockedOut(seconds: 600)) {
            try await desk.register(registration("name-21"), from: here)
        }
    }

    @Test("what is remembered of addresses and of unknown names has a bound")
    func bounds() {
        let (windows, strangers) = (AttemptWindows(attemptsMax: 20, windowSeconds: 600), StrangerFailures())
        for index in 0...AttemptWindows.addressesMax {
            windows.count(NetworkAddress("\(index)"), at: Int64(index / 10_000))
        }
        #expect(windows.addressCount == AttemptWindows.addressesMax)
        for index in 0...StrangerFailures.namesMax {
            strangers[LoginName("name-\(index)")!] = LoginFailures(count: 1, lockedUntil: nil)  // well-formed
        }
        #expect(strangers.nameCount == StrangerFailures.namesMax)
        #expect(strangers[LoginName("name-0")!] == .none)  // well-formed
    }

    @Test("a password of another cost is made anew at the next login")
    func costs() async throws {
        let bench = try WalletBench()
        _ = try await bench.accounts().register(registration(), from: here)
        let policy = AccountPolicy(passwordCost: Scrypt.Cost(n: 32, r: 8, p: 1))
        _ = try await bench.accounts(policy).logIn(login(), from: here)
        let account = try present(try await bench.store.account(named: present(LoginName("ada"))))
        #expect(account.password.n == 32)
        _ = try await bench.accounts(policy).logIn(login(), from: here)
    }
}
