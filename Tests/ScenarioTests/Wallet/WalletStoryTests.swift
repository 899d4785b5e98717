import Assembly
import CardCryptography
import EMV
import ISO7816
import Issuing
import MobileDevice
import SeneschalClient
import Storage
import Terminal
import Testing
import Wallet

/// What only the whole shows: two telephones, a wallet, two banks, a shop, over HTTP.
@Suite("Stories of a wallet over HTTP", .serialized)
struct WalletStoryTests {
    @Test(
        "a card is bound only for whoever is logged in and knows everything, and pays only then, with each function by its own identifier (PHOTO-01, PHOTO-05, PHOTO-07, PFA-03, PFA-08)"
    )
    func firstTelephone() async throws {
        try await WalletTown.tell { town in
            let wallet = town.old.wallet
            let number = try await town.issueCard()
            try await Self.expectNothingWithoutLogin(town, number)
            let session = try await town.logIn(town.old)
            try await town.old.service.prepareSecureElement(in: session)
            try await Self.expectEveryFieldCounts(town, number, session)
            #expect(try await wallet.cards(in: session).isEmpty)
            #expect(try await wallet.deviceCards().isEmpty)
            await #expect(throws: TerminalError.noApplication) { _ = try await town.tap(town.old) }

            let reply = try await wallet.bindNewCard(WalletTown.verification(number), in: session)
            guard case .bound(let activation) = reply else { throw WalletPhoneError.noSuchCard }
            let identifiers = activation.functions.values.compactMap {
                if case .active(let identifier) = $0 { identifier } else { nil }
            }
            #expect(Set(identifiers).count == 3)
            try await Self.expectOwnIdentifiersOnly(town)
        }
    }

    /// PHOTO-01, MIGR-03: a session that is over is none.
    private static func expectNothingWithoutLogin(_ town: WalletTown, _ number: PrimaryAccountNumber) async throws {
        let over = try await town.logIn(town.old)
        try await town.old.service.logOut(of: over)
        let wallet = town.old.wallet
        let refusal = WalletPhoneError.service(.notLoggedIn)
        await #expect(throws: refusal) {
            _ = try await wallet.bindNewCard(WalletTown.verification(number), in: over)
        }
        await #expect(throws: refusal) { _ = try await wallet.cards(in: over) }
        await #expect(throws: refusal) { _ = try await wallet.migrationSources(in: over) }
        for password in [nil, WalletTown.password] {
            await #expect(throws: refusal) {
                _ = try await wallet.migrate(.init(from: over.device), password: password, in: over)
            }
        }
    }

    /// PHOTO-05: each field alone is enough to fail, and which one is not said.
    private static func expectEveryFieldCounts(
        _ town: WalletTown, _ number: PrimaryAccountNumber, _ session: WalletSession
    ) async throws {
        let changes: [(inout CardBindingVerification) throws -> Void] = [
            { $0.expiry = CardExpiry(year: 39, month: 11)! }, { $0.cardholderName = "ADA LOVELADE" },
            { $0.identityNumber = "ID1816" }, { $0.telephoneNumber = "4915112345682" },
            // A number of the other bank's, which has not been given out.
            { $0.number = try PrimaryAccountNumber(completing: "541333008901043") },
        ]
        for change in changes {
            var verification = WalletTown.verification(number)
            try change(&verification)
            #expect(try await town.old.wallet.bindNewCard(verification, in: session) == .refused)
        }
    }

    /// PFA-03 and PFA-08: all three, one after the other in one session; none with another's identifier.
    private static func expectOwnIdentifiersOnly(_ town: WalletTown) async throws {
        func made() async throws -> [AuthorizationData] {
            [
                try await town.tap(town.old), try await town.remote(.qr, town.old),
                try await town.remote(.online, town.old),
            ]
        }
        let own = try await made()
        #expect(own.map(\.entry) == [.contactless, .code, .remote])
        #expect(Set(own.map(\.number)).count == 3)
        #expect(Set(own.map(\.transactionCounter)).count == 3)
        for data in own { #expect(try await town.isApproved(data)) }
        for entry in AuthorizationData.Entry.allCases {
            for var data in try await made() where data.entry != entry {
                data.entry = entry
                #expect(try await !town.isApproved(data), "as \(entry)")
            }
        }
        for data in try await made() { #expect(try await town.isApproved(data)) }
    }

    // MARK: - Two banks, two telephones

    @Test(
        "a second telephone binds the cards of two banks, each at its own, and pays with what is its own (BIND-02, BIND-04, BIND-05, BIND-08, UCI-05)"
    )
    func secondTelephone() async throws {
        try await WalletTown.tell { town in
            let (_, debit, credit) = try await town.bindBoth()
            let session = try await town.logIn(town.new)
            let cards = try await town.new.wallet.cards(in: session)
            let references = Dictionary(
                uniqueKeysWithValues: cards.map { ($0.issuer, CardAccountReference(rawValue: $0.issuerCardReference)) })
            let debitReference = try #require(references[WalletTown.harbour] ?? nil)
            let creditReference = try #require(references[WalletTown.tide] ?? nil)
            try await Self.expectKnownByItsElement(town, session)
            try await town.set(.blocked, creditReference)
            // The one bank says no, and the other's card is bound all the same.
            var results = try await town.new.wallet.bindOwnCards(in: session)
            #expect(results.map(\.card.card) == [debit.card, credit.card])
            #expect((try? results[0].result.get())?.issuer == WalletTown.harbour)
            #expect(throws: WalletPhoneError.self) { _ = try results[1].result.get() }
            #expect(try await town.new.wallet.deviceCards().map(\.type) == [1])
            #expect(try await town.isApproved(try await town.tap(town.new)))
            try await town.set(.active, creditReference)
            results = try await town.new.wallet.bindOwnCards(in: session)
            #expect(results.map(\.card.card) == [credit.card])
            #expect((try? results[0].result.get())?.issuer == WalletTown.tide)
            #expect(try await town.new.wallet.deviceCards().map(\.type) == [1, 2])
            for (bank, reference, other) in [
                (WalletTown.harbour, debitReference, creditReference),
                (WalletTown.tide, creditReference, debitReference),
            ] {
                #expect(try await town.boundElements(reference, at: bank) == town.elements)
                #expect(try await town.boundElements(other, at: bank).isEmpty)
            }
            for telephone in [town.old, town.new] {
                for type in [1, 2] { #expect(try await town.isApproved(try await town.tap(telephone, type))) }
            }
            try await Self.expectOwnElementOnly(town)
            try await Self.expectNoPaymentWithoutTriple(town, debit.card, debitReference, session)
        }
    }

    /// BIND-02: what the wallet knows of the telephone is what its secure element says of itself.
    private static func expectKnownByItsElement(_ town: WalletTown, _ session: WalletSession) async throws {
        let user = try #require(UserID(rawValue: session.user))
        let devices = try await town.neighbourhood.wallet.store.devices(of: user)
        #expect(Set(devices.map(\.secureElement.value)) == (try await town.elements))
        #expect(devices.last?.id.rawValue == session.device)
        #expect(devices.last?.secureElement.value == (try await town.new.wallet.secureElement.name()))
    }

    /// UCI-05: another element's identifier, a counter that was used, and one that is behind.
    private static func expectOwnElementOnly(_ town: WalletTown) async throws {
        let (old, new) = (try await town.tap(town.old, 1), try await town.tap(town.new, 1))
        #expect(old.number != new.number)
        var mixed = old
        mixed.number = new.number
        #expect(try await !town.isApproved(mixed))
        let earlier = try await town.tap(town.old, 1)
        let later = try await town.tap(town.old, 1)
        #expect(try await town.isApproved(old))
        #expect(try await !town.isApproved(old))
        #expect(try await town.isApproved(later, transaction: "later"))
        // The same transaction gets the answer that it had; the counter is used up for every other.
        #expect(try await town.isApproved(later, transaction: "later"))
        #expect(try await !town.isApproved(earlier))
        // UCI-04: the credit card's identifier in the debit card's answer, and the other way round.
        let (debit, credit) = (try await town.tap(town.old, 1), try await town.tap(town.old, 2))
        var (wrongDebit, wrongCredit) = (debit, credit)
        (wrongDebit.number, wrongCredit.number) = (credit.number, debit.number)
        for wrong in [wrongDebit, wrongCredit] { #expect(try await !town.isApproved(wrong)) }
        for right in [debit, credit] { #expect(try await town.isApproved(right)) }
    }

    /// BIND-05: the bank has the triple of one telephone, and lets the other's payment not pass.
    private static func expectNoPaymentWithoutTriple(
        _ town: WalletTown, _ card: String, _ reference: CardAccountReference, _ session: WalletSession
    ) async throws {
        let assertion = try await town.new.service.bindingAssertion(for: card, in: session).assertion
        let element = try await town.new.wallet.secureElement.name()
        try await town.issuer(WalletTown.harbour).unbind(
            BindingRequest(card: reference, user: session.user, secureElement: element, assertion: assertion),
            IssuerRequester(.wallet(name: "seneschal-wallet"), idempotencyKey: "forget"))
        #expect(try await !town.isApproved(try await town.tap(town.new, 1)))
        #expect(try await town.isApproved(try await town.tap(town.old, 1)))
        #expect(try await town.isApproved(try await town.tap(town.new, 2)))
    }

    // MARK: - Moving

    @Test(
        "all cards move away from a telephone that is off: it pays no more at once, and is cleared when it comes back (MIGR-02, MIGR-06)"
    )
    func migration() async throws {
        try await WalletTown.tell { town in
            let (first, debit, credit) = try await town.bindBoth()
            #expect(try await town.isApproved(try await town.tap(town.old, 1)))
            let late = try await town.tap(town.old, 1)
            await town.switchOff(town.old)
            let session = try await town.logIn(town.new)
            let sources = try await town.new.wallet.migrationSources(in: session)
            #expect(sources.map(\.device) == [first.device])
            #expect(sources.first?.cards.map(\.card) == [debit.card, credit.card])
            let report = try await town.new.wallet.migrate(
                .init(from: first.device), password: WalletTown.password, in: session)
            #expect(report.cards.map(\.card) == [debit.card, credit.card])
            #expect(report.cards.map(\.status) == [.moved, .moved])
            #expect(try await town.new.wallet.deviceCards().map(\.lastFour) == sources.first?.cards.map(\.lastFour))
            // The old secure element still makes cryptograms, which are worth nothing.
            #expect(try await town.old.wallet.deviceCards().count == 2)
            #expect(try await !town.isApproved(late))
            for type in [1, 2] {
                #expect(try await !town.isApproved(try await town.tap(town.old, type)))
                #expect(try await town.isApproved(try await town.tap(town.new, type)))
            }
            #expect(try await !town.isApproved(try await town.remote(.qr, town.old)))
            #expect(try await town.isApproved(try await town.remote(.qr, town.new)))
            town.switchOn(town.old)
            let back = try await town.old.wallet.synchronize(in: try await town.logIn(town.old))
            #expect(back.removed.count == 2 && back.restored.isEmpty)
            #expect(try await town.old.wallet.deviceCards().isEmpty)
            await #expect(throws: TerminalError.noApplication) { _ = try await town.tap(town.old) }
            #expect(try await town.new.service.migration(report.migration, in: session).isComplete)
            let element = try await town.new.wallet.secureElement.name()
            for card in try await town.new.wallet.cards(in: session) {
                let reference = try #require(CardAccountReference(rawValue: card.issuerCardReference))
                #expect(try await town.boundElements(reference, at: card.issuer) == [element])
            }
            for type in [1, 2] { #expect(try await town.isApproved(try await town.tap(town.new, type))) }
        }
    }
}

extension WalletTown {
    /// The names of both secure elements.
    fileprivate var elements: Set<String> {
        get async throws { [try await old.wallet.secureElement.name(), try await new.wallet.secureElement.name()] }
    }

    fileprivate func issuer(_ bank: String) throws -> CardIssuer { try #require(neighbourhood[bank]).house.issuer }

    fileprivate func set(_ state: CardAccount.State, _ card: CardAccountReference) async throws {
        _ = try await #require(neighbourhood[Self.tide]).house.desk.setState(
            state, of: card, IssuerRequester(.operator(name: "test"), idempotencyKey: state.rawValue))
    }

    fileprivate func boundElements(_ card: CardAccountReference, at bank: String) async throws -> Set<String> {
        let bindings = try? await #require(neighbourhood[bank]).house.desk.bindings(of: card)
        return Set((bindings ?? []).map(\.secureElement))
    }
}
