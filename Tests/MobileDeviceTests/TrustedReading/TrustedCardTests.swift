import CardCryptography
import EMV
import ElectronicPurse
import ISO7816
import MobileDevice
import Testing
import TrustedReading

/// Cards as issuers make them, read by an application in the TEE.
@Suite("Trusted reading of cards")
struct TrustedCardTests {
    private static let masterKey: TripleDESKey = {
        do { return try TripleDESKey((0..<16).map { UInt8($0 * 7 + 2) }) } catch {
            preconditionFailure("16 bytes are a key: \(error)")
        }
    }()

    private func bankCard(isQuick: Bool, digits: String) throws -> WatchedCard {
        let account = PaymentAccount(
            number: try PrimaryAccountNumber(digits), expiry: try #require(CardExpiry(year: 29, month: 12)),
            label: "Test", priority: 1, issuerCountryCode: 276)
        return isQuick
            ? try .payment("A0000000031010", .quick(account, masterKey: .init(key: Self.masterKey)))
            : try .payment("A0000000041010", .generateCryptogram(account, masterKey: .init(key: Self.masterKey)))
    }

    @Test(
        "TNFC-01 TNFC-02: a bank card of either style is read, and the rich operating system has seen neither a command nor its number",
        arguments: [true, false])
    func bankCard(isQuick: Bool) async throws {
        let digits = isQuick ? "4761739001010010" : "5413330089010434"
        let card = try bankCard(isQuick: isQuick, digits: digits)
        let stage = try TrustedStage(card.field)
        let reader = stage.reader()
        try await reader.open()
        try await reader.poll()
        let read = try await CardInField(reader.channel).read()
        await reader.close()
        #expect(read.number.revealed() == digits)
        #expect(read.expiry == CardExpiry(year: 29, month: 12))
        try expectUnseen(card, digits: digits, by: stage)
    }

    @Test("TNFC-01 TNFC-02: a purse is read, and the rich operating system has seen neither a command nor its number")
    func purse() async throws {
        let number = "3003104000012345678"
        let card = try WatchedCard.purse(number: number, balance: 12_345)
        let stage = try TrustedStage(card.field)
        let reader = stage.reader()
        try await reader.open()
        try await reader.poll()
        let channel = reader.channel
        let commands = [
            PurseFile.select(PurseFile.transport), GetBalance().command, PurseFile.readApplicationData,
            PurseFile.readRecord(2, in: PurseFile.compositeRecords), PurseFile.readLog(1),
        ]
        var responses: [ResponseAPDU] = []
        for command in commands { responses.append(try await channel.transmit(command)) }
        await reader.close()
        #expect(try PurseSelection(answer: responses[0].data).applicationData?.number == number)
        #expect(try GetBalance.balance(in: responses[1].data) == 12_345)
        #expect(card.exchanges.map(\.command) == commands)
        #expect(card.exchanges.map(\.response) == responses)
        try expectUnseen(card, digits: number, by: stage)
    }

    /// Nothing of what went over the air stands in what the rich operating system carried: as bytes, as digits in either
    /// half of them, or as text.
    private func expectUnseen(_ card: WatchedCard, digits: String, by stage: TrustedStage) throws {
        var needles = Needles()
        needles.add(digits: digits)
        let onTheAir = card.exchanges.flatMap { [$0.command.bytes, $0.response.bytes] }
        #expect(!needles.found(in: onTheAir).isEmpty, "the card has told its number")
        needles.add(card.exchanges)
        needles.add(TestField.identifier)
        let seen = stage.tap.messages.map(\.bytes)
        #expect(seen.count > 6 * card.exchanges.count)
        #expect(needles.found(in: seen) == [])
    }
}
