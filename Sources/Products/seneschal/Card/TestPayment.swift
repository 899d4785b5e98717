import ArgumentParser
import CardCryptography
import EMV
import Foundation
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// What `--payment test` puts on a card: both universal card instances with a card record each, an application of the
/// quick style and one of the M/Chip style, all with well-known keys and a certification authority of their own.
struct TestPayment {
    /// 0123…10: the master key of the test issuer, and of the universal instances.
    static let masterKey = "0123456789ABCDEFFEDCBA9876543210"

    private let account: PrimaryAccountNumber
    private let tokens: [PrimaryAccountNumber]
    private let expiry: CardExpiry
    private let authority: TestCertificationAuthority
    private let offline: PaymentAccount.OfflineKeys
    private let master: TripleDESKey

    /// Fresh key pairs for authority, issuer and card.
    init() throws {
        guard let expiry = CardExpiry(year: 39, month: 12) else { preconditionFailure("a month") }
        self.expiry = expiry
        account = try PrimaryAccountNumber(completing: "541333000000001")
        tokens = try ["629900000000001", "629900000000002"].map { try PrimaryAccountNumber(completing: $0) }
        master = try TripleDESKey([UInt8](hex: Self.masterKey))
        authority = .generate(registeredIdentifier: [0xA0, 0x00, 0x00, 0x00, 0x04], index: 0xFA, expiry: expiry)
        offline = PaymentAccount.OfflineKeys(
            issuer: authority.issuer(
                privateKey: .generate(bitCount: 1152, publicExponent: 3), issuerIdentifier: "541333", expiry: expiry),
            card: .generate(bitCount: 1024, publicExponent: 3))
    }

    // MARK: - Applications

    private func applications() throws -> [TestApplication] {
        [
            try universal(.debit, "A00000033301010101", label: "Universal debit", priority: 1),
            try universal(.credit, "A00000033301010201", label: "Universal credit", priority: 2),
            try classic(
                "A0000000031010",
                .quick(paymentAccount("Quick", priority: 3), masterKey: .init(key: master), offline: offline)),
            try classic(
                "A0000000041010",
                .generateCryptogram(
                    paymentAccount("M/Chip", priority: 4), masterKey: .init(key: master), offline: offline)),
        ]
    }

    private func paymentAccount(_ label: String, priority: UInt8) -> PaymentAccount {
        PaymentAccount(
            number: account, expiry: expiry, sequenceNumber: 1, label: label, priority: priority,
            issuerCountryCode: 250)
    }

    private func classic(_ aid: AID, _ personalization: PaymentPersonalization) throws -> TestApplication {
        TestApplication(
            aid: aid, package: BuiltInModule.paymentPackage, module: BuiltInModule.payment,
            runs: [personalization.groupings.map(\.dataGrouping)])
    }

    private func universal(
        _ type: UniversalPersonalization.CardType, _ aid: AID, label: String, priority: UInt8
    ) throws -> TestApplication {
        let set = try UniversalPersonalization.onlineOnly(
            type, universalIdentifier: [UInt8](repeating: type.rawValue, count: 16), label: label,
            priority: priority, instanceKey: master, issuerCountryCode: 250)
        guard let reference = UniversalCardReference([0, 0, 0, 0, 0, 0, 0, type.rawValue]) else {
            preconditionFailure("a reference has eight bytes")
        }
        let record = try UniversalCardRecord(
            reference: reference,
            tokens: [
                .init(
                    function: .nfc, number: tokens[Int(type.rawValue) - 1], expiry: expiry, sequenceNumber: 1)
            ], label: type == .debit ? "Debit card" : "Credit card", lastFour: "0010",
            paymentAccountReference: "SENE" + String(repeating: "0", count: 25), becomesChosen: true)
        return TestApplication(
            aid: aid, package: BuiltInModule.universalCardPackage, module: BuiltInModule.universalCard,
            runs: [set.groupings.map(\.dataGrouping), [record.grouping.dataGrouping]])
    }

    // MARK: - On the card

    /// Installs and personalizes everything.
    func personalize(
        _ card: inout SecureElement, in domain: AID, keys: SecureChannelKeySet, _ identity: CardIdentity
    ) throws {
        try applications().install(on: &card, in: domain, keys: keys, identity)
    }

    // MARK: - For terminals

    /// What a terminal or an issuer needs to know to check these applications.
    private struct Report: Encodable {
        let masterKey: String
        let registeredIdentifier: String
        let authorityIndex: String
        let authorityModulus: String
        let authorityExponent: String
        let account: String
        let tokens: [String]
        let sequenceNumber: String
        let expiry: String
    }

    /// Writes the test keys and numbers to a file, as JSON.
    func write(to path: String) throws {
        let report = Report(
            masterKey: Self.masterKey, registeredIdentifier: authority.key.registeredIdentifier.hex,
            authorityIndex: [authority.key.index].hex, authorityModulus: authority.key.key.modulus.hex,
            authorityExponent: authority.key.key.exponent.hex, account: account.revealed(),
            tokens: tokens.map { $0.revealed() }, sequenceNumber: "01", expiry: expiry.description)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(report).write(to: URL(fileURLWithPath: path))
    }
}

extension PersonalizationGrouping {
    fileprivate var dataGrouping: DataGrouping { DataGrouping(identifier, data.revealed()) }
}

/// What a new card can pay with, on the command line.
enum CardPaymentArgument: String, ExpressibleByArgument, CaseIterable {
    case test
    /// An electronic purse, for gates.
    case purse
}
