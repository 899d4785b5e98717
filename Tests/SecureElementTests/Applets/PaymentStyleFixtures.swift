import CardCryptography
import CardTesting
import EMV
import GlobalPlatform
import ISO7816

@testable import SecureElement

/// An issuer with a certified key, and one of its accounts: keys are made once for all tests.
enum TestIssuer {
    static let masterKey = PaymentAccount.MasterKey(key: universalKey)
    static let authority = TestCertificationAuthority.generate(
        registeredIdentifier: bytes("A000000004"), index: 0xFA, expiry: expiry)
    static let cardKey = RSAPrivateKey.generate(bitCount: 1024, publicExponent: 3)
    static let offline = PaymentAccount.OfflineKeys(
        issuer: authority.issuer(
            privateKey: .generate(bitCount: 1152, publicExponent: 3), issuerIdentifier: "541333", expiry: expiry),
        card: cardKey)

    static let expiry: CardExpiry = {
        guard let expiry = CardExpiry(year: 39, month: 12) else { preconditionFailure("a month") }
        return expiry
    }()

    static func account(label: String = "Classic") throws -> PaymentAccount {
        PaymentAccount(
            number: try PrimaryAccountNumber(completing: "541333000000001"), expiry: expiry, sequenceNumber: 1,
            label: label, issuerCountryCode: 250)
    }

    static func cardKey(for account: PaymentAccount) -> TripleDESKey {
        CardKeys.optionA(master: masterKey.key, number: account.number, sequenceNumber: account.sequenceNumber)
    }
}

extension PaymentPersonalization {
    var dataGroupings: [DataGrouping] { groupings.map(\.dataGrouping) }
}

extension PaymentApplication {
    static func personalized(_ personalization: PaymentPersonalization) throws -> PaymentApplication {
        var application = PaymentApplication()
        try application.personalize(with: personalization.dataGroupings)
        return application
    }
}

/// A card's environment whose randomness repeats.
let seededEnvironment = AppletEnvironment(
    contactless: [], selectableApplications: [], random: SeededRandomSource(seed: 7))

extension TestPurchase {
    /// What a terminal knows of this purchase.
    var objects: [BERTag: [UInt8]] {
        [
            .amountAuthorized: amount, .amountOther: [0, 0, 0, 0, 0, 0], .terminalCountryCode: [0x02, 0x50],
            .terminalVerificationResults: [0, 0, 0, 0, 0], .transactionCurrencyCode: [0x09, 0x78],
            .transactionDate: [0x26, 0x11, 0x27], .transactionType: [0], .unpredictableNumber: unpredictableNumber,
            .transactionTime: [0x12, 0x34, 0x56],
        ]
    }

    /// GENERATE AC with the values for `list`; `others` count before what the purchase says.
    func generateAC(_ p1: UInt8, _ list: DataObjectList, _ others: [BERTag: [UInt8]] = [:]) -> CommandAPDU {
        CommandAPDU(
            0x80, 0xAE, p1, 0x00, data: list.values(from: objects.merging(others) { _, other in other }),
            expectedLength: 256)
    }
}
