import CardCryptography
import EMV
import Foundation
import ISO7816
import ISO8583
import ISO8583Link
import Issuing
import JOSE
import KeyVault
import Storage
import Synchronization

/// An issuer, `harbour-bank`, over files that outlive it, with cards whose chips pay.
final class IssuerUnderTest: Sendable {
    let store: SQLiteIssuerStore
    let vault: IssuerVault
    let issuer: CardIssuer
    let desk: IssuerDesk
    let clock = NoonClock()
    let folder: String

    static let institution = "12345678"

    /// Opens what is in the folder, as after a restart, or founds it.
    init(folder: String = NSTemporaryDirectory() + "iso8583-" + UUID().uuidString) throws {
        self.folder = folder
        vault = try IssuerVault.open(at: folder + "/vault", unlock: .keyFile(folder + "/key"), name: "harbour-bank")
        store = try SQLiteIssuerStore(path: folder + "/issuer.sqlite")
        issuer = CardIssuer(
            profile: try IssuerProfile(name: "harbour-bank", issuerIdentifications: ["47617390"]), store: store,
            keys: vault, sender: SimulatedTextMessages(), clock: clock)
        desk = IssuerDesk(issuer)
    }

    var door: AcquirerDoor { AcquirerDoor(issuer: issuer, clock: clock) }

    func close() throws {
        vault.close()
        try store.close()
    }

    /// The files stay; another object opens them.
    func restarted() throws -> IssuerUnderTest {
        try close()
        return try IssuerUnderTest(folder: folder)
    }

    func discard() throws {
        try close()
        try FileManager.default.removeItem(atPath: folder)
    }

    func chip(balance: Int64 = 10_000) async throws -> Chip {
        let holder = try await desk.registerCardholder(
            CardholderDetails(name: "Ada Byron", identityNumber: "110101-1815", telephoneNumber: "+44 20 7946 0018"),
            Self.operator())
        let card = try await desk.issueCard(
            CardOrder(
                cardholder: holder.id, type: .debit, label: "HARBOUR", enrollment: .direct, balance: balance,
                creditLimit: 0, expiry: nil), Self.operator())
        let personalizer = TransportKeyPair.generate()
        let personalization = try await desk.personalization(
            of: card.card.reference, transportKey: personalizer.publicKey.pem, Self.operator())
        return Chip(
            reference: card.card.reference, number: try PrimaryAccountNumber(card.number),
            sequenceNumber: personalization.sequenceNumber,
            key: try TripleDESKey(personalizer.decrypt(personalization.cardKey.wrappedKey)))
    }

    /// A card of Ada's that is bound in the wallet `lantern`, which is registered with this key.
    func boundCard(_ key: NamedPrivateKey, balance: Int64 = 10_000) async throws -> IssuedCard {
        _ = try await desk.registerWallet(
            name: "lantern", key: try WalletKey(name: key.name, publicKey: key.privateKey.publicKey.pem),
            Self.operator())
        let holder = try await desk.registerCardholder(
            CardholderDetails(name: "Ada Byron", identityNumber: "110101-1815", telephoneNumber: "+44 20 7946 0018"),
            Self.operator())
        let card = try await desk.issueCard(
            CardOrder(
                cardholder: holder.id, type: .debit, label: "HARBOUR", enrollment: .direct, balance: balance,
                creditLimit: 0, expiry: nil), Self.operator())
        let wallet = { IssuerRequester(.wallet(name: "lantern"), idempotencyKey: UUID().uuidString) }
        _ = try await issuer.verify(
            VerificationRequest(
                number: try PrimaryAccountNumber(card.number), expiry: card.card.expiry, cardholderName: "Ada Byron",
                identityNumber: "110101-1815", telephoneNumber: "+44 20 7946 0018", user: "usr_ada"), wallet())
        let claims = BindingAssertionClaims(
            iss: "lantern", aud: "harbour-bank", sub: "usr_ada", card: card.card.reference.rawValue,
            secureElement: Self.secureElement, iat: clock.now(), exp: clock.now() + 300, jti: UUID().uuidString)
        let assertion = try JSONWebSignature.sign(
            Array(JSONEncoder().encode(claims)), type: BindingAssertionClaims.type, key: key)
        _ = try await issuer.bind(
            BindingRequest(
                card: card.card.reference, user: "usr_ada", secureElement: Self.secureElement, assertion: assertion),
            wallet())
        return card
    }

    static let secureElement = "45434E0000000001"

    func balance(_ card: IssuedCard) async throws -> Int64? {
        try await desk.card(card.card.reference)?.funds.balance
    }

    func balance(_ chip: Chip) async throws -> Int64? { try await desk.card(chip.reference)?.funds.balance }

    private static func `operator`() -> IssuerRequester {
        IssuerRequester(.operator(name: "ops"), idempotencyKey: UUID().uuidString)
    }
}

/// 2026-11-27, noon.
struct NoonClock: IssuerClock {
    static let noon: Int64 = 1_795_780_800
    func now() -> Int64 { Self.noon }
}

/// The chip of a card that the issuer under test issued.
struct Chip: Sendable {
    let reference: CardAccountReference
    let number: PrimaryAccountNumber
    let sequenceNumber: Int
    let key: TripleDESKey

    /// Field 55 of a purchase.
    func data(counter: UInt16, amount: Int64 = 1_250, currency: Int = 978) throws -> [UInt8] {
        let objects: [(BERTag, [UInt8])] = [
            (.amountAuthorized, BinaryCodedDecimal.numeric(amount, count: 6) ?? []),
            (.amountOther, [UInt8](repeating: 0, count: 6)), (.terminalCountryCode, [0x02, 0x76]),
            (.terminalVerificationResults, [0, 0, 0, 0, 0]),
            (.transactionCurrencyCode, BinaryCodedDecimal.numeric(currency, count: 2) ?? []),
            (.transactionDate, [0x26, 0x11, 0x27]), (.transactionType, [0x00]), (.unpredictableNumber, [1, 2, 3, 4]),
            (.applicationInterchangeProfile, [0x20, 0x00]),
            (.applicationTransactionCounter, [UInt8(counter >> 8), UInt8(counter & 0xFF)]),
            (.issuerApplicationData, [0x06, 0x01, 0x12, 0x03, 0xA0, 0x00, 0x00]),
        ]
        let input = try CryptogramInput(Dictionary(uniqueKeysWithValues: objects))
        let cryptogram = BERTLV(.applicationCryptogram, ApplicationCryptogram.compute(input, cardKey: key))
        return (objects.map { BERTLV($0.0, $0.1) } + [cryptogram]).bytes
    }

    /// A whole 0200.
    func request(
        _ trace: Int, counter: UInt16? = nil, amount: Int64 = 1_250, type: MessageType = .financialRequest
    ) throws -> Message {
        var message = Message(type)
        try message.set(.primaryAccountNumber, number.revealed())
        try message.set(.processingCode, "000000")
        try message.set(amount: amount)
        try message.set(.transmissionTime, "1127120000")
        try message.set(systemTraceAuditNumber: trace)
        try message.set(.pointOfServiceEntryMode, PointOfServiceEntryMode.contactlessChip.rawValue)
        let digits = String(sequenceNumber)
        try message.set(.cardSequenceNumber, String(repeating: "0", count: 3 - digits.count) + digits)
        try message.set(.pointOfServiceConditionCode, "00")
        try message.set(.acquiringInstitution, IssuerUnderTest.institution)
        try message.set(.terminal, "TERM0001")
        try message.set(.cardAcceptor, padding: "QUAY BOOKS")
        try message.set(currency: 978)
        try message.set(.chipData, bytes: try data(counter: counter ?? UInt16(trace), amount: amount))
        return message
    }

    static func reversal(of request: Message, _ trace: Int, type: MessageType = .reversalRequest) throws -> Message {
        var message = Message(type)
        message.copy(
            [.processingCode, .amount, .acquiringInstitution, .terminal, .cardAcceptor, .currency], from: request)
        try message.set(.transmissionTime, "1127120010")
        try message.set(systemTraceAuditNumber: trace)
        try message.set(.responseCode, ResponseCode.responseTooLate.rawValue)
        if let original = OriginalData(of: request) { try message.set(.originalData, original.text) }
        return message
    }
}
