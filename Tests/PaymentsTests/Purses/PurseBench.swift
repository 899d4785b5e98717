import CardCryptography
import ElectronicPurse
import ISO4217
import Instructions
import JOSE

@testable import Payments

/// A purse as its standard has it, by a few lines of its own: two counters, a balance, and what the keys say.
struct BenchPurse {
    let data: PurseApplicationData
    let keys: PurseKeys
    private(set) var balance: UInt32 = 0
    private(set) var onlineNumber: UInt16 = 0
    private(set) var offlineNumber: UInt16 = 0
    private(set) var log: [PurseLogRecord] = []
    private var begun: (amount: UInt32, random: PurseRandom)?

    init(_ personalization: PursePersonalization) {
        data = personalization.applicationData
        keys = personalization.keys
    }

    var serial: PurseSerial { data.serial }

    /// INITIALIZE FOR LOAD.
    mutating func beginLoad(_ amount: UInt32) throws -> InitializedLoad {
        let random = try PurseRandom(SystemRandomSource().bytes(4))
        begun = (amount, random)
        let session = PurseLoad.sessionKey(keys.load, random: random, onlineNumber: onlineNumber)
        return InitializedLoad(
            balance: balance, onlineNumber: onlineNumber, keyVersion: 1, algorithm: 0, random: random,
            mac1: PurseLoad(amount: amount, terminal: LoadOrder.terminal).mac1(session, balance: balance))
    }

    /// CREDIT FOR LOAD; `nil` when the card refuses.
    mutating func credit(_ moment: PurseMoment, _ mac2: PurseMAC) -> PurseMAC? {
        guard let (amount, random) = begun else { return nil }
        begun = nil
        let load = PurseLoad(amount: amount, terminal: LoadOrder.terminal)
        let session = PurseLoad.sessionKey(keys.load, random: random, onlineNumber: onlineNumber)
        guard load.mac2(session, at: moment) == mac2 else { return nil }
        balance += amount
        let tac = load.tac(
            keys.authentication.transactionAuthentication, balanceAfter: balance, onlineNumber: onlineNumber, at: moment
        )
        onlineNumber += 1
        log.insert(
            PurseLogRecord(
                number: onlineNumber, amount: amount, type: .load, terminal: LoadOrder.terminal, moment: moment), at: 0)
        return tac
    }

    /// A purchase at a gate, as the gate has it in its journal.
    func pending(
        _ amount: UInt32, at terminal: PurseTerminalNumber, serial: UInt32, now: Int64
    ) throws -> PendingPurchase {
        PendingPurchase(
            card: self.serial,
            purchase: PursePurchase(
                amount: amount, terminal: terminal, terminalSerial: serial, moment: PurseMoment(now)),
            balanceBefore: balance, offlineNumber: offlineNumber, random: try PurseRandom([1, 2, 3, 4]),
            mac1: try PurseMAC([1, 2, 3, 4]), since: now)
    }

    /// DEBIT FOR PURCHASE.
    mutating func debit(_ pending: PendingPurchase) -> PurseMAC {
        balance -= pending.purchase.amount
        offlineNumber += 1
        log.insert(pending.expectedRecord, at: 0)
        return pending.purchase.tac(keys.authentication.transactionAuthentication)
    }
}

/// A payment server with two gates of an operator's and Ada, who has a purse.
struct PurseBench: Sendable {
    let bench: PaymentBench
    let purses: PurseDesk
    let loads: LoadDesk
    let clearing: ClearingDesk
    let ada: BenchPayer
    let operatorAccount: LedgerAccount
    let purse: Purse

    static let gates = ["gate-1", "gate-2"]
    static func number(_ gate: String) throws -> PurseTerminalNumber {
        try PurseTerminalNumber([0xA1, 0, 0, 0, 0, UInt8(gate == gates[0] ? 1 : 2)])
    }

    init(_ bench: PaymentBench, holding amount: Int64 = 10_000, isOwned: Bool = true) async throws {
        self.bench = bench
        purses = PurseDesk(bench.server, keys: bench.vault)
        loads = LoadDesk(bench.server, keys: bench.vault)
        clearing = ClearingDesk(bench.server, keys: bench.vault)
        operatorAccount = try await bench.operators.openAccount(
            .transit, currency: PaymentBench.euro, label: "Harbour Line", .bench("line"))
        for gate in Self.gates {
            _ = try await bench.operators.registerTerminal(
                present(PartyName(gate)), publicKey: ECPrivateKey.generate(.p256).publicKey,
                payee: operatorAccount.id, .bench(gate))
            _ = try await purses.equip(try present(PartyName(gate)), with: Self.number(gate))
        }
        ada = try await bench.payer(holding: amount)
        purse = try await purses.issue(
            number: nil, currency: PaymentBench.euro, owner: isOwned ? ada.id : nil, .bench("purse"))
    }

    /// The card in Ada's hand, empty.
    func card() async throws -> BenchPurse { BenchPurse(try await purses.personalization(of: purse.serial)) }

    func confirmation(of order: LoadOrder, by payer: BenchPayer? = nil) throws -> String {
        try PayerConfirmation(
            iss: (payer ?? ada).id.rawValue, aud: "harbour-pay", jti: "c-1", iat: bench.clock.now(),
            exp: bench.clock.now() + 60, subject: .purseLoad, reference: order.id.rawValue,
            digest: Base64URL.encode(Digest.hash(Array(order.shown.utf8))), amount: Int64(order.load.amount),
            currency: PaymentBench.euro, userVerified: true
        ).signed(with: (payer ?? ada).key)
    }

    /// The whole way of one load.
    @discardableResult
    func load(_ amount: Int64, _ card: inout BenchPurse, key: String = "load") async throws -> LoadOrder {
        let order = try await loads.order(amount, onto: card.serial, by: ada.id, .bench(key))
        let step = try await loads.credit(
            order.id, by: ada.id, confirmation: confirmation(of: order), pin: nil,
            PurseContact(card.beginLoad(UInt32(amount))))
        guard case .credit(let moment, let mac2) = step else { throw Absent(what: "MAC2") }
        let tac = try present(card.credit(moment, mac2))
        return try await loads.prove(order.id, by: ada.id, tac: tac)
    }

    func gate(_ gate: String = gates[0]) throws -> PartyName { try present(PartyName(gate)) }

    /// A purchase that the card makes, and its gate's report.
    func paid(
        _ amount: UInt32, _ card: inout BenchPurse, serial: UInt32, at gate: String = gates[0]
    ) throws -> GateReport {
        let pending = try card.pending(amount, at: Self.number(gate), serial: serial, now: bench.clock.now())
        return .paid(GatePassage(pending, tac: card.debit(pending), .answer, at: bench.clock.now()))
    }

    /// What Ada, the purse and the gates' owner have.
    func balances() async throws -> [Int64] {
        [
            try await bench.balance(ada.id), try await bench.balance(purse.account),
            try await bench.balance(operatorAccount.id),
        ]
    }

    func reserved() async throws -> Int64 { try present(await bench.store.ledgerAccount(purse.account)).debitsPending }
}
