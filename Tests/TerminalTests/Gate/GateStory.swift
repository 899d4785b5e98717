import ElectronicPurse
import ISO7816
import Terminal
import Testing

/// One person with one fare at one gate, with everything that goes wrong on the way; and in the end the money is counted.
struct GateStory: Sendable, CustomStringConvertible {
    /// What happens between the first presentation that was cut and the next.
    enum Meanwhile: Hashable, Sendable, CaseIterable {
        case nothing
        /// Somebody else passes.
        case otherCard
        /// Somebody else's card is taken away too, and stays pending.
        case otherCardLost
        /// The card is loaded with the amount of the fare.
        case sameLoad
        case otherLoad
        /// The card pays the same fare at another terminal.
        case sameFareElsewhere
        /// So many transactions that the log no longer tells of this one.
        case logOverrun
    }

    var fare: GateFare
    /// Of the first presentations, in turn.
    var removals: [PurseCard.Removal] = []
    /// Of the first power, the second, and so on.
    var failures: [MemoryJournal.Failure] = []
    var meanwhile = Meanwhile.nothing
    /// The same fare was paid by the same card at the same gate just before.
    var isSecondFare = false

    var description: String {
        "\(fare.isComposite ? "composite " : "")\(fare.amount), \(removals), \(failures), \(meanwhile)"
            + (isSecondFare ? ", second fare" : "")
    }

    /// How a story ended.
    struct Ending: Hashable, Sendable {
        var isOpened = false
        var isGrey = false
        /// Purchases at this gate that the card has made.
        var purchases = 0
        var presentations = 0
        var writes = 0
    }

    static let balance: UInt32 = 20_000

    /// Plays the story and checks what must be true of every one.
    func play() async throws -> Ending {
        var world = try await GateWorld(GateProfile(windowSeconds: 600, tapsMax: 20), failing: failures.first)
        let card = try PurseCard(.first, balance: Self.balance)
        let other = try PurseCard(.second, balance: Self.balance)
        if isSecondFare {
            while true {
                do {
                    if case .opened = try await world.tap(card, fare) { break }
                } catch { try await world.restart() }
            }
        }
        let before = try card.account()
        var ending = Ending()
        var loaded: UInt32 = 0
        var elsewhere: [CardEvidence.ReportedPurchase] = []
        var verdict: GateVerdict?
        var restarts = 0
        presenting: while ending.presentations < 40 {
            let removal = ending.presentations < removals.count ? removals[ending.presentations] : nil
            ending.presentations += 1
            let openings = world.barrier.openings
            do {
                verdict = try await world.tap(card, fare, removal)
                ending.isOpened = world.barrier.openings > openings
                switch verdict {
                case .presentAgain: break
                default: break presenting
                }
            } catch {
                verdict = nil
                ending.isOpened = world.barrier.openings > openings
                ending.writes += world.journal.writes
                restarts += 1
                try await world.restart(failing: restarts < failures.count ? failures[restarts] : nil)
                // Who is through does not present the card again.
                if ending.isOpened { break presenting }
            }
            guard ending.presentations == 1 else { continue }
            (loaded, elsewhere) = try await happen(&world, card, other)
        }
        ending.writes += world.journal.writes
        try await check(&world, card, before, loaded, elsewhere, verdict, &ending)
        return ending
    }

    private func happen(
        _ world: inout GateWorld, _ card: PurseCard, _ other: PurseCard
    ) async throws -> (loaded: UInt32, elsewhere: [CardEvidence.ReportedPurchase]) {
        var loaded: UInt32 = 0
        var elsewhere: [CardEvidence.ReportedPurchase] = []
        func load(_ amount: UInt32) throws {
            guard amount > 0 else { return }
            try card.load(amount)
            loaded += amount
        }
        func pay(_ amount: UInt32) throws {
            let paid = try card.payElsewhere(amount, serial: 9_000 + UInt32(elsewhere.count))
            elsewhere.append(.init(paid.0, offlineNumber: paid.number, tac: paid.tac))
        }
        switch meanwhile {
        case .nothing: break
        case .otherCard: _ = try? await world.tap(other, fare)
        case .otherCardLost: _ = try? await world.tap(other, fare, .init(index: 4, moment: .after))
        case .sameLoad: try load(fare.amount)
        case .otherLoad:
            try load(300)
            try load(17)
        case .sameFareElsewhere: try pay(fare.amount)
        case .logOverrun:
            for _ in 0..<6 {
                try pay(1)
                try load(2)
            }
        }
        if world.journal.hasFailed { try await world.restart() }
        return (loaded, elsewhere)
    }

    private func check(
        _ world: inout GateWorld, _ card: PurseCard, _ before: PurseCard.Account, _ loaded: UInt32,
        _ elsewhere: [CardEvidence.ReportedPurchase], _ verdict: GateVerdict?, _ ending: inout Ending
    ) async throws {
        let place = Comment(rawValue: description)
        let after = try card.account()
        let spent = elsewhere.reduce(0) { $0 + $1.purchase.amount }
        // By the counter, which also sees a purchase of nothing, and by the money.
        ending.purchases = Int(after.offlineNumber) - Int(before.offlineNumber) - elsewhere.count
        #expect((0...1).contains(ending.purchases), "never twice: \(place)")
        #expect(
            after.balance + spent + UInt32(ending.purchases) * fare.amount == before.balance + loaded,
            "the money moved with the counter: \(place)")
        if let record = fare.records.first {
            #expect((after.record == record.data) == (ending.purchases == 1 || isSecondFare), place)
        }
        let grey = world.gate.state.grey[card.data.serial]
        ending.isGrey = grey != nil
        if ending.isOpened { #expect(ending.purchases == 1, "opened for money: \(place)") }
        if case .opened(let passage)? = verdict {
            #expect(passage.purchase.amount == fare.amount && passage.card == card.data.serial, place)
            if let tac = passage.tac {
                #expect(passage.purchase.tac(card.keys.authentication.transactionAuthentication) == tac, place)
            }
        }
        #expect(world.gate.state.pending[card.data.serial] == nil, "decided: \(place)")
        if let grey {
            // What the back office learns later agrees with what happened.
            for evidence in [
                CardEvidence(purchases: elsewhere), CardEvidence(log: after.log),
                CardEvidence(offlineNumber: after.offlineNumber),
                CardEvidence(
                    chain: .init(balance: after.balance, loads: UInt64(loaded), purchases: UInt64(spent))),
            ] {
                let outcome = grey.settled(by: evidence, key: card.keys.authentication)
                #expect(
                    outcome == .unknown || (outcome == .debited) == (ending.purchases == 1), "\(outcome): \(place)")
            }
        } else if !ending.isOpened {
            #expect(ending.purchases == 0, "closed, and nothing to settle: \(place)")
        }
    }
}
