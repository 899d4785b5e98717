import ArgumentParser
import Assembly
import CardLink
import ElectronicPurse
import Foundation
import ISO7816
import SeneschalAPI
import SeneschalClient
import Terminal

/// `seneschal terminal gate`: a purse is held to a fare gate.
struct TerminalGateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "A fare gate: it debits a purse once, also when the card is taken away.",
        discussion: """
            The security module (PSAM) and the journal are files of this gate alone. With --test-keys a module is made \
            that knows the cards of `card new --payment purse`:

              seneschal card new my.card --test-keys --payment purse
              seneschal terminal gate --card my.card --module gate.psam --journal gate.journal --test-keys --fare 200

            A debit whose answer is not read stays in the journal, and the card is asked for again; the same command goes \
            on where the one before stopped, also after a power failure. A card in the air or in a reader is waited for:

              seneschal terminal gate --air 54321 --module gate.psam --journal gate.journal --fare 200
              seneschal terminal gate --reader Virtual --module gate.psam --journal gate.journal --fare 200

            With --till, the file of a terminal that a payment server knows, the gate reports there what it took and what it \
            could not find out, and lets cards pass again that the payment server has settled; without it reports wait in \
            the journal. `seneschal pay terminal equip` makes the module of such a gate.

              seneschal terminal gate --card ada.card --module gate.psam --journal gate.journal --till gate.till --fare 200

            Exit status 0: paid, and open. 1: refused, nothing was paid. 6: the card has to be presented again. 4: the \
            purchase is a grey record, which the back office settles.
            """)

    @OptionGroup var place: CardPlace

    @Option(help: ArgumentHelp("The security module's file.", valueName: "file"))
    var module: String

    @Option(help: ArgumentHelp("The gate's journal; it is begun when it does not exist.", valueName: "file"))
    var journal: String

    @Option(help: ArgumentHelp("What the passage costs, in minor units.", valueName: "amount"))
    var fare: UInt32

    @Flag(help: "Make a module with well-known keys when there is none. Never for money that matters.")
    var testKeys = false

    @Option(help: ArgumentHelp("The number of the terminal that a new module is made for.", valueName: "hex"))
    var terminal = "A10000000001"

    @Option(
        help: ArgumentHelp(
            "The terminal's file, made by `seneschal pay terminal make`: where purchases are reported.",
            valueName: "file"))
    var till: String?

    @Flag(help: "Print the outcome as JSON.")
    var json = false

    func validate() throws {
        guard fare <= PurseAmount.max else { throw ValidationError("--fare is \(PurseAmount.max) at most.") }
    }

    func run() async throws {
        if testKeys, !FileManager.default.fileExists(atPath: module) { try makeModule() }
        do {
            try await pass()
        } catch let error as GateError {
            throw CommandFailure(
                .refused, "\(error)", nextStep: "what is pending is in \(journal); start the gate again")
        } catch let error as GateJournalFailure {
            throw CommandFailure(.refused, "\(error)")
        }
    }

    private func makeModule() throws {
        guard let number = try? PurseTerminalNumber(hex: terminal) else {
            throw CommandFailure(.usage, "--terminal has 12 hex digits, not \(terminal)")
        }
        try SecurityModuleFile.create(
            module, PurchaseSAM(terminal: number, key: try TestPurse.issuer().keys.purchase))
    }

    private func pass() async throws {
        let profile = GateProfile()
        var gate = try await GateTerminal(
            profile, securityModule: try SecurityModuleFile.open(module).module(),
            journal: try FileGateJournal(path: journal), barrier: AnnouncedBarrier())
        // What waits, and what was settled meanwhile, comes before the next card.
        try await report(&gate)
        let end = ContinuousClock.now + .seconds(profile.windowSeconds)
        while true {
            let verdict = try await present(&gate)
            guard case .presentAgain = verdict, place.card == nil, ContinuousClock.now < end else {
                try await report(&gate)
                return try conclude(verdict)
            }
            if case .presentAgain(let pending?) = verdict {
                Terminal.message("Present the card again: \(pending.purchase.amount) may have been paid.")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// A payment server that cannot be reached is no reason to stand still: reports wait in the journal.
    private func report(_ gate: inout GateTerminal) async throws {
        guard let till else { return }
        let file = try TillFile.read(till)
        let transport = try HTTPTransport(server: file.url)
        let done: GateReporting
        do {
            done = try await gate.report(to: HTTPGateReports(try file.client(transport)))
        } catch {
            await transport.close()
            throw error
        }
        await transport.close()
        if done.settled > 0 { Terminal.message("Settled: \(done.settled) grey purchases; their cards pass again.") }
        if let failure = done.failure {
            Terminal.message("\(failure). \(gate.state.unreported.count) reports wait in \(journal).")
        }
    }

    private func present(_ gate: inout GateTerminal) async throws -> GateVerdict {
        let (fare, now) = (GateFare(fare), Int64(Date().timeIntervalSince1970))
        return try await place.withCard { card in try await gate.present(card, fare: fare, at: now) }
    }

    private func conclude(_ verdict: GateVerdict) throws {
        var members: [(String, String)] = []
        func add(_ purchase: PursePurchase, _ card: PurseSerial) {
            members += [
                ("card", "\(card)"), ("amount", "\(purchase.amount)"), ("terminal", "\(purchase.terminal)"),
                ("terminalSerial", "\(purchase.terminalSerial)"), ("moment", "\(purchase.moment)"),
            ]
        }
        switch verdict {
        case .opened(let passage):
            members = [("outcome", "opened"), ("evidence", passage.evidence.rawValue)]
            add(passage.purchase, passage.card)
            members.append(("balance", "\(passage.balanceAfter)"))
            if let tac = passage.tac { members.append(("tac", "\(tac)")) }
        case .presentAgain(let pending):
            members = [("outcome", "presentAgain")]
            if let pending { add(pending.purchase, pending.card) }
        case .refused(let refusal): members = [("outcome", "refused"), ("reason", "\(refusal)")]
        case .unresolved(let record):
            members = [("outcome", "unresolved"), ("reason", record.reason.rawValue)]
            add(record.pending.purchase, record.pending.card)
        }
        show(members)
        switch verdict {
        case .opened: return
        case .presentAgain:
            throw CommandFailure(.noCard, "the gate stays shut", nextStep: "hold the card there again")
        case .refused(let refusal): throw CommandFailure(.refused, "\(refusal); nothing was paid")
        case .unresolved:
            throw CommandFailure(.unknownOutcome, "whether this was paid is for the back office to settle")
        }
    }

    private func show(_ members: [(String, String)]) {
        guard !json else {
            return Terminal.output(
                JSONValue.object(members.map { JSONMember($0.0, .string($0.1)) }).indentedText)
        }
        for (name, value) in members {
            Terminal.output(name.padding(toLength: 16, withPad: " ", startingAt: 0) + value)
        }
    }
}

/// A barrier that says so.
private struct AnnouncedBarrier: GateBarrier {
    func open() async { Terminal.message("The gate opens.") }
}
