import CardCryptography
import CardLink
import CardTesting
import EMV
import ISO7816
import MobileDevice
import SecureElement
import Terminal
import Testing

/// The payment applications of a card, personalized as an issuer does it, at a terminal over the air.
@Suite struct PlasticCardTests {
    private static let now: Int64 = 1_795_780_800
    private static let purchase = TerminalData(amount: 1_250, currency: 978, country: 276)
    private static let (quick, chip): (AID, AID) = ("A0000000031010", "A0000000041010")
    private static let authorities = [quick, chip].map { application in
        TestCertificationAuthority.generate(
            registeredIdentifier: application.rid, index: 0x92, expiry: CardExpiry(year: 30, month: 12)!)
    }

    private func personalization(isQuick: Bool) throws -> PaymentPersonalization {
        let digits = isQuick ? "4761739001010010" : "5413330089010434"
        let expiry = try #require(CardExpiry(year: 29, month: 12))
        let account = PaymentAccount(
            number: try PrimaryAccountNumber(digits), expiry: expiry, label: "Test", priority: isQuick ? 1 : 2,
            issuerCountryCode: 276)
        let issuer = Self.authorities[isQuick ? 0 : 1].issuer(
            privateKey: .generate(bitCount: 1_152, publicExponent: 3), issuerIdentifier: String(digits.prefix(6)),
            expiry: expiry)
        let offline = PaymentAccount.OfflineKeys(issuer: issuer, card: .generate(bitCount: 1_024, publicExponent: 3))
        let masterKey = try PaymentAccount.MasterKey(key: TripleDESKey((0..<16).map { UInt8($0 * 7 + 2) }))
        return try isQuick
            ? .quick(account, masterKey: masterKey, offline: offline)
            : .generateCryptogram(account, masterKey: masterKey, offline: offline)
    }

    @Test(
        "a card of either style is genuine to a terminal that knows its scheme, and its cryptogram is the issuer's",
        arguments: [true, false])
    func genuine(isQuick: Bool) async throws {
        let application = isQuick ? Self.quick : Self.chip
        let data = try personalization(isQuick: isQuick)
        let card = InProcessCard(
            try UniversalElement.make(debit: [], applications: [(application, data.groupings)]))
        let air = try UDPAir(card.contactless, controller: NFCController(random: SeededRandomSource(seed: 4)))
            .listen(port: 0)
        let terminal = ContactlessTerminal(
            TerminalProfile(merchant: "", authorities: CertificationAuthorityKeys(Self.authorities.map(\.key))),
            random: SeededRandomSource(seed: 5))
        let paid = try await terminal.pay(Self.purchase, with: try AirReader(port: air.port), at: Self.now)
        #expect(paid.application == application && paid.authentication == .successful)
        let key = try #require(data.cryptogram?.key)
        #expect(ApplicationCryptogram.isValid(paid.cryptogram, over: try CryptogramInput(paid.objects), cardKey: key))
        air.stop()
        await air.stopped()

        let stranger = ContactlessTerminal(TerminalProfile(merchant: ""), random: SeededRandomSource(seed: 6))
        let unknown = try await stranger.pay(Self.purchase, with: card.contactless, at: Self.now)
        #expect(unknown.authentication != .successful)
        #expect(unknown.transactionCounter == paid.transactionCounter + 1)
    }

    @Test("a card that is held to a phone is read, whichever style it has", arguments: [true, false])
    func heldToAPhone(isQuick: Bool) async throws {
        let data = try personalization(isQuick: isQuick)
        let card = InProcessCard(
            try UniversalElement.make(
                debit: [], applications: [(isQuick ? Self.quick : Self.chip, data.groupings)]))
        let read = try await CardInField(card.contactless).read()
        #expect(read.number.revealed() == (isQuick ? "4761739001010010" : "5413330089010434"))
        #expect(read.expiry == CardExpiry(year: 29, month: 12))
    }
}
