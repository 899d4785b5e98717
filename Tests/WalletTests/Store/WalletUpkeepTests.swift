import EMV
import KeyVault
import Testing

@testable import Wallet

@Suite("What a wallet does without being asked")
struct WalletUpkeepTests {
    @Test("after the key-encryption key was changed every card's number is sealed anew, once")
    func resealing() async throws {
        let bench = try WalletBench()
        let (account, _) = try await bench.user()
        let numbers = ["4761739001010010", "5413330089010434"]
        for number in numbers { _ = try await bench.card(of: account.id, number: number) }
        var gone = try await bench.card(of: account.id, number: "6250947000000014")
        gone.state = .removed
        gone.sealedNumber = []
        try await bench.store.commit([.card(gone)])
        let before = try await bench.store.cards(of: account.id)
        let upkeep = bench.upkeep()
        #expect(
            try await upkeep.run(keepingDays: 30)
                == UpkeepReport(settledPayments: 0, clearedCards: 0, cardsInStep: 0, resealedCards: 0)
        )
        _ = try await bench.walletVault.startKeyEncryptionKey()
        #expect(
            try await upkeep.run(keepingDays: 30)
                == UpkeepReport(settledPayments: 0, clearedCards: 0, cardsInStep: 0, resealedCards: 2)
        )
        #expect(
            try await upkeep.run(keepingDays: 30)
                == UpkeepReport(settledPayments: 0, clearedCards: 0, cardsInStep: 0, resealedCards: 0)
        )
        let after = try await bench.store.cards(of: account.id)
        for (index, number) in numbers.enumerated() {
            #expect(after[index].sealedNumber != before[index].sealedNumber)
            #expect(
                try await bench.vault.open(after[index].sealedNumber, of: after[index].reference)
                    == PrimaryAccountNumber(number))
        }
        #expect(after[2].sealedNumber.isEmpty)
    }

    @Test("pages of all cards follow each other without a gap")
    func pages() async throws {
        let bench = try WalletBench()
        for index in 0..<5 {
            let (account, _) = try await bench.user("user-\(index)")
            _ = try await bench.card(of: account.id)
        }
        let all = try await bench.store.cards(after: nil, limit: 10).map(\.reference)
        let first = try await bench.store.cards(after: nil, limit: 2).map(\.reference)
        let rest = try await bench.store.cards(after: first.last, limit: 10).map(\.reference)
        #expect(all.count == 5 && first + rest == all)
    }

    @Test("a payment that was torn is settled, and what is older than the days is forgotten")
    func settling() async throws {
        let bench = try WalletBench()
        let (account, device) = try await bench.user()
        let (credential, tokens) = try await bench.credential(of: try await bench.card(of: account.id), on: device)
        let request = try await BenchCard(credential, bench).payment(try present(tokens[.nfc]))
        bench.issuer.mood = .silent
        await #expect(throws: WalletError.self) { try await bench.payments().authorize(request) }
        bench.issuer.mood = .approving
        let upkeep = bench.upkeep()
        #expect(try await upkeep.run(keepingDays: 30).settledPayments == 1)
        #expect(try await bench.store.auditEntries(of: nil, limit: 9).map(\.action) == ["payment"])
        bench.clock.advance(30 * 86_400 + 1)
        _ = try await upkeep.run(keepingDays: 30)
        #expect(try await bench.store.payments(of: account.id, limit: 9).isEmpty)
        #expect(try await bench.store.auditEntries(of: nil, limit: 9).isEmpty)
    }
}
