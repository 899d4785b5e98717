import CardLink
import Foundation
import ISO7816
import MobileDevice
import SERAM
import Testing

@Suite("An agent's journal in a file")
struct FileAgentJournalTests {
    static let order = RemoteManagementOrder(
        ramCommands: [.secureElement([HexAPDU(CounterCard.countUp), HexAPDU(CounterCard.countUp)])], orderNumber: 1)
    static let report = RemoteManagementReport(
        localAgentStatus: LocalAgentStatus(.processed, executedSeRamCommands: 1), inReplyTo: 1)
    static let batches: [[AgentJournalRecord]] = [
        [.received(order), .sent(list: 0, apdu: 0)],
        [.answered(list: 0, apdu: 0, response: HexAPDU([1, 0x90, 0])), .sent(list: 0, apdu: 1)],
        [.answered(list: 0, apdu: 1, response: HexAPDU([2, 0x90, 0])), .concluded(report)],
    ]

    func content(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    /// Writes the batches; returns the length of the file after each.
    func write(_ batches: [[AgentJournalRecord]], to path: String) async throws -> [Int] {
        let journal = try FileAgentJournal(path: path)
        var lengths: [Int] = []
        for batch in batches {
            try await journal.append(batch)
            lengths.append(try content(path).count)
        }
        return lengths
    }

    @Test("what was appended is there after opening again")
    func reopened() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("journal")
        _ = try await write(Self.batches, to: path)
        let reopened = try FileAgentJournal(path: path)
        #expect(try await reopened.records() == Self.batches.flatMap { $0 })
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }

    @Test("a journal torn anywhere is what it was before the torn flush, and goes on from there")
    func torn() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("journal")
        let lengths = try await write(Self.batches, to: path)
        let whole = try content(path)
        // Around every line's ends byte by byte, in between by steps: each cut costs several flushes to the disk.
        let cuts = Set(([0] + lengths).flatMap { $0 - 2...$0 + 18 }).union(stride(from: 0, to: whole.count, by: 37))
        for length in cuts.sorted() where (0...whole.count).contains(length) {
            let torn = directory.file("torn\(length)")
            try whole.prefix(length).write(to: URL(fileURLWithPath: torn))
            let survived = lengths.count { $0 <= length }
            let expected = Array(Self.batches.prefix(survived).joined())
            do {
                let journal = try FileAgentJournal(path: torn)
                #expect(try await journal.records() == expected, "torn at byte \(length)")
                guard survived < Self.batches.count else { continue }
                try await journal.append(Self.batches[survived])
            }
            let again = try FileAgentJournal(path: torn)
            #expect(try await again.records() == expected + Self.batches[survived])
        }
    }

    @Test("a last line with damaged bytes counts as torn; a damaged line before it is refused, and nothing is changed")
    func damagedLines() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("journal")
        let lengths = try await write(Self.batches, to: path)
        let whole = try content(path)

        var lastDamaged = whole
        lastDamaged[lengths[1] + 40] ^= 0x01
        try lastDamaged.write(to: URL(fileURLWithPath: directory.file("last")))
        let journal = try FileAgentJournal(path: directory.file("last"))
        #expect(try await journal.records() == Array(Self.batches.prefix(2).joined()))

        var firstDamaged = whole
        firstDamaged[lengths[0] + 40] ^= 0x01
        let firstPath = directory.file("first")
        try firstDamaged.write(to: URL(fileURLWithPath: firstPath))
        #expect(
            throws: AgentJournalFailure(
                reason: "\(firstPath): the line at byte \(lengths[0]) is damaged and not the last one")
        ) { try FileAgentJournal(path: firstPath) }
        #expect(try content(firstPath) == firstDamaged)
    }

    @Test("an acknowledgement shortens the file to the number of the order")
    func compaction() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("journal")
        let lengths = try await write(Self.batches + [[.acknowledged]], to: path)
        #expect(lengths[3] < lengths[0])
        do {
            let journal = try FileAgentJournal(path: path)
            #expect(try await journal.records() == [.baseline(lastOrderNumber: 1)])
        }
        // An acknowledgement and the next order share a flush.
        let second = RemoteManagementOrder(ramCommands: [.start], orderNumber: 2)
        let third = RemoteManagementOrder(ramCommands: [.start], orderNumber: 3)
        _ = try await write(
            [[.received(second), .concluded(Self.report)], [.acknowledged, .received(third)]], to: path)
        let reopened = try FileAgentJournal(path: path)
        #expect(try await reopened.records() == [.baseline(lastOrderNumber: 2), .received(third)])
    }

    @Test("a journal holds its bound and not a byte more")
    func bound() async throws {
        let directory = try TemporaryDirectory()
        let lengths = try await write(Self.batches, to: directory.file("measure"))
        for (bytesMax, fits) in [(lengths[0], true), (lengths[0] - 1, false)] {
            let path = directory.file("bounded\(bytesMax)")
            let journal = try FileAgentJournal(path: path, bytesMax: bytesMax)
            if fits {
                try await journal.append(Self.batches[0])
            } else {
                await #expect(throws: AgentJournalFailure.self) { try await journal.append(Self.batches[0]) }
                #expect(try content(path).isEmpty)
            }
        }
        #expect(throws: AgentJournalFailure.self) {
            try FileAgentJournal(path: directory.file("measure"), bytesMax: lengths[2] - 1)
        }
    }

    @Test("a second process cannot open the journal")
    func locked() throws {
        let directory = try TemporaryDirectory()
        let first = try FileAgentJournal(path: directory.file("journal"))
        #expect(throws: AgentJournalFailure.self) { try FileAgentJournal(path: directory.file("journal")) }
        withExtendedLifetime(first) {}
    }

    @Test("after a failed write the journal refuses everything")
    func failedWrite() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("journal")
        let journal = try FileAgentJournal(path: path)
        try FileManager.default.removeItem(atPath: path)
        await #expect(throws: AgentJournalFailure.self) { try await journal.append(Self.batches[0]) }
        try Data().write(to: URL(fileURLWithPath: path))
        await #expect(throws: AgentJournalFailure.self) { try await journal.append(Self.batches[0]) }
        await #expect(throws: AgentJournalFailure.self) { try await journal.records() }
    }

    @Test("an agent with a journal in a file executes each APDU once, although the power fails at each of them")
    func agentOverRestarts() async throws {
        for moment in PowerCut.Moment.allCases {
            for position in 0..<2 {
                let directory = try TemporaryDirectory()
                let card = InProcessCard(CounterCard())
                await card.cutPower(PowerCut(moment, commandsBefore: position, failingResets: 9))
                let server = OneOrderServer(Self.order)
                try await run(card, server, directory.file("journal"))
                // The whole device restarts, with the card in it.
                for _ in 0..<9 { try? await card.reset() }
                try await card.reset()
                try await run(card, server, directory.file("journal"))
                let executed = position + (moment == .afterCommit ? 1 : 0)
                #expect(try await card.transmit(CounterCard.readCount).data == [UInt8(executed)])
                let responses = await server.reports.first?.ramResponses?.flatMap(\.listOfRAPDU)
                #expect(responses == (0..<position).map { HexAPDU([UInt8($0 + 1), 0x90, 0]) } + [.notAvailable])
                #expect(await server.reports.count == 1)
            }
        }
    }

    private func run(_ card: InProcessCard<CounterCard>, _ server: OneOrderServer, _ path: String) async throws {
        let element = SecureElementDescription(seType: .embedded, seId: "1")
        var agent = LocalAgent(
            for: element, card: card, connection: server, journal: try FileAgentJournal(path: path))
        for _ in 0..<2 { _ = try await agent.step() }
    }
}

/// Sends one order until it was begun, and keeps the reports on it.
actor OneOrderServer: RemoteAgentConnection {
    private let order: RemoteManagementOrder
    private(set) var reports: [RemoteManagementReport] = []

    init(_ order: RemoteManagementOrder) { self.order = order }

    func openSession(for secureElements: [SecureElementDescription]) -> String { "s" }

    func handshake(_ command: RAMHandshakeCommand, in sessionID: String) -> RAMHandshakeResponse {
        RAMHandshakeResponse()
    }

    func exchange(_ report: RemoteManagementReport, in sessionID: String) -> RemoteManagementOrder {
        if report.inReplyTo != nil { reports.append(report) }
        return report.lastOrderNumber ?? 0 < order.orderNumber ?? 0 ? order : RemoteManagementOrder()
    }
}
