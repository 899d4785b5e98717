import Assembly
import CardCryptography
import CardLink
import CardTesting
import ElectronicPurse
import Foundation
import GlobalPlatform
import HTTPServer
import ISO4217
import ISO7816
import JOSE
import KeyVault
import Logging
import MobileDevice
import Payments
import SecureChannel
import SecureElement
import SeneschalAPI
import SeneschalClient
import Synchronization
import Terminal
import Testing

/// A payment server that issues purses, Ada with one, and a gate of the harbour line's.
final class PurseTown: Sendable {
    let house: PaymentHouse
    let card: TornCard
    let loader: PurseLoader
    let pin = SecretBytes(Array("246810".utf8))
    let now = Int64(Date().timeIntervalSince1970)
    private let server: RunningServer
    private let transport: HTTPTransport
    private let operatorSecret: String
    private let gateSecret: String
    private let adaSecret: String
    private let (ada, line, purse): (String, String, String)
    private let folder: URL
    private let journal = TownJournal()
    private let module: InProcessCard<PurchaseSAM>
    private let barrier = TownBarrier()

    static func tell(_ body: (PurseTown) async throws -> Void) async throws {
        let town = try await PurseTown()
        do {
            try await body(town)
        } catch {
            await town.close()
            throw error
        }
        await town.close()
    }

    private init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-\(UUID().uuidString)")
        house = try PaymentHouse(
            folder: folder.appending(path: "pay").path, unlock: .keyFile(folder.appending(path: "key").path),
            name: try #require(PartyName("quay-pay")),
            policy: PaymentPolicy(pinCost: Scrypt.Cost(n: 2, r: 1, p: 1)), logger: Logger(label: "quiet"))
        server = try await RunningServer(house.server)
        transport = try HTTPTransport(server: server.address)
        operatorSecret = try await house.makeOperatorCredential()
        let office = Self.client(transport, operatorSecret)
        line = try await office.openAccount(.transit, "Harbour Line")
        let bank = try await office.openAccount(.issuerSettlement, "Harbour Bank")

        let key = ECPrivateKey.generate(.p256)
        let opened = try await Self.client(transport, nil).send(
            Endpoints.openPayerAccount,
            .init(
                label: "Ada", currency: "EUR", deviceKey: HexBytes(key.publicKey.uncompressedPoint), pin: "246810"))
        ada = opened.account.account
        adaSecret = opened.secret
        _ = try await office.send(
            Endpoints.fundAccount,
            .init(account: ada, amount: 10_000, currency: "EUR", from: bank, reference: "cash desk"))
        loader = PurseLoader(
            key: PayerKey(
                account: ada, server: opened.server, key: NamedPrivateKey(name: opened.deviceKeyName, privateKey: key)),
            loads: HTTPPurseLoads(Self.client(transport, adaSecret)), confirmation: AgreedOwner(),
            now: { Int64(Date().timeIntervalSince1970) })

        let issued = try await office.send(Endpoints.issuePurse, .init(currency: "EUR", owner: ada))
        purse = issued.account
        card = TornCard(
            try PlasticCard.make(
                PurseFile.transport, of: BuiltInModule.pursePackage, BuiltInModule.purse,
                with: try await office.pursePersonalization(issued.card).dataGroupings))

        gateSecret = try await office.send(
            Endpoints.registerPaymentTerminal,
            .init(name: "gate-1", publicKey: ECPrivateKey.generate(.p256).publicKey.pem, payee: line)
        ).secret
        module = InProcessCard(
            try await office.securityModule(try PurseTerminalNumber(hex: "A10000000001"), of: "gate-1"))
    }

    private func close() async {
        await server.stop()
        await transport.close()
        try? house.close()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func client(_ transport: HTTPTransport, _ secret: String?) -> SeneschalClient {
        SeneschalClient(transport, credential: secret.flatMap { AccessCredential(secret: $0) })
    }

    /// With a credential, or the operator's.
    func client(_ secret: String?) -> SeneschalClient { Self.client(transport, secret ?? operatorSecret) }

    // MARK: - What happens

    func money(_ cents: Int64) throws(PurseLoadError) -> Money {
        guard let euro = Currency("EUR") else { throw .notAPurse }
        return Money(minorUnits: cents, currency: euro)
    }

    func load(_ cents: Int64) async throws -> PurseLoading {
        try await loader.finish(try await loader.begin(money(cents), onto: card), on: card, pin: pin)
    }

    /// As the payment server has it now.
    func asked(_ load: PurseLoading) async throws(PurseLoadError) -> PurseLoading {
        do { return try await HTTPPurseLoads(client(adaSecret)).load(load.name) } catch { throw .service(error) }
    }

    func gate() async throws -> GateTerminal {
        try await GateTerminal(GateProfile(), securityModule: module, journal: journal, barrier: barrier)
    }

    var office: HTTPGateReports { HTTPGateReports(client(gateSecret)) }

    /// What stands in the ledger, and what the card says.
    func expect(
        ada: Int, purse: Int, line: Int, card: UInt32, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let accounts = try await client(nil).list(Endpoints.listLedgerAccounts, limit: API.limitMax).items
        func balance(_ account: String) -> Int? { accounts.first { $0.account == account }?.balance }
        #expect(balance(self.ada) == ada, sourceLocation: sourceLocation)
        #expect(balance(self.purse) == purse, sourceLocation: sourceLocation)
        #expect(balance(self.line) == line, sourceLocation: sourceLocation)
        #expect(try self.card.balance() == card, sourceLocation: sourceLocation)
    }
}

/// A card with a purse that is pulled away at one command, before or after the card has executed it.
final class TornCard: CardChannel, Sendable {
    private enum Cut: Sendable {
        case none
        case command(Int)
        case instruction(UInt8)
    }

    private struct State {
        var element: SecureElement
        var cut = Cut.none
        var isExecuted = false
        var index = 0
    }

    private let state: Mutex<State>

    init(_ element: SecureElement) { state = Mutex(State(element: element)) }

    /// At the command with this number, counted from now.
    func cut(at index: Int, isExecuted: Bool) { cut(.command(index), isExecuted) }

    /// At the next command of a kind.
    func cut(instruction: UInt8, isExecuted: Bool) { cut(.instruction(instruction), isExecuted) }

    /// It is back.
    func mend() { cut(.none, false) }

    private func cut(_ cut: Cut, _ isExecuted: Bool) {
        state.withLock { state in
            state.cut = cut
            state.isExecuted = isExecuted
            state.index = 0
            state.element.reset(.contactless)
        }
    }

    func transmit(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
        let answer: ResponseAPDU? = state.withLock { state in
            defer { state.index += 1 }
            let isCut =
                switch state.cut {
                case .none: false
                case .command(let index): index == state.index
                case .instruction(let instruction): instruction == command.instruction
                }
            guard isCut else { return state.element.process(command, over: .contactless) }
            if state.isExecuted { _ = state.element.process(command, over: .contactless) }
            return nil
        }
        guard let answer else { throw CardUnreachable(mayHaveBeenExecuted: true, reason: "pulled away") }
        return answer
    }

    func reset() throws(CardUnreachable) { state.withLock { $0.element.reset(.contactless) } }

    func balance() throws -> UInt32 {
        try state.withLock { state in
            state.element.reset()
            defer { state.element.reset(.contactless) }
            _ = state.element.process(PurseFile.select(PurseFile.transport))
            return try GetBalance.balance(in: state.element.process(GetBalance().command).data)
        }
    }
}

private struct AgreedOwner: ConsumerConfirmation {
    func confirm(_ reason: String) async -> Bool { true }
}

private struct TownBarrier: GateBarrier {
    func open() async {}
}

private actor TownJournal: GateJournal {
    private var lines: [[UInt8]] = []
    func entries() -> [[UInt8]] { lines }
    func append(_ entry: [UInt8]) { lines.append(entry) }
    func replace(with entries: [[UInt8]]) { lines = entries }
}
