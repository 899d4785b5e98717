import EMV
import Testing

@testable import Wallet

@Suite("One exchange binds a card and activates its functions")
struct ActivationTests {
    @Test("one reply has a binding and one identifier for each function, each of another token (PFA-02, PFA-06)")
    func identifiers() async throws {
        let world = try await DeskWorld()
        let activation = try await world.bind(DeskWorld.debit, [.nfc, .qr, .online], on: world.old)
        #expect(activation.functions.map(\.function) == [.nfc, .qr, .online])
        let identifiers = activation.functions.compactMap(\.paymentIdentifier)
        #expect(Set(identifiers).count == 3)
        for identifier in identifiers {
            #expect(try await world.store.inner.token(identifier)?.state == .active)
        }
        #expect(world.elements.element(of: world.old).all.count == 1)
        #expect(world.harbour.bindings.count == 1)
    }

    @Test("what its issuer does not permit is reported for that function, the others are active (PFA-02)")
    func partial() async throws {
        let world = try await DeskWorld()
        let activation = try await world.bind(DeskWorld.credit, [.nfc, .qr], on: world.old)
        #expect(activation.functions[0].paymentIdentifier != nil)
        #expect(activation.functions[1].refusal == .notPermitted)
        #expect(activation.mode == .universalIdentifier)
    }

    @Test("a second activation leaves active functions as they are and costs one record (PFA-07)")
    func again() async throws {
        let world = try await DeskWorld()
        let first = try await world.bind(DeskWorld.debit, [.nfc], on: world.old)
        let reply = try await world.desk.activate(
            ActivationRequest(.knownCard(first.card), functions: [.nfc, .qr]), world.request(on: world.old))
        guard case .bound(let second) = reply else { throw Unexpected(reply: "\(reply)") }
        #expect(second.functions[0].paymentIdentifier == first.functions[0].paymentIdentifier)
        #expect(second.record == first.record)
        let element = world.elements.element(of: world.old)
        #expect(element.all.map(\.tokens.count) == [2])
        #expect(element.stores == 2)
        // Nothing to do: nothing is sent.
        _ = try await world.desk.activate(
            ActivationRequest(.knownCard(first.card), functions: [.nfc, .qr]), world.request(on: world.old))
        #expect(world.elements.element(of: world.old).stores == 2)
    }

    @Test("a verification that fails binds nothing and gives no identifier (PFA-04, PHOTO-06, UCI-08, UPD-06)")
    func refused() async throws {
        let world = try await DeskWorld()
        var wrong = try world.verification(DeskWorld.debit)
        wrong.identityNumber = "ID-2"
        let reply = try await world.desk.activate(
            ActivationRequest(.newCard(wrong), functions: [.nfc]), world.request(on: world.old))
        #expect(reply == .refused)
        #expect(try await world.store.inner.cards(of: world.user).isEmpty)
        #expect(try await world.store.inner.credentials(of: world.user).isEmpty)
        #expect(world.elements.element(of: world.old).all.isEmpty)
        #expect(world.harbour.bindings.isEmpty)
    }

    @Test("the one-time password completes the activation that waits for it; a wrong one binds nothing")
    func oneTimePassword() async throws {
        let world = try await DeskWorld()
        world.harbour.behave(.asksForPassword)
        let reply = try await world.desk.activate(
            ActivationRequest(.newCard(try world.verification(DeskWorld.debit)), functions: [.nfc]),
            world.request(on: world.old))
        guard case .oneTimePasswordSent(let verification) = reply else { throw Unexpected(reply: "\(reply)") }
        #expect(try await world.store.inner.cards(of: world.user).isEmpty)
        // Neither another device nor another text gets on with it.
        await #expect(throws: WalletError.notFound(kind: "verification")) {
            _ = try await world.desk.confirm(
                verification: verification, oneTimePassword: "123456", world.request(on: world.new))
        }
        await #expect(throws: WalletError.notFound(kind: "verification")) {
            _ = try await world.desk.confirm(
                verification: String(verification.dropLast()), oneTimePassword: "123456",
                world.request(on: world.old))
        }
        #expect(
            try await world.desk.confirm(
                verification: verification, oneTimePassword: "000000", world.request(on: world.old)) == .refused)
        let confirmed = try await world.desk.confirm(
            verification: verification, oneTimePassword: "123456", world.request(on: world.old))
        guard case .bound(let activation) = confirmed else { throw Unexpected(reply: "\(confirmed)") }
        #expect(activation.functions.map(\.function) == [.nfc])
        world.clock.advance(by: 601)
        await #expect(throws: WalletError.conflict(reason: "the verification has expired; begin it again")) {
            _ = try await world.desk.confirm(
                verification: verification, oneTimePassword: "123456", world.request(on: world.old))
        }
    }

    @Test("after five failed verifications in an hour the issuer is asked no more, until the hour is over")
    func limit() async throws {
        let world = try await DeskWorld()
        world.harbour.behave(.refuses)
        let activation = ActivationRequest(.newCard(try world.verification(DeskWorld.debit)), functions: [.nfc])
        for _ in 0..<5 {
            #expect(try await world.desk.activate(activation, world.request(on: world.old)) == .refused)
        }
        world.harbour.behave(.verifies)
        await #expect(throws: WalletError.lockedOut(seconds: 3_600)) {
            _ = try await world.desk.activate(activation, world.request(on: world.old))
        }
        #expect(world.harbour.verifications == 5)
        world.clock.advance(by: 3_601)
        guard case .bound = try await world.desk.activate(activation, world.request(on: world.old)) else {
            throw Unexpected(reply: "not bound")
        }
    }

    @Test("failed verifications are counted however much else the audit trail holds since")
    func limitBehindOtherEntries() async throws {
        let world = try await DeskWorld()
        world.harbour.behave(.refuses)
        let activation = ActivationRequest(.newCard(try world.verification(DeskWorld.debit)), functions: [.nfc])
        for _ in 0..<5 { _ = try await world.desk.activate(activation, world.request(on: world.old)) }
        try await world.store.inner.commit(
            (0..<300).map { index in
                .audit(AuditEntry(at: world.clock.now(), actor: "user", action: "other \(index)", user: world.user))
            })
        await #expect(throws: WalletError.lockedOut(seconds: 3_600)) {
            _ = try await world.desk.activate(activation, world.request(on: world.old))
        }
    }

    @Test("wrong one-time passwords lock the user like failed verifications, and a right one is not looked at then")
    func oneTimePasswordLimit() async throws {
        let world = try await DeskWorld()
        world.harbour.behave(.asksForPassword)
        let reply = try await world.desk.activate(
            ActivationRequest(.newCard(try world.verification(DeskWorld.debit)), functions: [.nfc]),
            world.request(on: world.old))
        guard case .oneTimePasswordSent(let verification) = reply else { throw Unexpected(reply: "\(reply)") }
        for index in 0..<5 {
            let answer = try await world.desk.confirm(
                verification: verification, oneTimePassword: "00000\(index)", world.request(on: world.old))
            #expect(answer == .refused)
        }
        await #expect(throws: WalletError.lockedOut(seconds: 3_600)) {
            _ = try await world.desk.confirm(
                verification: verification, oneTimePassword: "123456", world.request(on: world.old))
        }
    }

    @Test(
        "twenty failed verifications from one address in an hour lock the address, whoever asks, and no other address")
    func addressLimit() async throws {
        let world = try await DeskWorld()
        world.harbour.behave(.refuses)
        let activation = ActivationRequest(.newCard(try world.verification(DeskWorld.debit)), functions: [.nfc])
        let (here, there) = (NetworkAddress("192.0.2.7"), NetworkAddress("192.0.2.8"))
        let desk = world.desk
        var users: [UserRequest] = []
        for index in 0..<5 {
            var request = world.request(on: world.old, from: here)
            request.user = try await world.anotherUser("user-\(index)")
            users.append(request)
        }
        func asked(_ request: UserRequest, _ key: Int, _ desk: CardDesk) async throws -> ActivationReply {
            var request = request
            request.idempotencyKey = "\(key)"
            return try await desk.activate(activation, request)
        }
        for index in 0..<19 { #expect(try await asked(users[index / 4], index, desk) == .refused) }
        // What has not failed does not count, and the twentieth failure is still told.
        world.harbour.behave(.asksForPassword)
        for index in 19..<25 {
            guard case .oneTimePasswordSent = try await asked(users[4], index, desk) else {
                throw Unexpected(reply: "no password")
            }
        }
        world.harbour.behave(.isOut)
        await #expect(throws: WalletError.self) { _ = try await asked(users[4], 25, desk) }
        world.harbour.behave(.refuses)
        #expect(try await asked(users[4], 26, desk) == .refused)
        let asked = world.harbour.verifications
        world.harbour.behave(.verifies)
        await #expect(throws: WalletError.lockedOut(seconds: 3_600)) {
            _ = try await desk.activate(activation, world.request(on: world.old, from: here))
        }
        #expect(world.harbour.verifications == asked)
        guard case .bound = try await desk.activate(activation, world.request(on: world.old, from: there)) else {
            throw Unexpected(reply: "not bound")
        }
    }

    @Test("requests that arrive together from one address do not pass its limit together")
    func addressLimitTogether() async throws {
        let world = try await DeskWorld()
        world.harbour.behave(.refuses)
        let activation = ActivationRequest(.newCard(try world.verification(DeskWorld.debit)), functions: [.nfc])
        let desk = world.desk
        var requests: [UserRequest] = []
        for index in 0..<30 {
            var request = world.request(on: world.old, from: NetworkAddress("192.0.2.7"))
            request.user = try await world.anotherUser("user-\(index)")
            requests.append(request)
        }
        let refused = await withTaskGroup(of: Bool.self) { group in
            for request in requests {
                group.addTask { (try? await desk.activate(activation, request)) == .refused }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(refused == 20 && world.harbour.verifications == 20)
    }

    @Test("a card of no issuer, with a token's number, expired, or bound here already is refused")
    func neighbours() async throws {
        let world = try await DeskWorld()
        func refusal(_ change: (inout CardVerification) throws -> Void) async throws -> WalletError? {
            var verification = try world.verification(DeskWorld.debit)
            try change(&verification)
            do {
                _ = try await world.desk.activate(
                    ActivationRequest(.newCard(verification), functions: [.nfc]), world.request(on: world.old))
                return nil
            } catch {
                return error
            }
        }
        #expect(
            try await refusal { $0.number = try PrimaryAccountNumber(completing: "37828224631000") } == .unknownIssuer)
        #expect(
            try await refusal { $0.number = try PrimaryAccountNumber(completing: "629900000000000") } == .unknownIssuer)
        #expect(
            try await refusal { $0.expiry = CardExpiry(year: 26, month: 12)! }
                == .invalid(field: "expiry", reason: "the card has expired"))
        #expect(try await refusal { _ in } == nil)
        #expect(try await refusal { _ in } == .alreadyBound)
    }

    @Test("a full secure element leaves no mapping, no binding and no card behind (UPD-07)")
    func full() async throws {
        let world = try await DeskWorld(capacity: 0)
        await #expect(throws: WalletError.secureElementFull) {
            _ = try await world.bind(DeskWorld.debit, on: world.old)
        }
        #expect(try await world.store.inner.cards(of: world.user).allSatisfy { $0.state == .removed })
        #expect(try await world.store.inner.cards(of: world.user).allSatisfy { $0.sealedNumber.isEmpty })
        for credential in try await world.store.inner.credentials(of: world.user) {
            #expect(credential.state == .removed)
            #expect(try await world.store.inner.tokens(of: credential.id).allSatisfy { $0.state == .deleted })
        }
        #expect(world.harbour.bindings.isEmpty)
    }

    @Test("the same key gets the same answer; with another request it is refused")
    func idempotency() async throws {
        let world = try await DeskWorld()
        let activation = ActivationRequest(.newCard(try world.verification(DeskWorld.debit)), functions: [.nfc])
        let first = try await world.desk.activate(activation, world.request(on: world.old, key: "k"))
        #expect(try await world.desk.activate(activation, world.request(on: world.old, key: "k")) == first)
        #expect(world.harbour.verifications == 1)
        await #expect(throws: WalletError.idempotencyConflict) {
            _ = try await world.desk.activate(activation, world.request(on: world.old, key: "k", digest: [2]))
        }
    }
}
