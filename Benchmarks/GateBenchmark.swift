import CardCryptography
import CardLink
import ElectronicPurse
import Foundation
import GlobalPlatform
import ISO7816
import SecureElement
import Synchronization
import Terminal

/// A passage through a fare gate whose journal and security module are files, and the recovery of one that was torn, on a
/// card in process: what the card is asked, and how long it takes beside the journal's writes alone.
func benchmarkGate() async throws -> [Measurement] {
    let directory = FileManager.default.temporaryDirectory.appending(path: "gate-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let card = GateCard(try purse())
    let modulePath = directory + "/module"
    try SecurityModuleFile.create(modulePath, PurchaseSAM(terminal: try number(), key: try issuerKeys().purchase))
    var gate = try await GateTerminal(
        GateProfile(), securityModule: try SecurityModuleFile.open(modulePath).module(),
        journal: try FileGateJournal(path: directory + "/journal"), barrier: OpenBarrier())
    var found: [Measurement] = []
    for (name, loss, commandsMax) in [
        ("passage", nil, 4.0), ("recovery of a debit that was done", true, 5.0),
        ("recovery of a debit that was not done", false, 16.0),
    ] as [(String, Bool?, Double)] {
        var times: [Double] = []
        var commands = 0
        for _ in 0..<50 {
            if let loss {
                card.losing(isExecuted: loss)
                guard case .presentAgain = try await gate.present(card, fare: GateFare(1), at: benchmarkNow) else {
                    preconditionFailure("the debit was lost")
                }
            }
            card.keeping()
            let start = ContinuousClock.now
            guard case .opened = try await gate.present(card, fare: GateFare(1), at: benchmarkNow) else {
                preconditionFailure("the gate opens")
            }
            times.append(ContinuousClock.now.seconds(since: start))
            commands = max(commands, card.commands)
        }
        found += [
            Measurement("\(name): APDUs to the card, at most", Double(commands), goal: .atMost(commandsMax)),
            Measurement("\(name): time", median(times) * 1e3, "ms"),
        ]
    }
    return found + [Measurement("four synchronized writes alone", try await writes(directory) * 1e3, "ms")]
}

/// Debit, paid and passed of the journal, and the module's serial.
private func writes(_ directory: String) async throws -> Double {
    let journal = try FileGateJournal(path: directory + "/bare")
    let entry = [UInt8](repeating: 0x41, count: 500)
    var times: [Double] = []
    for _ in 0..<50 {
        let start = ContinuousClock.now
        for _ in 0..<3 { try await journal.append(entry) }
        try DurableFile.replace(directory + "/file", with: entry)
        times.append(ContinuousClock.now.seconds(since: start))
    }
    return median(times)
}

/// 2026-11-27 12:00:00 UTC.
private let benchmarkNow: Int64 = 1_795_780_800

extension ContinuousClock.Instant {
    fileprivate func seconds(since start: ContinuousClock.Instant) -> Double {
        let parts = start.duration(to: self).components
        return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }
}

private func number() throws -> PurseTerminalNumber { try PurseTerminalNumber([0xA1, 0, 0, 0, 0, 1]) }

private func issuerKeys() throws -> PurseKeys {
    func key(_ first: UInt8) throws -> PurseKey { try PurseKey(SecretBytes((0..<16).map { first + $0 })) }
    return PurseKeys(purchase: try key(0x10), load: try key(0x30), authentication: try key(0x50))
}

/// A card with a purse of 900.00.
private func purse() throws -> SecureElement {
    var card = try FurnishedCard()
    var session = try card.open()
    let personalization = PursePersonalization(
        try PurseApplicationData(
            number: "3003104000012345678", start: [0x20, 0x26, 0x01, 0x01], expiry: [0x20, 0x36, 0x12, 0x31]),
        issuerKeys: try issuerKeys())
    let install = InstallCommand.ForInstall(
        executableLoadFile: BuiltInModule.pursePackage, executableModule: BuiltInModule.purse,
        application: PurseFile.transport)
    try card.send(InstallCommand.forInstallAndMakeSelectable(install).command, &session)
    try card.send(InstallCommand.forPersonalization(application: PurseFile.transport).command, &session)
    let groupings = personalization.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }
    for block in StoreDataCommand.blocks(of: groupings, blockLength: 200) {
        try card.send(block.command, &session)
    }
    var element = card.element
    let load = PurseLoad(amount: 90_000, terminal: try number())
    _ = element.process(PurseFile.select(PurseFile.transport))
    let begun = try InitializedLoad(
        element.process(InitializeTransaction(for: .load, amount: load.amount, terminal: load.terminal).command).data)
    let key = PurseLoad.sessionKey(
        personalization.keys.load, random: begun.random, onlineNumber: begun.onlineNumber)
    let moment = PurseMoment(benchmarkNow)
    let answer = element.process(CreditForLoad(moment: moment, mac2: load.mac2(key, at: moment)).command)
    precondition(answer.statusWord == .success, "the purse is loaded")
    return element
}

private struct OpenBarrier: GateBarrier {
    func open() async {}
}

/// A card in process that counts its commands and can be taken away at the debit.
private final class GateCard: CardChannel, Sendable {
    private struct State {
        var element: SecureElement
        /// Whether the debit that is lost is executed; `nil` when nothing is lost.
        var loss: Bool?
        var commands = 0
    }

    private let state: Mutex<State>

    init(_ element: SecureElement) { state = Mutex(State(element: element)) }

    var commands: Int { state.withLock(\.commands) }

    func losing(isExecuted: Bool) { state.withLock { $0.loss = isExecuted } }

    func keeping() {
        state.withLock { state in
            state.loss = nil
            state.commands = 0
        }
    }

    func transmit(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
        let answer: ResponseAPDU? = state.withLock { state in
            state.commands += 1
            guard let isExecuted = state.loss, command.instruction == 0x54 else {
                return state.element.process(command)
            }
            if isExecuted { _ = state.element.process(command) }
            return nil
        }
        guard let answer else { throw CardUnreachable(mayHaveBeenExecuted: true, reason: "out of the field") }
        return answer
    }

    func reset() throws(CardUnreachable) { state.withLock { $0.element.reset() } }
}
