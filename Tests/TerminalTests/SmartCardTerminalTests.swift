import CardCryptography
import CardTesting
import GlobalPlatform
import ISO4217
import ISO7816
import Instructions
import JOSE
import SecureChannel
import SecureElement
import SmartCardVerification
import Synchronization
import Testing

@testable import Terminal

/// A secure element with one smart card on it, in a terminal's field.
final class SmartCardInField: CardChannel, Sendable {
    static let application: AID = "F053454E45534348414C534301000001"
    static let identification: SmartCardIdentification = {
        do { return try SmartCardIdentification(text: "5345000000000001") } catch { preconditionFailure("\(error)") }
    }()

    let key: SmartCardKey
    let dataFile: EncryptedCardData
    private let element: Mutex<SecureElement>
    private let commandsLeft: Mutex<Int>

    /// - Parameter commands: after so many the card is out of the field.
    init(commands: Int = .max) throws {
        let key = try SmartCardKey(master: SecretBytes([UInt8](0..<32)), card: Self.identification)
        dataFile = try key.encrypt(SecretBytes(Array("member 4711".utf8)), for: Self.identification)
        self.key = key
        let keys = try SCP03Keys.set
        var element = SecureElement.manufacture(
            .embedded,
            identity: CardIdentity(
                issuerIdentificationNumber: [0x48, 0x20], cardImageNumber: [1, 2, 3, 4, 5, 6, 7, 8],
                keyDiversificationData: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], implementation: .init(rawValue: 0x70)!),
            random: SeededRandomSource(seed: 5)
        ) { _ in keys }
        let personalization = SmartCardPersonalization(
            identification: Self.identification, key: key, dataFile: dataFile)
        var commands_: [CommandAPDU] = [
            InstallCommand.forInstallAndMakeSelectable(
                .init(
                    executableLoadFile: BuiltInModule.smartCardPackage, executableModule: BuiltInModule.smartCard,
                    application: Self.application)
            ).command,
            InstallCommand.forPersonalization(application: Self.application).command,
        ]
        commands_ += StoreDataCommand.blocks(
            of: personalization.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }, blockLength: 200
        ).map(\.command)
        var session = try HostSession(CardConfiguration.issuerSecurityDomain, keys: keys) { element.process($0) }
        for command in commands_ {
            let answer = try session.send(command) { element.process($0) }
            guard answer.statusWord.isSuccess else { throw CardRefused(answer.statusWord) }
        }
        element.reset()
        self.element = Mutex(element)
        commandsLeft = Mutex(commands)
    }

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        let isInField = commandsLeft.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        guard isInField else { throw CardUnreachable(mayHaveBeenExecuted: false, reason: "out of the field") }
        return element.withLock { $0.process(command, over: .contactless) }
    }

    func reset() async throws(CardUnreachable) { element.withLock { $0.reset(.contactless) } }
}

private enum SCP03Keys {
    static var set: SCP03KeySet {
        get throws { try SCP03KeySet(repeating: AESKey([UInt8](repeating: 0x40, count: 16))) }
    }
}

/// A payment server that remembers what it was handed and answers as it is told.
private final class RecordingServer: SmartCardServer, Sendable {
    let nonce: [UInt8]
    private let statements = Mutex<[String]>([])
    private let outages = Mutex<Int>(0)

    init(nonce: [UInt8] = [UInt8](repeating: 0xA5, count: 16), outages: Int = 0) {
        self.nonce = nonce
        self.outages.withLock { $0 = outages }
    }

    var received: [String] { statements.withLock { $0 } }

    func challenge(_ request: String) async throws(SmartCardServerError) -> IssuedCardChallenge {
        statements.withLock { $0.append(request) }
        return IssuedCardChallenge(name: "chl_1", nonce: nonce, expiresAt: 1_030)
    }

    func process(_ transaction: String) async throws(SmartCardServerError) -> CardTransactionAnswer {
        statements.withLock { $0.append(transaction) }
        let isOut = outages.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if isOut { throw .unsettled(detail: "no answer") }
        return .approved(transfer: "0123")
    }
}

@Suite("A terminal with smart cards")
struct SmartCardTerminalTests {
    private let key = NamedPrivateKey(name: "shop-1", privateKey: .generate(.p256))
    private let euro: Currency

    init() throws { euro = try #require(Currency("EUR")) }

    private func terminal(_ server: any SmartCardServer, application: AID = SmartCardInField.application)
        -> SmartCardTerminal
    {
        SmartCardTerminal(
            name: "shop-1", paymentServer: "harbour-pay", application: application, key: key, server: server)
    }

    private func claims<Claims: Statement>(_ compact: String, as: Claims.Type) throws -> Claims {
        try StatementReader(audience: "harbour-pay", now: 1_000).read(compact) { name in
            name == "shop-1" ? ("shop-1", key.privateKey.publicKey) : nil
        }
    }

    @Test("SCV-01 it reads the card, has it answer for this very transaction, and signs all of it")
    func transaction() async throws {
        let card = try SmartCardInField()
        let server = RecordingServer()
        let terminal = terminal(server)
        let amount = Money(minorUnits: 1_250, currency: euro)
        let prepared = try await terminal.prepare("t-1", amount, with: card, at: 1_000)
        let request = try claims(server.received[0], as: CardChallengeRequest.self)
        #expect(request.card == "5345000000000001" && request.amount == 1_250 && request.jti == "t-1")
        let statement = try claims(prepared.statement, as: CardTransaction.self)
        #expect(statement.jti == "t-1" && statement.challenge == "chl_1" && statement.currency == euro)
        #expect(statement.encryptedData == Base64URL.encode(card.dataFile.bytes))
        let challenge = try SmartCardChallenge(
            nonce: server.nonce,
            terms: CardTransactionTerms(terminal: "shop-1", transaction: "t-1", amount: 1_250, currency: "EUR"))
        #expect(
            statement.response
                == Base64URL.encode(card.key.response(of: SmartCardInField.identification, to: challenge).bytes))
        #expect(try await terminal.submit(prepared) == .approved(transfer: "0123"))
    }

    @Test("SCV-01 after a lost answer the same transaction is handed in again, word for word")
    func again() async throws {
        let server = RecordingServer(outages: 2)
        let terminal = terminal(server)
        let prepared = try await terminal.prepare(
            "t-1", Money(minorUnits: 1, currency: euro), with: SmartCardInField(), at: 1_000)
        for _ in 0..<2 {
            await #expect(throws: SmartCardTerminalError.server(.unsettled(detail: "no answer"))) {
                try await terminal.submit(prepared)
            }
        }
        _ = try await terminal.submit(prepared)
        #expect(Set(server.received.dropFirst()).count == 1 && server.received.count == 4)
    }

    @Test("a card that leaves at any moment, or is another one, prepares nothing", arguments: 0..<4)
    func removed(after commands: Int) async throws {
        let server = RecordingServer()
        await #expect(throws: SmartCardTerminalError.self) {
            try await terminal(server).prepare(
                "t-1", Money(minorUnits: 1, currency: euro), with: SmartCardInField(commands: commands), at: 1_000)
        }
        #expect(server.received.count == (commands < 3 ? 0 : 1))
    }

    @Test("another application, an amount of zero and a nonce that cannot be are refused")
    func refused() async throws {
        let card = try SmartCardInField()
        let amount = Money(minorUnits: 1, currency: euro)
        await #expect(throws: SmartCardTerminalError.cardRefused(.select, .fileNotFound)) {
            try await terminal(RecordingServer(), application: "A0000000031010").prepare(
                "t-1", amount, with: card, at: 1_000)
        }
        for (transaction, units) in [("t-1", 0), ("t-1", -1), ("", 1), ("a b", 1)] as [(String, Int64)] {
            await #expect(throws: SmartCardTerminalError.self) {
                try await terminal(RecordingServer()).prepare(
                    transaction, Money(minorUnits: units, currency: euro), with: card, at: 1_000)
            }
        }
        await #expect(throws: SmartCardTerminalError.self) {
            try await terminal(RecordingServer(nonce: [1, 2, 3])).prepare("t-1", amount, with: card, at: 1_000)
        }
    }
}
