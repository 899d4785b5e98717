import Assembly
import CardCryptography
import CardLink
import CardTesting
import EMV
import Foundation
import GlobalPlatform
import HTTPServer
import ISO7816
import ISO8583Link
import Logging
import SecureChannel
import SecureElement
import SeneschalAPI
import SeneschalClient
import Synchronization
import Terminal
import Testing

/// A payment neighbourhood with one shop, its terminal, and one card of its issuer's.
final class CardTown: Sendable {
    let neighbourhood: PaymentNeighbourhood
    /// What the payment server and the issuer logged, everything included.
    let log: TownLog
    /// The whole number on the card.
    let number: String
    private let chip: IssuedChip
    private let card: InProcessCard<SecureElement>
    private let shop: String
    private let terminal = ContactlessTerminal(TerminalProfile(merchant: "Quay Books"))
    private let acquirer: HTTPCardAcquirer
    private let folder: URL

    static func tell(balance: Int64, _ body: (CardTown) async throws -> Void) async throws {
        let town = try await CardTown(balance: balance)
        do {
            try await body(town)
        } catch {
            await town.close()
            throw error
        }
        await town.close()
    }

    private init(balance: Int64) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-\(UUID().uuidString)")
        let log = TownLog()
        self.log = log
        neighbourhood = try await PaymentNeighbourhood(
            in: folder.path,
            logger: Logger(label: "town") { JSONLinesLogHandler(label: $0, logLevel: .trace, write: log.append) })
        shop = try await neighbourhood.paymentOperator.openAccount(.merchant, "Quay Books")
        let till = try await neighbourhood.paymentOperator.send(
            Endpoints.registerPaymentTerminal,
            .init(name: "quay-till", publicKey: ECPrivateKey.generate(.p256).publicKey.pem, payee: shop))
        acquirer = HTTPCardAcquirer(neighbourhood.paymentClient(till.secret))
        chip = try await neighbourhood.issueCard(to: "Ada Byron", balance: balance)
        card = InProcessCard(
            try PlasticCard.make(
                "A0000000041010", of: BuiltInModule.paymentPackage, BuiltInModule.payment,
                with: chip.personalization.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }))
        let packed = try #require(chip.personalization.recordObject(.primaryAccountNumber))
        number = try PrimaryAccountNumber(packed: packed).revealed()
        await neighbourhood.payments.issuerLine?.untilUp()
    }

    private func close() async {
        await neighbourhood.close()
        try? FileManager.default.removeItem(at: folder)
    }

    // MARK: - Paying

    /// The card is held to the terminal.
    func tap(_ cents: UInt64) async throws -> AuthorizationData {
        try await terminal.pay(
            TerminalData(amount: cents, currency: 978, country: 276), with: card.contactless,
            at: Int64(Date().timeIntervalSince1970))
    }

    func authorize(_ data: AuthorizationData, _ name: String) async throws -> AuthorizationAnswer {
        try await acquirer.authorize(data, transaction: name, merchant: "")
    }

    /// What became of a payment, by its name alone.
    func found(_ name: String) async throws -> KnownCardPayment? { try await acquirer.answer(to: name) }

    /// Waits, twenty seconds at most, until nothing is reserved for the shop.
    func settled() async throws {
        for _ in 0..<400 where try await neighbourhood.pending(to: shop) != 0 {
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// What is posted and reserved for the shop, and what is on the card at its issuer; both sides of the ledger are equal.
    func expect(
        shop posted: Int, pending: Int64, card left: Int64, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await neighbourhood.balance(of: shop) == posted, sourceLocation: sourceLocation)
        let owed = try await neighbourhood.balance(of: neighbourhood.issuerAccount)
        #expect(owed == posted, sourceLocation: sourceLocation)
        #expect(try await neighbourhood.pending(to: shop) == pending, sourceLocation: sourceLocation)
        let balance = try await neighbourhood.balance(ofCard: chip.reference)
        #expect(balance == left, sourceLocation: sourceLocation)
        let trial = try await neighbourhood.paymentOperator.send(Endpoints.getTrialBalance, NoBody())
        #expect(trial.currencies.allSatisfy { $0.debits == $0.credits }, sourceLocation: sourceLocation)
    }
}

/// Lines of a log.
final class TownLog: Sendable {
    private let lines = Mutex<[String]>([])
    func append(_ line: String) { lines.withLock { $0.append(line) } }
    func contains(_ text: String) -> Bool { lines.withLock { $0.contains { $0.contains(text) } } }
    var text: String { lines.withLock { $0.joined() } }
}
