import ElectronicPurse
import ISO7816
import Terminal
import Testing

@Suite("A fare gate")
struct GateTerminalTests {
    /// SELECT, READ BINARY, INITIALIZE, DEBIT.
    private static let debit = 3

    private func card(_ balance: UInt32 = 1_000) throws -> PurseCard {
        try PurseCard(.first, balance: balance)
    }

    private func passage(_ verdict: GateVerdict, sourceLocation: SourceLocation = #_sourceLocation) throws
        -> GatePassage
    {
        guard case .opened(let passage) = verdict else {
            Issue.record("\(verdict)", sourceLocation: sourceLocation)
            throw CardUnreachable(mayHaveBeenExecuted: false, reason: "\(verdict)")
        }
        return passage
    }

    @Test("FLASH-01 a debit that is read completes in four commands, opens once and leaves nothing pending")
    func normal() async throws {
        var world = try await GateWorld()
        let card = try card()
        let passage = try passage(try await world.tap(card))
        #expect(card.commands == [0xA4, 0xB0, 0x50, 0x54])
        #expect(passage.evidence == .answer && passage.balanceAfter == 800 && passage.offlineNumber == 1)
        #expect(passage.tac == passage.purchase.tac(card.keys.authentication.transactionAuthentication))
        #expect(try card.account().balance == 800)
        #expect(world.barrier.openings == 1)
        #expect(world.gate.state.pending.isEmpty && world.gate.state.waiting.isEmpty)
        #expect(world.gate.state.unreported == [.paid(passage)])
    }

    @Test(
        "FLASH-02 a debit that is not read is kept with card, amount, moment, number and balance, and asked for again")
    func lost() async throws {
        for moment in PurseCard.Removal.Moment.allCases {
            var world = try await GateWorld()
            let card = try card()
            let verdict = try await world.tap(card, GateFare(200), .init(index: Self.debit, moment: moment))
            guard case .presentAgain(let pending?) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            #expect(pending.card == card.data.serial && pending.purchase.amount == 200)
            #expect(pending.purchase.moment == PurseMoment(world.time) && pending.purchase.terminalSerial == 1)
            #expect(pending.balanceBefore == 1_000 && pending.offlineNumber == 0 && pending.losses == 1)
            #expect(world.gate.state.pending == [pending.card: pending])
            #expect(world.barrier.openings == 0)
        }
    }

    @Test("FLASH-03 a card that was debited proves it: the gate opens, and recovery takes nothing")
    func debited() async throws {
        var world = try await GateWorld()
        let card = try card()
        _ = try await world.tap(card, GateFare(200), .init(index: Self.debit, moment: .after))
        #expect(try card.account().balance == 800)
        let passage = try passage(try await world.tap(card))
        #expect(card.commands == [0xA4, 0xB0, 0x5C, 0xB2, 0x5A])
        #expect(passage.evidence == .proof && passage.purchase.terminalSerial == 1)
        #expect(passage.tac == passage.purchase.tac(card.keys.authentication.transactionAuthentication))
        #expect(try card.account().balance == 800)
        #expect(world.barrier.openings == 1 && world.gate.state.pending.isEmpty)
    }

    @Test("FLASH-04 a card that was not debited is debited once, with a terminal serial of its own")
    func notDebited() async throws {
        var world = try await GateWorld()
        let card = try card()
        _ = try await world.tap(card, GateFare(200), .init(index: Self.debit, moment: .before))
        #expect(try card.account().balance == 1_000)
        let passage = try passage(try await world.tap(card))
        #expect(card.commands == [0xA4, 0xB0, 0x5C, 0xB2, 0xB2, 0x5A, 0x50, 0x54])
        #expect(passage.evidence == .answer && passage.purchase.terminalSerial == 2)
        #expect(try card.account().balance == 800 && card.account().offlineNumber == 1)
        #expect(world.barrier.openings == 1 && world.gate.state.pending.isEmpty)
    }

    @Test("FLASH-05 another card pays for itself and changes nothing of what is pending; several cards may be")
    func otherCard() async throws {
        var world = try await GateWorld()
        let first = try card()
        let second = try PurseCard(.second, balance: 1_000)
        _ = try await world.tap(first, GateFare(200), .init(index: Self.debit, moment: .after))
        let pending = world.gate.state.pending
        _ = try passage(try await world.tap(second))
        #expect(world.gate.state.pending == pending)
        #expect(try second.account().balance == 800)
        _ = try await world.tap(second, GateFare(200), .init(index: Self.debit, moment: .before))
        #expect(world.gate.state.pending.count == 2)
        #expect(try passage(try await world.tap(first)).card == first.data.serial)
        #expect(world.gate.state.pending.keys.elementsEqual([second.data.serial]))
        #expect(try passage(try await world.tap(second)).card == second.data.serial)
        #expect(try first.account().balance == 800 && second.account().balance == 600)
    }

    @Test("FLASH-06 a balance that does not go with counter and log debits nothing: a grey record, for the staff")
    func inconsistent() async throws {
        var world = try await GateWorld()
        let card = try card()
        _ = try await world.tap(card, GateFare(200), .init(index: Self.debit, moment: .before))
        card.alter { command, answer in
            command.instruction == 0x5C ? ResponseAPDU(.success, data: [0, 0, 3, 0x20]) : answer
        }
        let verdict = try await world.tap(card)
        guard case .unresolved(let record) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(record.reason == .inconsistent && record.balance == 800 && record.pending.card == card.data.serial)
        #expect(try card.account().balance == 1_000 && world.barrier.openings == 0)
        #expect(try await world.tap(card) == verdict, "until it is settled")
        #expect(try await world.gate.settle(card.data.serial, as: .notDebited))
        #expect(try await !world.gate.settle(card.data.serial, as: .notDebited))
        card.alter(nil)
        _ = try passage(try await world.tap(card))
        #expect(try card.account().balance == 800)
    }

    @Test("FLASH-06 a card that has paid elsewhere since, with no record of this purchase, is not charged: grey")
    func paidElsewhere() async throws {
        var world = try await GateWorld()
        let card = try card()
        _ = try await world.tap(card, GateFare(200), .init(index: Self.debit, moment: .before))
        let other = try card.payElsewhere(200)
        guard case .unresolved(let record) = try await world.tap(card) else {
            Issue.record("not resolved")
            return
        }
        #expect(try card.account().balance == 800 && world.barrier.openings == 0)
        #expect(record.reason == .notProved)
        let evidence = CardEvidence(purchases: [.init(other.0, offlineNumber: other.number, tac: other.tac)])
        #expect(record.settled(by: evidence, key: card.keys.authentication) == .notDebited)
    }

    @Test("FLASH-03 a card that was debited and has paid elsewhere since is told by its log, which proves nothing more")
    func debitedAndPaidElsewhere() async throws {
        var world = try await GateWorld()
        let card = try card()
        _ = try await world.tap(card, GateFare(200), .init(index: Self.debit, moment: .after))
        _ = try card.payElsewhere(200)
        let passage = try passage(try await world.tap(card))
        #expect(passage.evidence == .record && passage.tac == nil)
        #expect(try card.account().balance == 600)

        var strict = try await GateWorld(GateProfile(believesLog: false))
        let again = try PurseCard(.first, balance: 1_000)
        _ = try await strict.tap(again, GateFare(200), .init(index: Self.debit, moment: .after))
        _ = try again.payElsewhere(200)
        guard case .unresolved(let record) = try await strict.tap(again) else {
            Issue.record("not resolved")
            return
        }
        #expect(record.reason == .notProved && record.log.count == 2)
        #expect(record.settled(by: CardEvidence(), key: again.keys.authentication) == .debited)
    }

    @Test("FLASH-07 what is lost during recovery stays pending, and too many losses make a grey record")
    func again() async throws {
        var world = try await GateWorld(GateProfile(windowSeconds: 600, tapsMax: 3))
        let card = try card()
        _ = try await world.tap(card, GateFare(200), .init(index: Self.debit, moment: .after))
        for losses in 2...3 {
            guard
                case .presentAgain(let pending?) = try await world.tap(
                    card, GateFare(200), .init(index: 3, moment: .after))
            else {
                Issue.record("pending")
                return
            }
            #expect(pending.losses == losses)
        }
        guard case .unresolved(let record) = try await world.tap(card, GateFare(200), .init(index: 4, moment: .before))
        else {
            Issue.record("grey")
            return
        }
        #expect(record.reason == .tooManyLosses && world.gate.state.pending.isEmpty)
        #expect(world.gate.state.grey == [card.data.serial: record])
    }

    @Test("FLASH-08 a terminal that restarts keeps what is pending, grey and unreported")
    func restart() async throws {
        var world = try await GateWorld()
        let card = try card()
        let second = try PurseCard(.second, balance: 1_000)
        _ = try passage(try await world.tap(second))
        _ = try await world.tap(card, GateFare(200), .init(index: Self.debit, moment: .after))
        let state = world.gate.state
        try await world.restart()
        #expect(world.gate.state == state && state.pending.count == 1)
        #expect(try passage(try await world.tap(card)).evidence == .proof)
        #expect(try card.account().balance == 800)
    }

    @Test("FLASH-08 paid and not let through when the power failed: the card passes without paying again")
    func waiting() async throws {
        // Writes: debit, paid, passed.
        for isWritten in [false, true] {
            var world = try await GateWorld(GateProfile(), failing: .init(write: 1, isWritten: isWritten))
            let card = try card()
            await #expect(throws: GateError.self) { _ = try await world.tap(card) }
            #expect(world.barrier.openings == 0)
            try await world.restart()
            let passage = try passage(try await world.tap(card))
            #expect(passage.evidence == (isWritten ? .answer : .proof))
            #expect(try card.account().balance == 800 && world.barrier.openings == 1)
            _ = try self.passage(try await world.tap(card))
            #expect(try card.account().balance == 600, "the next passage is another")
        }
    }

    @Test(
        "FLASH-09 a card without GET TRANSACTION PROVE is recovered by its log and balance, or debited by its counter")
    func unchangedCards() async throws {
        for moment in PurseCard.Removal.Moment.allCases {
            var world = try await GateWorld()
            let card = try card()
            card.alter { $0.instruction == 0x5A ? ResponseAPDU(.instructionNotSupported) : $1 }
            _ = try await world.tap(card, GateFare(200), .init(index: Self.debit, moment: moment))
            #expect(try passage(try await world.tap(card)).evidence == (moment == .after ? .record : .answer))
            #expect(try card.account().balance == 800 && world.barrier.openings == 1)
        }
    }

    @Test("after the window a pending purchase is grey, also while nobody is there, and other cards pass")
    func window() async throws {
        var world = try await GateWorld()
        let card = try card()
        _ = try await world.tap(card, GateFare(200), .init(index: Self.debit, moment: .after))
        let since = world.time
        #expect(try await world.gate.expire(at: since + 28).isEmpty)
        let records = try await world.gate.expire(at: since + 29)
        #expect(records.map(\.reason) == [.windowOver] && world.gate.state.pending.isEmpty)
        world.time = since + 40
        guard case .unresolved = try await world.tap(card) else {
            Issue.record("the staff's")
            return
        }
        _ = try passage(try await world.tap(try PurseCard(.second, balance: 500)))
        let office = Office()
        office.close(true)
        let refused = try await world.gate.report(to: office)
        #expect(refused.taken == 0 && refused.failure != nil && world.gate.state.unreported.count == 2)
        office.close(false)
        let reporting = try await world.gate.report(to: office)
        #expect(reporting.taken == 2 && reporting.settled == 0 && world.gate.state.unreported.isEmpty)
        #expect(office.taken.map(\.terminalSerial) == [1, 2])
        let proof = try card.account()
        #expect(
            records[0].settled(by: CardEvidence(log: proof.log), key: card.keys.authentication) == .debited)
        // The back office knows meanwhile: the card may pass again.
        office.know(.debited)
        #expect(try await world.gate.report(to: office).settled == 1 && world.gate.state.grey.isEmpty)
        _ = try passage(try await world.tap(card))
    }

    @Test("too little balance, no purse, an expired card: refused, and nothing is journalled or moved")
    func refusals() async throws {
        var world = try await GateWorld()
        let card = try card(100)
        #expect(try await world.tap(card) == .refused(.insufficientBalance))
        card.alter { $0.instruction == 0xA4 ? ResponseAPDU(.fileNotFound) : $1 }
        #expect(try await world.tap(card) == .refused(.notAPurse))
        card.alter { $0.instruction == 0xB0 ? ResponseAPDU(.success, data: [1, 2]) : $1 }
        #expect(try await world.tap(card) == .refused(.malformed))
        card.alter(nil)
        world.time = 2_200_000_000
        #expect(try await world.tap(card) == .refused(.expired))
        #expect(world.journal.written.isEmpty && world.module.module.terminalSerial == 0)
        #expect(try card.account().balance == 100)
    }

    @Test("a pending purchase that was not debited and can no longer be paid is given up, not grey")
    func spentMeanwhile() async throws {
        var world = try await GateWorld()
        let card = try card(200)
        _ = try await world.tap(card, GateFare(200), .init(index: Self.debit, moment: .before))
        card.alter { command, answer in
            command.instruction == 0x50 && command.data[1...4] != [0, 0, 0, 0] ? ResponseAPDU(0x9401) : answer
        }
        #expect(try await world.tap(card) == .refused(.insufficientBalance))
        #expect(world.gate.state.pending.isEmpty && world.gate.state.grey.isEmpty)
        #expect(try card.account().balance == 200)
    }

    @Test("an answer with another card's MAC opens nothing; a module that is silent leaves the purchase pending")
    func wrongMAC() async throws {
        var world = try await GateWorld()
        let card = try card()
        card.alter { command, answer in
            guard command.instruction == 0x54 else { return answer }
            return ResponseAPDU(.success, data: answer.data.map { $0 ^ 1 })
        }
        guard case .unresolved(let record) = try await world.tap(card) else {
            Issue.record("opened")
            return
        }
        #expect(record.reason == .notProved && world.barrier.openings == 0)

        var silent = try await GateWorld()
        let other = try PurseCard(.second, balance: 1_000)
        let module = silent.module
        other.alter { command, answer in
            if command.instruction == 0x54 { module.silence(true) }
            return answer
        }
        await #expect(throws: GateError.securityModule("no module")) { _ = try await silent.tap(other) }
        #expect(silent.gate.state.pending.count == 1 && silent.barrier.openings == 0)
        other.alter(nil)
        module.silence(false)
        #expect(try passage(try await silent.tap(other)).evidence == .proof)
        #expect(try other.account().balance == 800)
    }

    @Test("with 64 purchases pending the gate begins no other, and settles each of them as its card comes")
    func full() async throws {
        var world = try await GateWorld(GateProfile(windowSeconds: 6_000))
        let cards = try (0..<65).map { number in
            try PurseCard(.make("30031040000000\(10_000 + number)", seed: UInt64(number)), balance: 1_000)
        }
        for card in cards.prefix(64) {
            _ = try await world.tap(card, GateFare(200), .init(index: Self.debit, moment: .after))
        }
        #expect(world.gate.state.pending.count == 64)
        #expect(try await world.tap(cards[64]) == .refused(.gateFull))
        #expect(try cards[64].account().balance == 1_000)
        #expect(try passage(try await world.tap(cards[20])).evidence == .proof)
        #expect(try passage(try await world.tap(cards[64])).evidence == .answer)
        for card in cards.prefix(64) where card.data != cards[20].data {
            #expect(try passage(try await world.tap(card)).evidence == .proof)
        }
        for card in cards { #expect(try card.account().balance == 800) }
    }

    @Test("a long journal is made shorter, and what it sums up to stays")
    func bounds() async throws {
        var world = try await GateWorld()
        let card = try card(90_000)
        for _ in 0..<200 { _ = try passage(try await world.tap(card, GateFare(1))) }
        #expect(world.journal.written.count < 520)
        let state = world.gate.state
        try await world.restart()
        #expect(world.gate.state == state && state.unreported.count == 200)
        #expect(try card.account().balance == 89_800)
    }
}
