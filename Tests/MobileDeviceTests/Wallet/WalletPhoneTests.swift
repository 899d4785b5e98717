import CardCryptography
import CardTesting
import EMV
import ISO7816
import MobileDevice
import Testing

@Suite struct WalletPhoneTests {
    private static let session = WalletServiceDouble.session

    private func phone(
        _ service: WalletServiceDouble, issuers: [String: IssuerDouble] = [:], element: ElementDouble = ElementDouble(),
        settings: SettingsDouble = SettingsDouble(), screen: ScreenDouble = ScreenDouble(),
        recognizing: RecognizedCard? = nil, owner: OwnerDouble = OwnerDouble()
    ) -> WalletPhone {
        WalletPhone(
            service: service, issuers: IssuersDouble(issuers: issuers), secureElement: WalletSecureElement(element),
            settings: settings, screen: screen, recognition: recognizing.map { RecognitionDouble(result: $0) },
            confirmation: owner, random: SeededRandomSource(seed: 1),
            clock: AgentClock(elapsed: { .zero }, pause: { _ in }))
    }

    private func card(
        _ name: String, issuer: String = "harbour-bank", activatable: Set<CardFunction> = Set(CardFunction.allCases),
        active: Set<CardFunction> = []
    ) -> WalletCard {
        WalletCard(
            card: name, issuer: issuer, issuerCardReference: "ref of \(name)", type: 1, label: "Card",
            lastFour: "0010", activatable: activatable, active: active)
    }

    // MARK: BIND

    @Test("the secure element's identifier is read from it, not typed (BIND-02)")
    func logIn() async throws {
        let service = WalletServiceDouble()
        let session = try await phone(service).logIn(account: "ana", password: SecretBytes(Array("secret".utf8)))
        #expect(session == Self.session)
        let login = try #require(await service.logins.first)
        #expect(login.secureElement == ElementDouble.name && login.deviceName == "Ana's phone")
        #expect(login.telephoneNumber == "+4915112345678")
        #expect(!"\(session)".contains("01"), "the bearer is not printed")
        await #expect(throws: WalletPhoneError.noTelephoneNumber) {
            try await phone(service, settings: SettingsDouble(telephoneNumber: nil))
                .logIn(account: "ana", password: SecretBytes(Array("secret".utf8)))
        }
    }

    @Test("each card is bound by its own issuer with card information, user and secure element (BIND-03, BIND-04)")
    func ownIssuers() async throws {
        let (harbour, meadow) = (IssuerDouble(), IssuerDouble())
        let service = WalletServiceDouble(cards: [card("crd_1"), card("crd_2", issuer: "meadow-bank")])
        let results = try await phone(service, issuers: ["harbour-bank": harbour, "meadow-bank": meadow])
            .bindOwnCards(in: Self.session)
        #expect(results.map(\.card.card) == ["crd_1", "crd_2"])
        #expect(results.allSatisfy { (try? $0.result.get()) != nil })
        #expect(
            await harbour.requests.map(\.request) == [
                CardBindingRequest(
                    issuerCardReference: "ref of crd_1", user: "usr_1", secureElement: ElementDouble.name,
                    assertion: "assertion of crd_1")
            ])
        #expect(await meadow.requests.map(\.request.issuerCardReference) == ["ref of crd_2"])
        let targets = await service.activations.map(\.request.target)
        #expect(targets.contains(.confirmedCard(card: "crd_1", confirmation: "confirmation of ref of crd_1")))
        #expect(targets.count == 2)
    }

    @Test("one refusing, one silent and one unknown issuer do not keep the others from binding (BIND-08)")
    func failingIssuers() async throws {
        let service = WalletServiceDouble(cards: [
            card("crd_1", issuer: "refusing"), card("crd_2", issuer: "silent"), card("crd_3", issuer: "unknown"),
            card("crd_4"),
        ])
        let silent = IssuerDouble(.silent(100))
        let results = try await phone(
            service,
            issuers: ["refusing": IssuerDouble(.refuses), "silent": silent, "harbour-bank": IssuerDouble()]
        ).bindOwnCards(in: Self.session)
        #expect(
            results.map { $0.result.failure } == [
                .issuer(.refused(code: "blocked", detail: "the card is blocked")),
                .issuer(.unsettled(detail: "no answer")), .unknownIssuer("unknown"), nil,
            ])
        #expect(await silent.requests.count == WalletPhone.attemptsMax)
        #expect(await service.activations.count == 1)
    }

    @Test("a request that gets no answer is repeated with the key it had, and with no other (BIND-06)")
    func repetition() async throws {
        let issuer = IssuerDouble(.silent(2))
        let service = WalletServiceDouble(cards: [card("crd_1")], unanswered: 1)
        let results = try await phone(service, issuers: ["harbour-bank": issuer]).bindOwnCards(in: Self.session)
        #expect(results.first?.result.failure == nil)
        #expect(await issuer.requests.count == 3)
        #expect(Set(await issuer.requests.map(\.key)).count == 1)
        #expect(await service.activations.count == 2)
        #expect(Set(await service.activations.map(\.key)).count == 1)
    }

    @Test("cards that pay on this device already are not bound again, and others only when they are chosen")
    func chosenCards() async throws {
        let service = WalletServiceDouble(cards: [card("crd_1", active: [.nfc]), card("crd_2"), card("crd_3")])
        let phone = phone(service, issuers: ["harbour-bank": IssuerDouble()])
        #expect(try await phone.bindOwnCards(["crd_1", "crd_3"], in: Self.session).map(\.card.card) == ["crd_3"])
    }

    // MARK: PFA

    @Test(
        "a request lists exactly the functions that are supported, activatable and not active (PFA-01)",
        arguments: 0..<512)
    func plan(bits: Int) {
        func set(_ shift: Int) -> Set<CardFunction> {
            Set(CardFunction.allCases.filter { bits >> shift & Int($0.bit) != 0 })
        }
        let (supported, activatable, active) = (set(0), set(3), set(6))
        let plan = FunctionPlan(supported: supported, activatable: activatable, active: active)
        #expect(Set(plan.functions) == supported.intersection(activatable).subtracting(active))
        #expect(plan.functions == CardFunction.allCases.filter { plan.functions.contains($0) })
    }

    @Test("what is active is not activated again, and nothing is asked for when nothing is left (PFA-07)")
    func remaining() async throws {
        let service = WalletServiceDouble()
        let phone = phone(service)
        let reply = try await phone.activateRemaining(of: card("crd_1", active: [.nfc]), in: Self.session)
        #expect(reply == .bound(WalletServiceDouble.activation(of: "crd_1", [.qr])))
        await #expect(throws: WalletPhoneError.nothingToActivate) {
            try await phone.activateRemaining(of: card("crd_1", active: [.nfc, .qr]), in: Self.session)
        }
        #expect(await service.activations.map(\.request.functions) == [[.qr]])
    }

    @Test(
        "on a locked screen the first input collects the card and sends nothing; the second sends one request (PFA-05, PFA-06)"
    )
    func lockedScreen() async throws {
        let service = WalletServiceDouble()
        let screen = ScreenDouble(.locked)
        let phone = phone(service, screen: screen, recognizing: .card(try captured()))
        let collected = try await phone.collectCard(from: .photograph([1]), owner: Self.owner)
        #expect(screen.state == .awake)
        #expect(collected.masked == "476173••••••0010")
        #expect(await service.activations.isEmpty)
        let reply = try await phone.bind(collected, in: Self.session)
        #expect(reply == .bound(WalletServiceDouble.activation(of: "crd_new", [.nfc, .qr])))
        #expect(screen.state == .awake, "the device was never unlocked")
        let request = try #require(await service.activations.first?.request)
        #expect(await service.activations.count == 1)
        guard case .newCard(let verification) = request.target else { return #expect(Bool(false)) }
        #expect(verification.telephoneNumber == "+4915112345678", "from the settings (PHOTO-03)")
        #expect(verification.number == (try captured()).number)
        #expect("\(verification)" == "‹card-binding verification›")
    }

    @Test("a screen that went dark between the two inputs sends nothing (PFA-05)")
    func darkScreen() async throws {
        let service = WalletServiceDouble()
        let screen = ScreenDouble(.locked)
        let phone = phone(service, screen: screen, recognizing: .card(try captured()))
        let collected = try await phone.collectCard(from: .photograph([1]), owner: Self.owner)
        screen.set(.locked)
        var failure: WalletPhoneError?
        do { _ = try await phone.bind(collected, in: Self.session) } catch { failure = error }
        #expect(failure == .screenLocked)
        #expect(await service.activations.isEmpty)
    }

    @Test("without a telephone number in the settings, or a card that can be read, nothing is collected (PHOTO-03)")
    func nothingCollected() async throws {
        let service = WalletServiceDouble()
        var failures: [WalletPhoneError] = []
        let expiry = CardExpiry(year: 29, month: 12)
        for (phone, input) in [
            (phone(service, settings: SettingsDouble(telephoneNumber: nil), recognizing: .card(try captured())), true),
            (phone(service, recognizing: .anotherPhotograph(.tooSmall)), true), (phone(service), true),
            (phone(service, recognizing: .card(try captured(expiry: nil))), true),
            (phone(service), false),
        ] {
            do {
                _ = try await phone.collectCard(
                    from: input ? .photograph([1]) : .card(ElementDouble()), owner: Self.owner)
            } catch {
                failures.append(error)
            }
        }
        #expect(
            failures == [
                .noTelephoneNumber, .unreadable(.tooSmall),
                .recognition(.noEngine(nextStep: "the device has no camera")),
                .unreadable(nil), .unreadable(nil),
            ])
        let typed = try await phone(service, recognizing: .card(try captured(expiry: nil)))
            .collectCard(from: .photograph([1]), owner: Self.owner, expiry: expiry)
        #expect(typed.masked == "476173••••••0010")
    }

    @Test("a wrong verification is a refusal without an identifier, a doubtful one a one-time password (PFA-04)")
    func refusals() async throws {
        for reply in [
            FunctionActivationReply.refused, .referred, .oneTimePasswordSent(verification: "v"),
        ] {
            let phone = phone(WalletServiceDouble(reply: reply), recognizing: .card(try captured()))
            let collected = try await phone.collectCard(from: .photograph([1]), owner: Self.owner)
            #expect(try await phone.bind(collected, in: Self.session) == reply)
        }
        let phone = phone(WalletServiceDouble())
        #expect(
            try await phone.confirm(verification: "v", oneTimePassword: "123456", in: Self.session)
                == .bound(WalletServiceDouble.activation(of: "crd_new", [.nfc])))
        #expect(try await phone.confirm(verification: "v", oneTimePassword: "000000", in: Self.session) == .refused)
    }

    // MARK: Synchronizing, removing, moving

    @Test("the device tells which records lie in its secure element (UPD-09)")
    func synchronization() async throws {
        let service = WalletServiceDouble()
        let reply = try await phone(service).synchronize(in: Self.session)
        let report = try #require(await service.reports.first)
        #expect(report.secureElement == ElementDouble.name)
        #expect(report.records.map(\.type) == [1, 2] && report.records.map(\.reference.bytes.last) == [1, 2])
        #expect(report.records.allSatisfy { $0.fingerprint == [1, 2, 3, 4, 5, 6, 7, 8] })
        #expect(reply.removed == report.records.map(\.reference) && !reply.isSynchronous)
    }

    @Test("cards are moved and removed only from an unlocked screen, with the password once more")
    func guarded() async throws {
        let service = WalletServiceDouble()
        let (right, wrong) = (SecretBytes(Array("secret".utf8)), SecretBytes(Array("wrong".utf8)))
        for state in [ScreenState.locked, .awake] {
            let phone = phone(service, screen: ScreenDouble(state))
            await #expect(throws: WalletPhoneError.screenLocked) {
                try await phone.unbind(card: "crd_1", password: right, in: Self.session)
            }
            await #expect(throws: WalletPhoneError.screenLocked) {
                try await phone.migrate(MigrationRequest(from: "dev_0"), password: right, in: Self.session)
            }
            await #expect(throws: WalletPhoneError.screenLocked) { try await phone.bindOwnCards(in: Self.session) }
        }
        let phone = phone(service)
        await #expect(throws: WalletPhoneError.service(.refused(code: "wrongPassword", detail: "it is another one"))) {
            try await phone.unbind(card: "crd_1", password: wrong, in: Self.session)
        }
        #expect(await service.log == ["authenticate"])
        try await phone.unbind(card: "crd_1", password: right, in: Self.session)
        let sources = try await phone.migrationSources(in: Self.session)
        let report = try await phone.migrate(
            MigrationRequest(from: sources[0].device, cards: ["crd_2"]), password: right, in: Self.session)
        #expect(report.cards == [.init(card: "crd_2", status: .moved)] && report.isComplete)
        #expect(
            await service.log == [
                "authenticate", "authenticate", "unbind crd_1", "authenticate", "migrate from dev_0",
            ])
    }

    // MARK: The secure element

    @Test("every use of the secure element opens a channel of its own and closes it, also after a failure")
    func channels() async throws {
        for failing in [nil, 1, 2, 3, 4] as [Int?] {
            let element = ElementDouble(failing: failing)
            _ = try? await WalletSecureElement(element).cards()
            #expect(await element.openChannels == 0, "\(failing ?? -1)")
            #expect(await element.commands.filter { $0.instruction != 0x70 }.allSatisfy { $0.classByte == 0x01 })
        }
    }

    @Test("paying asks the owner, and an owner who does not agree makes no cryptogram")
    func confirmation() async throws {
        let element = ElementDouble()
        let refusing = phone(WalletServiceDouble(), element: element, owner: OwnerDouble(agrees: false))
        let card = try #require(try await refusing.deviceCards().first)
        let before = await element.commands.count
        await #expect(throws: WalletPhoneError.notConfirmed) {
            try await refusing.pay(.qr, amount: 0, currency: 978, country: 276, with: card, at: 0)
        }
        await #expect(throws: WalletPhoneError.notConfirmed) { try await refusing.confirmNextPayment(with: card) }
        #expect(await element.commands.count == before)
        await #expect(throws: WalletPhoneError.noSuchCard, "it has no token for online") {
            try await refusing.pay(.online, amount: 1, currency: 978, country: 276, with: card, at: 0)
        }
        await #expect(throws: WalletPhoneError.purchase) {
            try await refusing.pay(.qr, amount: 1_000_000_000_000, currency: 978, country: 276, with: card, at: 0)
        }
    }

    private static let owner = CardOwner(name: "ANA LINDE", identityNumber: "ID-1")

    private func captured(expiry: CardExpiry? = CardExpiry(year: 29, month: 12)) throws -> CapturedCard {
        CapturedCard(
            number: try PrimaryAccountNumber("4761739001010010"), expiry: expiry, cardholderName: nil, confidence: 1)
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
