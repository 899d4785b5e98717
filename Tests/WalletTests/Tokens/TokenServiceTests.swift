import CardTesting
import EMV
import Testing

@testable import Wallet

@Suite("The token service")
struct TokenServiceTests {
    @Test("each function gets a token of its own, all with one account reference (PFA-02)")
    func perFunction() async throws {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let (_, tokens) = try await bench.credential(of: try await bench.card(of: account.id), on: device)
        #expect(Set(tokens.keys) == Set(PaymentFunction.allCases))
        #expect(Set(tokens.values.map(\.number)).count == 3)
        #expect(Set(tokens.values.map(\.reference)).count == 3)
        #expect(Set(tokens.values.map(\.accountReference)).count == 1)
        #expect(tokens.values.allSatisfy { $0.secureElement == device.secureElement && $0.device == device.id })
    }

    @Test("the same card on two secure elements has different tokens and one account reference (UCI-03, MIGR-07)")
    func perSecureElement() async throws {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let (other, otherDevice) = try await bench.user("bob", secureElement: "45434E0000000002")
        let (_, here) = try await bench.credential(of: try await bench.card(of: account.id), on: device)
        let (_, there) = try await bench.credential(of: try await bench.card(of: other.id), on: otherDevice)
        #expect(Set(here.values.map(\.number)).isDisjoint(with: there.values.map(\.number)))
        #expect(here[.nfc]?.accountReference == there[.nfc]?.accountReference)
    }

    @Test("two cards have different account references")
    func accountReferences() async throws {
        let bench = try WalletBench()
        let first = try await bench.vault.accountReference(of: PrimaryAccountNumber("4761739001010010"))
        let second = try await bench.vault.accountReference(of: PrimaryAccountNumber("5413330089010434"))
        #expect(first != second)
        #expect(first.value.hasPrefix("SNSC") && first.value.utf8.count == 29)
    }

    @Test("a token is good for five years and never longer than its card; none is given for a card that has expired")
    func expiry() async throws {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        var card = try await bench.card(of: account.id)
        let (credential, tokens) = try await bench.credential(of: card, on: device)
        #expect(tokens[.nfc]?.expiry == card.expiry)
        card.expiry = try present(CardExpiry(year: 40, month: 1))
        let long = try await bench.tokens().tokens(for: [.nfc], credential: credential, card: card)
        #expect(long.map(\.expiry) == [try present(CardExpiry(year: 31, month: 11))])
        card.expiry = try present(CardExpiry(year: 26, month: 11))
        #expect(try await bench.tokens().tokens(for: [.nfc], credential: credential, card: card).count == 1)
        card.expiry = try present(CardExpiry(year: 26, month: 10))
        await #expect(throws: TokenServiceError.expired) {
            try await bench.tokens().tokens(for: [.nfc], credential: credential, card: card)
        }
    }

    @Test("at the end of a range the last free number is found, and after it none")
    func endOfRange() async throws {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let card = try await bench.card(of: account.id)
        let (credential, _) = try await bench.credential(of: card, on: device)
        let numbers = try present(TokenNumbers(prefixes: 62_990_050...62_990_050, numbersPerPrefix: 40))
        let service = bench.tokens(
            TokenPolicy(numbers: numbers, requestor: TokenPolicy.standard.requestor, lifetimeSeconds: 86_400))
        var seen: Set<TokenNumber> = []
        for _ in 0..<40 {
            let token = try await service.tokens(for: [.nfc], credential: credential, card: card)[0]
            #expect(numbers.contains(token.number))
            #expect(seen.insert(token.number).inserted)
        }
        await #expect(throws: TokenServiceError.exhausted) {
            try await service.tokens(for: [.nfc], credential: credential, card: card)
        }
    }

    @Test("a number that a token has had is never given out again, not even after its deletion")
    func neverAgain() async throws {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let card = try await bench.card(of: account.id)
        let (credential, _) = try await bench.credential(of: card, on: device, functions: [.qr])
        let numbers = try present(TokenNumbers(prefixes: 62_990_050...62_990_050, numbersPerPrefix: 2))
        let policy = TokenPolicy(
            numbers: numbers, requestor: TokenPolicy.standard.requestor, lifetimeSeconds: 86_400)
        let token = try await bench.tokens(policy).tokens(for: [.nfc], credential: credential, card: card)[0]
        try await bench.store.commit([.token(token)])
        _ = try await bench.tokens(policy).delete(token.reference, by: .user, reason: "")
        let next = try await bench.tokens(policy).tokens(for: [.nfc], credential: credential, card: card)[0]
        #expect(next.number != token.number)
    }

    @Test("suspending is written with its reason, and resuming by somebody else is refused")
    func suspension() async throws {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let (_, tokens) = try await bench.credential(of: try await bench.card(of: account.id), on: device)
        let (service, token) = (bench.tokens(), try present(tokens[.nfc]))
        let suspended = try await service.suspend(token.reference, by: .issuer, reason: "reported stolen")
        #expect(suspended.state == .suspended)
        #expect(try await bench.store.token(token.reference) == suspended)
        await #expect(throws: WalletError.conflict(reason: "the token is not suspended by user")) {
            try await service.resume(token.reference, by: .user, reason: "")
        }
        #expect(try await service.resume(token.reference, by: .issuer, reason: "cleared").state == .active)
        let trail = try await bench.store.auditEntries(of: account.id, limit: 10)
        #expect(trail.map(\.action) == ["token resumed", "token suspended"])
        #expect(trail.map(\.detail) == ["cleared", "reported stolen"])
    }

    @Test("suspensions that arrive together all count")
    func together() async throws {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let (_, tokens) = try await bench.credential(of: try await bench.card(of: account.id), on: device)
        let (service, token) = (bench.tokens(), try present(tokens[.nfc]))
        await withTaskGroup(of: Void.self) { group in
            for actor in [TokenActor.user, .issuer, .fraud] {
                group.addTask { _ = try? await service.suspend(token.reference, by: actor, reason: "") }
            }
        }
        #expect(try await bench.store.token(token.reference)?.suspenders == [.user, .issuer, .fraud])
    }

    @Test("another user's token is not found, and neither is one that does not exist")
    func foreign() async throws {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let (stranger, _) = try await bench.user("bob", secureElement: "45434E0000000002")
        let (_, tokens) = try await bench.credential(of: try await bench.card(of: account.id), on: device)
        let reference = try present(tokens[.nfc]).reference
        #expect(try await bench.tokens().token(reference, of: account.id).reference == reference)
        for (reference, user) in [(reference, stranger.id), (.random(bench.random), account.id)] {
            await #expect(throws: WalletError.notFound(kind: "token")) {
                try await bench.tokens().token(reference, of: user)
            }
        }
    }

    @Test(
        "the month of a time",
        arguments: [
            (Int64(946_684_800), "01/00"), (951_782_399, "02/00"), (951_868_799, "02/00"), (951_868_800, "03/00"),
            (1_795_780_800, "11/26"), (1_798_761_599, "12/26"), (1_798_761_600, "01/27"), (4_102_444_799, "12/99"),
        ])
    func months(_ time: Int64, _ printed: String) {
        #expect(CardExpiry(at: time).description == printed)
    }
}
