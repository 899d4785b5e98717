import ElectronicPurse
import ISO4217
import Testing

@testable import Payments

@Suite("A load of a purse")
struct LoadTests {
    @Test("moves the money when the card has proved it, and once")
    func load() async throws {
        let bench = try await PurseBench(.make())
        var card = try await bench.card()
        let order = try await bench.load(2_000, &card)
        #expect(order.state == .loaded && card.balance == 2_000)
        #expect(try await bench.balances() == [8_000, 2_000, 0])
        // What comes late or twice answers the same.
        let step = try await bench.loads.credit(
            order.id, by: bench.ada.id, confirmation: nil, pin: nil, PurseContact(card.beginLoad(2_000)))
        #expect(step == .loaded)
        #expect(try await bench.loads.cancel(order.id, by: bench.ada.id, nil).state == .loaded)
        #expect(try await bench.balances() == [8_000, 2_000, 0])
        try await ReadLedger(bench.bench.store).expectSumsOfTheJournal()
    }

    @Test("whose answer was lost is told by the card's counter of loads: executed, or ordered once more")
    func lost() async throws {
        for isExecuted in [true, false] {
            let bench = try await PurseBench(.make())
            var card = try await bench.card()
            let order = try await bench.loads.order(2_000, onto: card.serial, by: bench.ada.id, .bench("load"))
            let first = try await bench.loads.credit(
                order.id, by: bench.ada.id, confirmation: bench.confirmation(of: order), pin: nil,
                PurseContact(card.beginLoad(2_000)))
            guard case .credit(let moment, let mac2) = first else { throw Absent(what: "MAC2") }
            if isExecuted { _ = card.credit(moment, mac2) }
            #expect(try await bench.balances() == [10_000, 0, 0], "reserved, not moved")
            let again = try await bench.loads.credit(
                order.id, by: bench.ada.id, confirmation: nil, pin: nil, PurseContact(card.beginLoad(2_000)))
            guard case .credit(let moment, let mac2) = again else {
                #expect(isExecuted && again == .loaded)
                #expect(try await bench.balances() == [8_000, 2_000, 0])
                continue
            }
            #expect(!isExecuted)
            let tac = try present(card.credit(moment, mac2))
            #expect(try await bench.loads.prove(order.id, by: bench.ada.id, tac: tac).state == .loaded)
            #expect(card.balance == 2_000)
            #expect(try await bench.balances() == [8_000, 2_000, 0])
        }
    }

    @Test("that was given up while the card was away is settled by the next one, whichever it was")
    func superseded() async throws {
        for isExecuted in [true, false] {
            let bench = try await PurseBench(.make())
            var card = try await bench.card()
            let order = try await bench.loads.order(2_000, onto: card.serial, by: bench.ada.id, .bench("first"))
            let step = try await bench.loads.credit(
                order.id, by: bench.ada.id, confirmation: bench.confirmation(of: order), pin: nil,
                PurseContact(card.beginLoad(2_000)))
            guard case .credit(let moment, let mac2) = step else { throw Absent(what: "MAC2") }
            if isExecuted { _ = card.credit(moment, mac2) }
            await #expect(throws: PaymentsError.self, "the card has to say") {
                try await bench.loads.cancel(order.id, by: bench.ada.id, nil)
            }
            try await bench.load(500, &card, key: "second")
            let first = try await bench.loads.order(order.id, of: bench.ada.id)
            #expect(first.state == (isExecuted ? .loaded : .cancelled))
            let total: Int64 = isExecuted ? 2_500 : 500
            #expect(Int64(card.balance) == total)
            #expect(try await bench.balances() == [10_000 - total, total, 0])
        }
    }

    @Test("is cancelled by the card that says it has not loaded itself, and its old MAC2 loads nothing")
    func cancelled() async throws {
        let bench = try await PurseBench(.make())
        var card = try await bench.card()
        let order = try await bench.loads.order(2_000, onto: card.serial, by: bench.ada.id, .bench("load"))
        let step = try await bench.loads.credit(
            order.id, by: bench.ada.id, confirmation: bench.confirmation(of: order), pin: nil,
            PurseContact(card.beginLoad(2_000)))
        guard case .credit(let moment, let mac2) = step else { throw Absent(what: "MAC2") }
        let contact = PurseContact(try card.beginLoad(2_000))
        #expect(try await bench.loads.cancel(order.id, by: bench.ada.id, contact).state == .cancelled)
        #expect(card.credit(moment, mac2) == nil)
        #expect(try await bench.balances() == [10_000, 0, 0])
        #expect(try present(await bench.bench.store.ledgerAccount(bench.ada.id)).debitsPending == 0)
    }

    @Test("needs the payer's word, the card's MAC1 and TAC, money, and a purse that is not blocked")
    func refusals() async throws {
        let bench = try await PurseBench(.make())
        var card = try await bench.card()
        let ben = try await bench.bench.payer("Ben")
        let order = try await bench.loads.order(2_000, onto: card.serial, by: bench.ada.id, .bench("load"))
        func credit(_ id: LoadOrderID, _ confirmation: String?, _ contact: PurseContact) async throws {
            _ = try await bench.loads.credit(id, by: bench.ada.id, confirmation: confirmation, pin: nil, contact)
        }
        let contact = PurseContact(try card.beginLoad(2_000))
        await #expect(throws: PaymentsError.verificationRequired) { try await credit(order.id, nil, contact) }
        await #expect(throws: PaymentsError.self) {
            try await credit(order.id, try bench.confirmation(of: order, by: ben), contact)
        }
        let confirmation = try bench.confirmation(of: order)
        var forged = contact
        forged.begun.balance += 1
        for other in [forged, PurseContact(try card.beginLoad(1_999))] {
            await #expect(throws: PaymentsError.invalid(field: "mac1", reason: "it is not the card's for this load")) {
                try await credit(order.id, confirmation, other)
            }
        }
        try await credit(order.id, confirmation, PurseContact(try card.beginLoad(2_000)))
        await #expect(throws: PaymentsError.invalid(field: "tac", reason: "it is not the card's for this load")) {
            try await bench.loads.prove(order.id, by: bench.ada.id, tac: PurseMAC([1, 2, 3, 4]))
        }
        await #expect(throws: PaymentsError.notFound(kind: "load")) {
            try await bench.loads.order(order.id, of: ben.id)
        }
        #expect(try await bench.balances() == [10_000, 0, 0])

        let dear = try await bench.loads.order(9_000, onto: card.serial, by: bench.ada.id, .bench("dear"))
        // 2 000 of 10 000 may be on the card already, and the card says no.
        try await credit(dear.id, try bench.confirmation(of: dear), PurseContact(try card.beginLoad(9_000)))
        #expect(try await bench.loads.order(order.id, of: bench.ada.id).state == .cancelled)
        let dearer = try await bench.loads.order(10_001, onto: card.serial, by: bench.ada.id, .bench("dearer"))
        await #expect(throws: PaymentsError.self) {
            try await credit(
                dearer.id, try bench.confirmation(of: dearer), PurseContact(try card.beginLoad(10_001)))
        }
        #expect(try await bench.loads.order(dearer.id, of: bench.ada.id).state == .open)

        _ = try await bench.purses.setBlocked(true, card.serial, .bench("block"))
        await #expect(throws: PaymentsError.conflict(reason: "the purse is blocked")) {
            try await bench.loads.order(100, onto: card.serial, by: bench.ada.id, .bench("blocked"))
        }
        for amount in [0, -1, Int64(PurseAmount.max) + 1] {
            await #expect(throws: PaymentsError.self) {
                try await bench.loads.order(amount, onto: card.serial, by: bench.ada.id, .bench("amount \(amount)"))
            }
        }
    }

    @Test("expires when it is not confirmed, and there are only so many open ones")
    func bounds() async throws {
        let bench = try await PurseBench(.make())
        let card = try await bench.card()
        for number in 0..<LoadOrder.openMax {
            _ = try await bench.loads.order(1, onto: card.serial, by: bench.ada.id, .bench("\(number)"))
        }
        await #expect(throws: PaymentsError.tooMany(kind: "open loads", max: LoadOrder.openMax)) {
            try await bench.loads.order(1, onto: card.serial, by: bench.ada.id, .bench("more"))
        }
        bench.bench.clock.advance(LoadOrder.lifetimeSeconds)
        let order = try await bench.loads.order(1, onto: card.serial, by: bench.ada.id, .bench("more"))
        #expect(order.state == .open)
        let states = try await bench.loads.orders(of: bench.ada.id, limit: 99).map(\.state)
        #expect(states.count(where: { $0 == .expired }) == LoadOrder.openMax)
    }

    @Test("loads the card once and moves the money once, wherever the store is cut and whatever answer is lost")
    func sweep() async throws {
        var (step, cuts) = (0, 0)
        var isOver = false
        while !isOver {
            for side in StoreScissors.Side.allCases {
                for losesTAC in [false, true] {
                    let scissors = StoreScissors()
                    let bench = try await PurseBench(.make { CuttingPaymentStore($0, scissors) })
                    var card = try await bench.card()
                    scissors.set(step, side)
                    try await Self.loadPatiently(2_000, &card, bench, losesTAC: losesTAC)
                    isOver = scissors.stepCount <= step
                    if isOver { break }
                    cuts += 1
                    #expect(card.balance == 2_000 && card.onlineNumber == 1, "cut \(side) step \(step)")
                    #expect(try await bench.balances() == [8_000, 2_000, 0], "cut \(side) step \(step)")
                    #expect(try present(await bench.bench.store.ledgerAccount(bench.ada.id)).debitsPending == 0)
                    try await ReadLedger(bench.bench.store).expectSumsOfTheJournal()
                }
            }
            step += 1
        }
        #expect(cuts == 12)
    }

    /// As a device does it: what got no answer is asked again, with the card begun anew.
    private static func loadPatiently(
        _ amount: Int64, _ card: inout BenchPurse, _ bench: PurseBench, losesTAC: Bool
    ) async throws {
        func settled<Answer>(_ request: () async throws -> Answer) async throws -> Answer {
            do { return try await request() } catch PaymentsError.internal { return try await request() }
        }
        let serial = card.serial
        let order = try await settled {
            try await bench.loads.order(amount, onto: serial, by: bench.ada.id, .bench("load"))
        }
        var hasLost = false
        for _ in 0..<6 {
            let contact = PurseContact(try card.beginLoad(UInt32(amount)))
            let step: LoadStep
            do {
                step = try await bench.loads.credit(
                    order.id, by: bench.ada.id, confirmation: bench.confirmation(of: order), pin: nil, contact)
            } catch PaymentsError.internal { continue }
            guard case .credit(let moment, let mac2) = step else { return }
            let tac = try present(card.credit(moment, mac2))
            if losesTAC, !hasLost {
                hasLost = true
                continue
            }
            _ = try await settled { try await bench.loads.prove(order.id, by: bench.ada.id, tac: tac) }
            return
        }
        throw Absent(what: "an end")
    }
}
