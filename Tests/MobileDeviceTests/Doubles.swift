import ISO7816
import MobileDevice
import SERAM
import Synchronization

/// A card that counts what it executes and can fall silent.
actor CountingCard: CardChannel {
    enum Behaviour: Sendable {
        case answer(ResponseAPDU)
        /// Unreachable before the command left.
        case lostBefore
        /// Executed, and the answer lost.
        case lostAfter
    }

    private(set) var executed: [CommandAPDU] = []
    private(set) var resets = 0
    private var behaviours: [CommandAPDU: Behaviour]
    private let answersAfterReset: Bool

    init(_ behaviours: [CommandAPDU: Behaviour] = [:], answersAfterReset: Bool = true) {
        self.behaviours = behaviours
        self.answersAfterReset = answersAfterReset
    }

    func transmit(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
        switch behaviours[command] ?? .answer(ResponseAPDU(.success, data: [command.p1])) {
        case .answer(let response):
            executed.append(command)
            return response
        case .lostBefore:
            throw CardUnreachable(mayHaveBeenExecuted: false, reason: "out of the field")
        case .lostAfter:
            executed.append(command)
            throw CardUnreachable(mayHaveBeenExecuted: true, reason: "torn")
        }
    }

    func reset() throws(CardUnreachable) {
        resets += 1
        guard answersAfterReset else { throw CardUnreachable(mayHaveBeenExecuted: false, reason: "no card") }
    }
}

/// A journal whose device loses power when a given number of records is durable.
actor MortalJournal: AgentJournal {
    private(set) var kept: [AgentJournalRecord]
    private var recordsLeft: Int

    init(_ kept: [AgentJournalRecord] = [], recordsUntilDeath: Int = .max) {
        self.kept = kept
        recordsLeft = recordsUntilDeath
    }

    func records() throws(AgentJournalFailure) -> [AgentJournalRecord] { kept }

    func append(_ records: [AgentJournalRecord]) throws(AgentJournalFailure) {
        let durable = records.prefix(recordsLeft)
        kept += durable
        recordsLeft -= durable.count
        // Also when the last record was durable: the device dies before it can go on.
        if recordsLeft == 0 { throw AgentJournalFailure(reason: "power lost") }
    }
}

/// A remote agent that hands out prepared orders and writes down every report.
actor ScriptedRemoteAgent: RemoteAgentConnection {
    private(set) var reports: [RemoteManagementReport] = []
    private(set) var sessions = 0
    private var answers: [Result<RemoteManagementOrder, RemoteAgentConnectionError>]
    private let handshakeAnswer: RAMHandshakeResponse

    init(
        _ answers: [Result<RemoteManagementOrder, RemoteAgentConnectionError>],
        handshakeAnswer: RAMHandshakeResponse = RAMHandshakeResponse()
    ) {
        self.answers = answers
        self.handshakeAnswer = handshakeAnswer
    }

    init(orders: RemoteManagementOrder...) { self.init(orders.map { .success($0) }) }

    func openSession(for secureElements: [SecureElementDescription]) -> String {
        sessions += 1
        return "session \(sessions)"
    }

    func handshake(_ command: RAMHandshakeCommand, in sessionID: String) -> RAMHandshakeResponse { handshakeAnswer }

    func exchange(
        _ report: RemoteManagementReport, in sessionID: String
    ) throws(RemoteAgentConnectionError) -> RemoteManagementOrder {
        guard sessionID == "session \(sessions)" else { throw .unknownSession }
        reports.append(report)
        return answers.isEmpty ? RemoteManagementOrder() : try answers.removeFirst().get()
    }
}

/// Time that passes only when the agent pauses.
final class ManualClock: Sendable {
    private let recorded = Mutex<[Duration]>([])
    private let patience: Int

    var pauses: [Duration] { recorded.withLock { $0 } }

    /// - Parameter patience: pauses allowed before the task counts as cancelled.
    init(patience: Int = .max) { self.patience = patience }

    var clock: AgentClock {
        AgentClock(
            elapsed: { self.pauses.reduce(.zero, +) },
            pause: { duration in
                let count = self.recorded.withLock {
                    $0.append(duration)
                    return $0.count
                }
                if count >= self.patience { throw CancellationError() }
            })
    }
}

let element = SecureElementDescription(seType: .embedded, seId: "4242")

/// Command number `n`: recognizable by its P1.
func command(_ number: UInt8) -> CommandAPDU { CommandAPDU(0x80, 0xCA, number, 0x00, expectedLength: 256) }

func apdus(_ numbers: ClosedRange<UInt8>) -> [HexAPDU] { numbers.map { HexAPDU(command($0)) } }

/// The answer of ``CountingCard`` to command number `n`.
func answer(_ number: UInt8) -> HexAPDU { HexAPDU([number, 0x90, 0x00]) }
