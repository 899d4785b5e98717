import CardLink
import CardTesting
import ElectronicPurse
import ISO7816
import MobileDevice
import SecureElement
import Synchronization
import Terminal
import Testing

/// A purse at a gate over nfcpy's UDP air, with frames that are lost.
@Suite("A gate over the air")
struct GateOverTheAirTests {
    private static let now: Int64 = 1_795_780_800

    /// What of the frames is lost, and what the reader had to ask again.
    private final class Interference: Sendable {
        struct State {
            var seen: Set<[UInt8]> = []
            var notAcknowledged = 0
            var debits = 0
            var losses: Int
        }
        enum Kind { case everyBlockOnce, answersToDebit, debits }

        let state: Mutex<State>
        let kind: Kind

        init(_ kind: Kind, losses: Int = 0) {
            self.kind = kind
            state = Mutex(State(losses: losses))
        }

        var link: AirLink {
            AirLink { [self] direction, frame in
                state.withLock { state in
                    let isInformation = frame.first.map { $0 & 0xE2 == 0x02 } ?? false
                    let isDebit = isInformation && frame.count > 3 && frame[1] == 0x80 && frame[2] == 0x54
                    if direction == .toCard {
                        if frame.first.map({ $0 & 0xF6 == 0xB2 }) ?? false { state.notAcknowledged += 1 }
                        if isDebit { state.debits += 1 }
                    }
                    switch kind {
                    case .everyBlockOnce:
                        guard direction == .toReader, isInformation else { return true }
                        return !state.seen.insert(frame).inserted
                    case .answersToDebit:
                        guard direction == .toReader, state.debits > 0, state.losses > 0 else { return true }
                        state.losses -= 1
                        return false
                    case .debits:
                        guard direction == .toCard, state.debits > 0, state.losses > 0 else { return true }
                        state.losses -= 1
                        return false
                    }
                }
            }
        }

        var counts: (notAcknowledged: Int, debits: Int) { state.withLock { ($0.notAcknowledged, $0.debits) } }
    }

    private struct Openings: GateBarrier {
        let count = CountingClass()
        final class CountingClass: Sendable {
            let value = Mutex(0)
        }
        func open() async { count.value.withLock { $0 += 1 } }
    }

    private func verdicts(
        _ interference: Interference, taps: Int
    ) async throws -> (verdicts: [GateVerdict], balance: UInt32, entries: [String], openings: Int) {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        let card = InProcessCard(try PurseElement.make(balance: 1_000))
        let air = try UDPAir(card.contactless, controller: NFCController(random: SeededRandomSource(seed: 4)))
            .listen(port: 0)
        let reader = try AirReader(port: air.port, link: interference.link)
        try SecurityModuleFile.create(directory.file("psam"), try PurseElement.module())
        let journal = try FileGateJournal(path: directory.file("journal"))
        let openings = Openings()
        var gate = try await GateTerminal(
            GateProfile(), securityModule: try SecurityModuleFile.open(directory.file("psam")).module(),
            journal: journal, barrier: openings)
        var verdicts: [GateVerdict] = []
        for tap in 0..<taps {
            verdicts.append(try await gate.present(reader, fare: GateFare(200), at: Self.now + Int64(tap)))
        }
        air.stop()
        await air.stopped()
        let entries = try await journal.entries().map { entry in
            String(decoding: entry, as: UTF8.self).split(separator: "\"").first { $0 != "{" }.map(String.init) ?? ""
        }
        return (
            verdicts, try await PurseElement.balance(of: card), entries, openings.count.value.withLock { $0 }
        )
    }

    @Test("FLASH-01 every block of the card is lost once: R(NAK) gets it again, and no recovery begins")
    func repaired() async throws {
        let interference = Interference(.everyBlockOnce)
        let (verdicts, balance, entries, openings) = try await verdicts(interference, taps: 1)
        guard case .opened(let passage)? = verdicts.first else {
            Issue.record("\(verdicts)")
            return
        }
        #expect(passage.evidence == .answer && balance == 800 && openings == 1)
        #expect(entries == ["debit", "paid", "passed"], "the link's repair is nothing that the gate learns of")
        #expect(interference.counts.notAcknowledged >= 4 && interference.counts.debits == 1)
    }

    @Test("FLASH-02 only when the link has given up is the purchase pending; FLASH-03 the card then proves it")
    func givenUp() async throws {
        // The answer, and that to each R(NAK).
        let interference = Interference(.answersToDebit, losses: ISODEPInitiator.retriesMax + 1)
        let (verdicts, balance, entries, openings) = try await verdicts(interference, taps: 2)
        guard case .presentAgain(_?)? = verdicts.first, case .opened(let passage)? = verdicts.last else {
            Issue.record("\(verdicts)")
            return
        }
        #expect(passage.evidence == .proof && balance == 800 && openings == 1)
        #expect(entries == ["debit", "lost", "paid", "passed"])
        #expect(interference.counts.debits == 1 && interference.counts.notAcknowledged == ISODEPInitiator.retriesMax)
    }

    @Test("one answer fewer is lost, and the link repairs it")
    func lastRetry() async throws {
        let interference = Interference(.answersToDebit, losses: ISODEPInitiator.retriesMax)
        let (verdicts, balance, entries, _) = try await verdicts(interference, taps: 1)
        guard case .opened? = verdicts.first else {
            Issue.record("\(verdicts)")
            return
        }
        #expect(balance == 800 && entries == ["debit", "paid", "passed"])
    }

    @Test("FLASH-04 a debit that never reached the card is ordered again, and paid once")
    func neverReached() async throws {
        let interference = Interference(.debits, losses: ISODEPInitiator.retriesMax + 1)
        let (verdicts, balance, entries, openings) = try await verdicts(interference, taps: 2)
        guard case .presentAgain(_?)? = verdicts.first, case .opened(let passage)? = verdicts.last else {
            Issue.record("\(verdicts)")
            return
        }
        #expect(passage.purchase.terminalSerial == 2 && passage.evidence == .answer)
        #expect(balance == 800 && openings == 1 && entries == ["debit", "lost", "debit", "paid", "passed"])
    }
}
