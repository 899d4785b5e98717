import CardCryptography
import ISO4217
import Instructions
import JOSE
import SmartCardVerification
import Synchronization

@testable import Payments

/// Remembers what a verification did, in order.
final class RecordedTrace: VerificationTrace {
    private let steps = Mutex<[VerificationStep]>([])

    func record(_ step: VerificationStep) { steps.withLock { $0.append(step) } }

    /// What was recorded since the last call.
    func take() -> [VerificationStep] {
        steps.withLock { steps in
            defer { steps = [] }
            return steps
        }
    }
}

/// Remembers what cards' keys are used for, in order.
final class CountedKeys: SmartCardKeys {
    /// One derivation of a card's key, and what was done with it.
    enum Use: Hashable {
        case response(SmartCardIdentification, keyVersion: Int)
        case decryption(SmartCardIdentification, keyVersion: Int)
    }

    private let keys: any SmartCardKeys
    private let uses = Mutex<[Use]>([])

    init(_ keys: any SmartCardKeys) { self.keys = keys }

    var count: Int { uses.withLock(\.count) }

    /// What was used since the last call.
    func take() -> [Use] {
        uses.withLock { uses in
            defer { uses = [] }
            return uses
        }
    }

    func currentCardKeyVersion() throws(PaymentsError) -> Int { try keys.currentCardKeyVersion() }

    func expectedResponse(
        of card: SmartCardIdentification, to challenge: SmartCardChallenge, keyVersion: Int
    ) throws(PaymentsError) -> SmartCardResponse {
        uses.withLock { $0.append(.response(card, keyVersion: keyVersion)) }
        return try keys.expectedResponse(of: card, to: challenge, keyVersion: keyVersion)
    }

    func decrypt(
        _ file: EncryptedCardData, of card: SmartCardIdentification, keyVersion: Int
    ) throws(PaymentsError) -> SecretBytes? {
        uses.withLock { $0.append(.decryption(card, keyVersion: keyVersion)) }
        return try keys.decrypt(file, of: card, keyVersion: keyVersion)
    }

    func personalization(
        of card: SmartCardIdentification, data: SecretBytes, keyVersion: Int
    ) throws(PaymentsError) -> SmartCardPersonalization {
        try keys.personalization(of: card, data: data, keyVersion: keyVersion)
    }
}

/// What somebody holds to a terminal: a card, or what passes for one.
struct PresentedCard: Sendable {
    var identification: SmartCardIdentification
    var key: SmartCardKey
    var file: EncryptedCardData

    init(_ personalization: SmartCardPersonalization) {
        identification = personalization.identification
        key = personalization.key
        file = personalization.dataFile
    }

    /// The same identification and data, with a key of somebody's own.
    var clone: PresentedCard {
        get throws {
            var clone = self
            clone.key = try SmartCardKey(.random(count: 32))
            return clone
        }
    }
}

/// A payment server with two terminals of the baker's and a card of Ada's.
struct SmartCardBench: Sendable {
    let bench: PaymentBench
    let trace = RecordedTrace()
    let keys: CountedKeys
    let desk: SmartCardDesk
    let ada: BenchPayer
    let card: PresentedCard

    static let terminals = ["shop-1", "shop-2"]
    let terminalKeys = terminals.map { NamedPrivateKey(name: $0, privateKey: .generate(.p256)) }

    init(_ bench: PaymentBench, holding amount: Int64 = 10_000) async throws {
        self.bench = bench
        keys = CountedKeys(bench.vault)
        desk = SmartCardDesk(bench.server, keys: keys, trace: trace)
        for key in terminalKeys {
            _ = try await bench.operators.registerTerminal(
                present(PartyName(key.name)), publicKey: key.privateKey.publicKey, payee: bench.baker.id,
                .bench("terminal \(key.name)"))
        }
        ada = try await bench.payer(holding: amount)
        card = try await Self.enrolled(for: ada, desk)
    }

    static func enrolled(
        for payer: BenchPayer, _ desk: SmartCardDesk, data: String = "member 4711"
    ) async throws -> PresentedCard {
        // The key of a request is kept in clear.
        let key = "enrol \(payer.id) " + Base64URL.encode(Digest.hash(Array(data.utf8)))
        let card = try await desk.enrol(nil, for: payer.id, data: SecretBytes(Array(data.utf8)), .bench(key))
        return PresentedCard(try await desk.personalization(of: card.identification))
    }

    func key(_ terminal: String) throws -> NamedPrivateKey { try present(terminalKeys.first { $0.name == terminal }) }

    func challenge(
        _ transaction: String, _ amount: Int64 = 1_250, card: SmartCardIdentification? = nil,
        at terminal: String = "shop-1"
    ) async throws -> CardChallenge {
        let request = CardChallengeRequest(
            iss: terminal, aud: "harbour-pay", jti: transaction, iat: bench.clock.now(), exp: bench.clock.now() + 60,
            card: (card ?? self.card.identification).text, amount: amount, currency: PaymentBench.euro)
        return try await desk.challenge(try request.signed(with: key(terminal)))
    }

    /// What a terminal signs after the card has answered.
    func statement(
        _ card: PresentedCard, to challenge: CardChallenge, _ transaction: String, _ amount: Int64 = 1_250,
        answering said: Int64? = nil, at terminal: String = "shop-1", age: Int64 = 0,
        _ alter: (inout CardTransaction) -> Void = { _ in }
    ) throws -> String {
        let terms = try CardTransactionTerms(
            terminal: terminal, transaction: transaction, amount: said ?? amount, currency: "EUR")
        let response = card.key.response(
            of: card.identification, to: try SmartCardChallenge(nonce: challenge.nonce, terms: terms))
        var statement = CardTransaction(
            iss: terminal, aud: "harbour-pay", jti: transaction, iat: bench.clock.now() - age,
            exp: bench.clock.now() - age + 60, card: card.identification.text,
            encryptedData: Base64URL.encode(card.file.bytes), challenge: challenge.id.rawValue,
            response: Base64URL.encode(response.bytes), amount: amount, currency: PaymentBench.euro)
        alter(&statement)
        return try statement.signed(with: key(terminal))
    }

    /// The whole way of one transaction.
    @discardableResult
    func pay(
        _ transaction: String, _ amount: Int64 = 1_250, with card: PresentedCard? = nil,
        at terminal: String = "shop-1"
    ) async throws -> CardPaymentOutcome {
        let card = card ?? self.card
        let challenge = try await challenge(transaction, amount, card: card.identification, at: terminal)
        return try await desk.process(try statement(card, to: challenge, transaction, amount, at: terminal))
    }

    /// What Ada and the baker have.
    func balances() async throws -> [Int64] {
        [try await bench.balance(ada.id), try await bench.balance(bench.baker.id)]
    }

    /// The latest lines of the audit trail about cards' transactions.
    func reasons(_ count: Int) async throws -> [String] {
        try await bench.store.auditEntries(limit: 50).filter { $0.action == "card transaction" }.prefix(count)
            .map(\.detail)
    }
}

extension CardPaymentOutcome {
    static func paid(_ transaction: String, at terminal: String = "shop-1") throws -> CardPaymentOutcome {
        .approved(
            transfer: CardPayment.transferID(terminal: try present(PartyName(terminal)), transaction: transaction))
    }
}
