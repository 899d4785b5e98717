import ElectronicPurse
import ISO4217
import KeyVault
import Testing

@testable import Payments

@Suite("What a gate reports")
struct ClearingTests {
    @Test("FLASH-03 is paid to the gate's owner once the card's TAC is right, and once however often it is reported")
    func paid() async throws {
        let bench = try await PurseBench(.make())
        var card = try await bench.card()
        try await bench.load(2_000, &card)
        let report = try bench.paid(200, &card, serial: 1)
        for _ in 0..<3 {
            let purchase = try await bench.clearing.take(report, from: bench.gate())
            #expect(purchase.state == .paid && purchase.doubt == nil)
        }
        #expect(try await bench.balances() == [8_000, 1_800, 200])
        // Months later, when it is forgotten, the ledger still knows it.
        bench.bench.clock.advance(90 * 86_400)
        try await bench.bench.store.commit([.forget(before: bench.bench.clock.now())])
        #expect(try await bench.clearing.take(report, from: bench.gate()).state == .paid)
        #expect(try await bench.balances() == [8_000, 1_800, 200])
    }

    @Test("costs nothing where the passage is free, and leaves no transfer")
    func free() async throws {
        let bench = try await PurseBench(.make())
        var card = try await bench.card()
        try await bench.load(2_000, &card)
        let purchase = try await bench.clearing.take(bench.paid(0, &card, serial: 1), from: bench.gate())
        #expect(purchase.state == .paid)
        #expect(try await bench.balances() == [8_000, 2_000, 0])
    }

    @Test("is held, with the money reserved, while the TAC is not the card's, and nobody is paid")
    func forged() async throws {
        let bench = try await PurseBench(.make())
        var card = try await bench.card()
        try await bench.load(2_000, &card)
        guard case .paid(var passage) = try bench.paid(200, &card, serial: 1) else { throw Absent(what: "a passage") }
        passage = GatePassage(
            card: passage.card, purchase: passage.purchase, offlineNumber: passage.offlineNumber,
            balanceAfter: passage.balanceAfter, tac: try PurseMAC([1, 2, 3, 4]), evidence: .answer, at: passage.at)
        let purchase = try await bench.clearing.take(.paid(passage), from: bench.gate())
        #expect(purchase.state == .held && purchase.doubt == .notProved)
        #expect(try await bench.balances() == [8_000, 2_000, 0])
        #expect(try await bench.reserved() == 200)
        let settled = try await bench.clearing.settle(
            PurseBench.number("gate-1"), 1, wasDebited: false, .bench("decision"))
        #expect(settled.state == .notDebited)
        #expect(try await bench.balances() == [8_000, 2_000, 0])
        #expect(try await bench.reserved() == 0)
        await #expect(throws: PaymentsError.self, "decided once") {
            try await bench.clearing.settle(PurseBench.number("gate-1"), 1, wasDebited: true, .bench("other"))
        }
    }

    @Test("of another gate's module, of a suspended gate, or told otherwise before: refused, and nothing moves")
    func refused() async throws {
        let bench = try await PurseBench(.make())
        var card = try await bench.card()
        try await bench.load(2_000, &card)
        let report = try bench.paid(200, &card, serial: 1)
        await #expect(throws: PaymentsError.self) {
            try await bench.clearing.take(report, from: try bench.gate("gate-2"))
        }
        _ = try await bench.clearing.take(report, from: bench.gate())
        let other = try bench.paid(300, &card, serial: 1)
        await #expect(throws: PaymentsError.duplicate(reason: "the purchase 1 was reported otherwise")) {
            try await bench.clearing.take(other, from: bench.gate())
        }
        _ = try await bench.bench.operators.suspendTerminal(bench.gate(), true, .bench("suspend"))
        let late = try bench.paid(300, &card, serial: 2)
        await #expect(throws: PaymentsError.conflict(reason: "the terminal is suspended")) {
            try await bench.clearing.take(late, from: bench.gate())
        }
        #expect(try await bench.balances() == [8_000, 1_800, 200])
        await #expect(throws: PaymentsError.notFound(kind: "gate purchase")) {
            try await bench.clearing.purchase(PurseBench.number("gate-1"), 1, of: bench.gate("gate-2"))
        }
    }

    @Test("of a card that nobody has issued is held without a reservation, until it is issued and decided")
    func unknown() async throws {
        let bench = try await PurseBench(.make())
        var card = try await bench.card()
        try await bench.load(2_000, &card)
        let stranger = try PurseSerial([9, 9, 9, 9, 9, 9, 9, 9])
        guard case .paid(let passage) = try bench.paid(200, &card, serial: 1) else { throw Absent(what: "a passage") }
        let foreign = GatePassage(
            card: stranger, purchase: passage.purchase, offlineNumber: 1, balanceAfter: 5, tac: passage.tac,
            evidence: .answer, at: passage.at)
        let purchase = try await bench.clearing.take(.paid(foreign), from: bench.gate())
        #expect(purchase.state == .held && purchase.doubt == .unknownPurse && !purchase.isReserved)
        await #expect(throws: PaymentsError.self) {
            try await bench.clearing.settle(PurseBench.number("gate-1"), 1, wasDebited: true, .bench("decision"))
        }
        #expect(try await bench.clearing.held(limit: 9).count == 1)
        #expect(try await bench.balances() == [8_000, 2_000, 0])
    }

    /// A grey purchase, with the card in the state that it left it in.
    private func grey(
        _ bench: PurseBench, _ card: inout BenchPurse, isDebited: Bool, serial: UInt32 = 1
    ) async throws -> PendingPurchase {
        let pending = try card.pending(
            200, at: PurseBench.number("gate-1"), serial: serial, now: bench.bench.clock.now())
        if isDebited { _ = card.debit(pending) }
        let record = GreyRecord(pending, .windowOver, at: bench.bench.clock.now())
        let purchase = try await bench.clearing.take(.grey(record), from: bench.gate())
        #expect(purchase.state == .held && purchase.doubt == .grey)
        #expect(try await bench.reserved() == 200)
        return pending
    }

    private func expect(_ isDebited: Bool, _ bench: PurseBench, _ card: BenchPurse, spent: Int64) async throws {
        let purchase = try await bench.clearing.purchase(PurseBench.number("gate-1"), 1, of: bench.gate())
        #expect(purchase.state == (isDebited ? .debited : .notDebited))
        #expect(try await bench.reserved() == 0)
        // Debited means taken from the card and paid back to Ada; the gate's owner has only what it opened for.
        let balances = try await bench.balances()
        #expect(balances[1] == Int64(card.balance))
        #expect(balances[2] == spent)
        #expect(balances.reduce(0, +) == 10_000)
        try await ReadLedger(bench.bench.store).expectSumsOfTheJournal()
    }

    @Test("FLASH-06 and could not find out is settled by the next gate that reads the card's log")
    func byLog() async throws {
        for isDebited in [true, false] {
            let bench = try await PurseBench(.make())
            var card = try await bench.card()
            try await bench.load(2_000, &card)
            _ = try await grey(bench, &card, isDebited: isDebited)
            // The card pays elsewhere; that gate loses it too, and has read its log.
            let other = try card.pending(300, at: PurseBench.number("gate-2"), serial: 7, now: 1_000_100)
            _ = card.debit(other)
            let record = GreyRecord(other, .notProved, log: card.log, balance: card.balance, at: 1_000_100)
            let taken = try await bench.clearing.take(.grey(record), from: bench.gate("gate-2"))
            #expect(taken.state == .debited)
            try await expect(isDebited, bench, card, spent: 0)
        }
    }

    @Test("FLASH-06 and could not find out is settled when another gate has the card's proof of that number")
    func byOtherProof() async throws {
        let bench = try await PurseBench(.make())
        var card = try await bench.card()
        try await bench.load(2_000, &card)
        _ = try await grey(bench, &card, isDebited: false)
        _ = try await bench.clearing.take(bench.paid(300, &card, serial: 7, at: "gate-2"), from: bench.gate("gate-2"))
        try await expect(false, bench, card, spent: 300)
    }

    @Test("FLASH-06 and could not find out is settled when the card comes to be loaded, by its log or its counter")
    func atTheLoad() async throws {
        for isDebited in [true, false] {
            for saysLog in [true, false] where saysLog || !isDebited {
                let bench = try await PurseBench(.make())
                var card = try await bench.card()
                try await bench.load(2_000, &card)
                _ = try await grey(bench, &card, isDebited: isDebited)
                let order = try await bench.loads.order(500, onto: card.serial, by: bench.ada.id, .bench("next"))
                let contact = PurseContact(
                    try card.beginLoad(500), offlineNumber: card.offlineNumber, log: saysLog ? card.log : [])
                let step = try await bench.loads.credit(
                    order.id, by: bench.ada.id, confirmation: bench.confirmation(of: order), pin: nil, contact)
                guard case .credit(let moment, let mac2) = step else { throw Absent(what: "MAC2") }
                let tac = try present(card.credit(moment, mac2))
                _ = try await bench.loads.prove(order.id, by: bench.ada.id, tac: tac)
                try await expect(isDebited, bench, card, spent: 0)
            }
        }
    }

    @Test("FLASH-06 and could not find out is settled by the chain of balances, once every gate has had time to report")
    func byChain() async throws {
        for isDebited in [true, false] {
            for days in [1, 4] as [Int64] {
                let bench = try await PurseBench(.make())
                var card = try await bench.card()
                try await bench.load(2_000, &card)
                bench.bench.clock.advance(3_600)
                _ = try await grey(bench, &card, isDebited: isDebited)
                if !isDebited {
                    // Somewhere else, and never reported.
                    _ = card.debit(try card.pending(50, at: PurseBench.number("gate-2"), serial: 8, now: 1_003_600))
                }
                for serial in 9...10 as ClosedRange<UInt32> {
                    let report = try bench.paid(300, &card, serial: serial, at: "gate-2")
                    _ = try await bench.clearing.take(report, from: bench.gate("gate-2"))
                }
                bench.bench.clock.advance(days * 86_400)
                let order = try await bench.loads.order(500, onto: card.serial, by: bench.ada.id, .bench("next"))
                let contact = PurseContact(try card.beginLoad(500), offlineNumber: card.offlineNumber)
                _ = try await bench.loads.credit(
                    order.id, by: bench.ada.id, confirmation: bench.confirmation(of: order), pin: nil, contact)
                let purchase = try await bench.clearing.purchase(PurseBench.number("gate-1"), 1, of: nil)
                // A purchase that is missing is no proof of another.
                #expect(purchase.state == (days == 4 && isDebited ? .debited : .held))
            }
        }
    }

    @Test("is owed to the bearer where the purse has no owner")
    func bearer() async throws {
        let bench = try await PurseBench(.make(), isOwned: false)
        var card = try await bench.card()
        try await bench.load(2_000, &card)
        _ = try await grey(bench, &card, isDebited: true)
        let settled = try await bench.clearing.settle(
            PurseBench.number("gate-1"), 1, wasDebited: true, .bench("decision"))
        #expect(settled.state == .debited && settled.isOwed)
        #expect(try await bench.balances() == [8_000, 1_800, 200])
    }

    @Test("is taken and settled once, wherever the store is cut")
    func sweep() async throws {
        var (step, cuts) = (0, 0)
        var isOver = false
        while !isOver {
            for side in StoreScissors.Side.allCases {
                let scissors = StoreScissors()
                let bench = try await PurseBench(.make { CuttingPaymentStore($0, scissors) })
                var card = try await bench.card()
                try await bench.load(2_000, &card)
                let pending = try card.pending(
                    200, at: PurseBench.number("gate-1"), serial: 1, now: bench.bench.clock.now())
                _ = card.debit(pending)
                let reports: [(GateReport, String)] = [
                    (.grey(GreyRecord(pending, .windowOver, at: 1)), "gate-1"),
                    (try bench.paid(300, &card, serial: 7, at: "gate-2"), "gate-2"),
                    (
                        .grey(
                            GreyRecord(
                                try card.pending(50, at: PurseBench.number("gate-2"), serial: 8, now: 2), .inconsistent,
                                log: card.log, at: 2)), "gate-2"
                    ),
                ]
                scissors.set(step, side)
                for (report, gate) in reports {
                    do { _ = try await bench.clearing.take(report, from: bench.gate(gate)) } catch PaymentsError
                        .internal
                    {
                        _ = try await bench.clearing.take(report, from: bench.gate(gate))
                    }
                }
                isOver = scissors.stepCount <= step
                if isOver { break }
                cuts += 1
                #expect(try await bench.clearing.purchase(PurseBench.number("gate-1"), 1, of: nil).state == .debited)
                #expect(try await bench.balances() == [8_200, 1_500, 300], "cut \(side) step \(step)")
                #expect(try await bench.reserved() == 50)
                try await ReadLedger(bench.bench.store).expectSumsOfTheJournal()
            }
            step += 1
        }
        #expect(cuts == 6)
    }
}

@Suite("An issuer of purses")
struct PurseDeskTests {
    @Test("issues a number once, gives a module's number to one terminal, and bounds what a terminal has")
    func issuing() async throws {
        let bench = try await PurseBench(.make())
        let again = try await bench.purses.issue(
            number: nil, currency: PaymentBench.euro, owner: bench.ada.id, .bench("purse"))
        #expect(again == bench.purse, "the same request, the same purse")
        await #expect(throws: PaymentsError.self) {
            try await bench.purses.issue(
                number: bench.purse.data.number, currency: PaymentBench.euro, owner: nil, .bench("same number"))
        }
        await #expect(throws: PaymentsError.invalid(field: "number", reason: "19 digits")) {
            try await bench.purses.issue(number: "12", currency: PaymentBench.euro, owner: nil, .bench("short"))
        }
        let first = try await bench.purses.equip(bench.gate(), with: PurseBench.number("gate-1"))
        #expect(first.key == (try bench.bench.vault.purchaseKey(version: 1)))
        await #expect(throws: PaymentsError.self) {
            try await bench.purses.equip(bench.gate("gate-2"), with: PurseBench.number("gate-1"))
        }
        for number in 1..<UInt8(PurseTerminal.ofOneTerminalMax) {
            _ = try await bench.purses.equip(bench.gate(), with: PurseTerminalNumber([0xB1, 0, 0, 0, 0, number]))
        }
        await #expect(
            throws: PaymentsError.tooMany(
                kind: "security modules of a terminal", max: PurseTerminal.ofOneTerminalMax)
        ) {
            try await bench.purses.equip(bench.gate(), with: PurseTerminalNumber([0xB1, 0, 0, 0, 0, 0xFF]))
        }
    }
}
