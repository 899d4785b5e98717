import CardCryptography
import ISO4217
import Instructions
import JOSE
import Merchants
import Payments
import SeneschalAPI
import SeneschalClient
import Storage
import Testing

@testable import HTTPServer

/// A payment server with money for the rewards of `quay-market`, and somebody who is to get them.
private struct RewardTown {
    let payments: TestPayments
    let pot: String
    let ada: String
    /// The platform's credential.
    let secret: String

    init(budget: Int64 = 1_000) async throws {
        payments = try await TestPayments()
        let desk = OperatorDesk(payments.payments)
        let euro = try #require(Currency("EUR"))
        func key(_ name: String) -> RequestKey { RequestKey(scope: "test", key: name, digest: [1]) }
        let pot = try await desk.openAccount(.reward, currency: euro, label: "Rewards", key("pot")).id
        let bank = try #require(AccountID(rawValue: payments.settlement))
        _ = try await desk.fund(
            pot, Money(minorUnits: budget, currency: euro), from: bank, reference: "budget", key("budget"))
        let name = try #require(PartyName("quay-market"))
        _ = try await desk.registerPlatform(
            name, keyName: payments.platformKey.name, publicKey: payments.platformKey.privateKey.publicKey,
            rewardAccounts: [pot], key("platform"))
        let secret = try await AccessDesk(payments.payments).renew(.platform(name), by: "test")
        self.secret = String(decoding: secret.revealed(), as: UTF8.self)
        ada = try await desk.openAccount(.merchant, currency: euro, label: "Ada", key("ada")).id.rawValue
        self.pot = pot.rawValue
    }

    func transfer(
        _ amount: Int64 = 300, named name: String = "0123456789abcdef0123456789abcdef", to payee: String? = nil,
        from payer: String? = nil, by key: NamedPrivateKey? = nil
    ) throws -> RewardTransfer {
        let euro = try #require(Currency("EUR"))
        let now = MachineClock().now()
        let reward = try #require(RewardID(rawValue: "rwd_00000000000000000000000000000001"))
        let instruction = RewardInstruction(
            iss: "quay-market", aud: TestPayments.name, jti: name, iat: now, exp: now + 300, payer: payer ?? pot,
            payee: payee ?? ada, amount: amount, currency: euro, reference: reward.rawValue)
        return RewardTransfer(
            id: name, payer: payer ?? pot, payee: payee ?? ada, amount: Money(minorUnits: amount, currency: euro),
            reward: reward, instruction: try instruction.signed(with: key ?? payments.platformKey))
    }

    /// Of the rewards' account and Ada's.
    func balances() async throws -> [Int64] {
        var balances: [Int64] = []
        for name in [pot, ada] {
            let account = try await payments.store.ledgerAccount(try #require(AccountID(rawValue: name)))
            balances.append(try #require(account).balance.minorUnits)
        }
        return balances
    }

    /// What a platform gets that asks the server at `address`, or the payment server itself.
    func ask(
        _ transfer: RewardTransfer, at address: String, retries: RequestRetries = .none, as secret: String? = nil
    ) async throws -> RewardTransferAnswer {
        try await withClient(of: address, as: secret ?? self.secret, retries: retries) { client in
            try await HTTPRewardTransfers(client).transfer(transfer)
        }
    }
}

extension MerchantsError {
    fileprivate var isUnfinished: Bool { if case .unfinished = self { true } else { false } }
}

@Suite("Rewards over HTTP")
struct RewardTransfersTests {
    @Test(
        "RWD-05 a reward moves once, however often it is asked for, and whatever answers are lost",
        arguments: [0, 1, 2])
    func once(losses: Int) async throws {
        let town = try await RewardTown()
        try await town.payments.server.live { port in
            let proxy = try await LosingProxy(to: port, losing: losses)
            let transfer = try town.transfer()
            for _ in 0..<losses {
                let error = await #expect(throws: MerchantsError.self) {
                    try await town.ask(transfer, at: proxy.address)
                }
                #expect(error?.isUnfinished == true)
                #expect(try await town.balances() == [700, 300], "it was done, and nobody knows")
            }
            for _ in 0..<2 { #expect(try await town.ask(transfer, at: proxy.address) == .moved) }
            #expect(try await town.balances() == [700, 300])
            proxy.close()
        }
    }

    @Test("RWD-05 an answer that is lost on the way is asked for again at once, where the client does")
    func again() async throws {
        let town = try await RewardTown()
        try await town.payments.server.live { port in
            let proxy = try await LosingProxy(to: port, losing: 2)
            let retries = RequestRetries(attemptsMax: 3, firstPause: .zero)
            #expect(try await town.ask(town.transfer(), at: proxy.address, retries: retries) == .moved)
            #expect(try await town.balances() == [700, 300])
            proxy.close()
        }
    }

    @Test("RWD-05 what the payment server will not do is a refusal; what it does not believe is not")
    func refusals() async throws {
        let town = try await RewardTown()
        try await town.payments.server.live { port in
            let address = "http://127.0.0.1:\(port)"
            let nobody = "acc_00000000000000000000000000000000"
            for transfer in [
                try town.transfer(1_001), try town.transfer(to: nobody), try town.transfer(from: town.ada),
                try town.transfer(0),
            ] {
                guard case .refused(let reason) = try await town.ask(transfer, at: address) else {
                    Issue.record("\(transfer) was not refused")
                    continue
                }
                #expect(!reason.isEmpty)
            }
            // The name is used for another reward.
            #expect(try await town.ask(town.transfer(), at: address) == .moved)
            guard case .refused = try await town.ask(town.transfer(299), at: address) else {
                Issue.record("another reward under the same name")
                return
            }
            let stranger = NamedPrivateKey(name: "market-key", privateKey: .generate(.p256))
            let forged = try town.transfer(by: stranger)
            let sound = try town.transfer(named: "00000000000000000000000000000002")
            for (transfer, secret) in [(forged, town.secret), (sound, "0123"), (sound, town.payments.operator)] {
                let error = await #expect(throws: MerchantsError.self) {
                    try await town.ask(transfer, at: address, as: secret)
                }
                #expect(error?.isUnfinished == true)
            }
            #expect(try await town.balances() == [700, 300])
        }
    }

    @Test(
        "RWD-05 a server that is down, silent, stops in the middle, or speaks of something else: not known, asked again"
    )
    func odd() async throws {
        let town = try await RewardTown()
        let transfer = try town.transfer()
        @Sendable func expectUnfinished(_ address: String, _ place: String) async {
            let error = await #expect(throws: MerchantsError.self, "\(place)") {
                try await town.ask(transfer, at: address, retries: .impatient)
            }
            #expect(error?.isUnfinished == true, "\(place)")
        }
        for manner in OddServer.answersOfNothing {
            let server = try await OddServer(manner)
            await expectUnfinished(server.address, "\(manner)")
            try await server.close()
        }
        let down = try await OddServer(.silent)
        let address = down.address
        try await down.close()
        await expectUnfinished(address, "down")
        // Another server of this product, at which there are no rewards.
        let plaza = try await TestPlaza()
        try await plaza.server.live { port in await expectUnfinished("http://127.0.0.1:\(port)", "a platform") }
    }

    private func problem(_ detail: String) -> String {
        OddServer.answer(
            "409 Conflict",
            #"{"type":"urn:seneschal:problem:wrongState","title":"t","status":409,"code":"wrongState","detail":"\#(detail)"}"#,
            type: "application/problem+json")
    }

    @Test("an answer that comes slowly and in pieces is an answer")
    func slow() async throws {
        let town = try await RewardTown()
        let server = try await OddServer(.dripping(problem("slow")))
        #expect(try await town.ask(town.transfer(), at: server.address) == .refused(reason: "slow"))
        try await server.close()
    }

    @Test("an answer that comes twice is not taken for that of the next reward")
    func twice() async throws {
        let town = try await RewardTown()
        let server = try await OddServer(.sending(problem("first") + problem("first")), .sending(problem("second")))
        try await withClient(of: server.address, as: town.secret) { client in
            let transfers = HTTPRewardTransfers(client)
            // The surplus may cost the first answer, and never becomes the second.
            let first = try? await transfers.transfer(town.transfer())
            #expect(first == nil || first == .refused(reason: "first"))
            let second = try await transfers.transfer(town.transfer())
            #expect(second == .refused(reason: "second"))
        }
        try await server.close()
    }
}
