import CardCryptography
import ElectronicPurse
import ISO7816
import Testing

@Suite("Layouts of the purse")
struct PurseLayoutTests {
    private let terminal: PurseTerminalNumber
    private let moment = PurseMoment(1_795_780_800)
    private let mac: PurseMAC

    init() throws {
        terminal = try PurseTerminalNumber(hex: "001122334455")
        mac = try PurseMAC(hex: "01020304")
    }

    private func expectExact<Command: PurseCommand>(
        _ command: Command, optionalBytes: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let apdu = command.command
        #expect(try Command(apdu) == command, sourceLocation: sourceLocation)
        for count in 0...apdu.data.count + 1 where count != apdu.data.count {
            guard count != apdu.data.count - optionalBytes else { continue }
            var other = apdu
            other.data = Array((apdu.data + [0]).prefix(count))
            #expect(throws: PurseLayoutError.self, "\(count) bytes", sourceLocation: sourceLocation) {
                _ = try Command(other)
            }
        }
        var other = apdu
        other.p1 = 0x7F
        #expect(throws: PurseLayoutError.parameters, sourceLocation: sourceLocation) { _ = try Command(other) }
        other = apdu
        other.p2 = 0x7F
        #expect(throws: PurseLayoutError.parameters, sourceLocation: sourceLocation) { _ = try Command(other) }
    }

    @Test("every command is read from what it is written as, and from nothing shorter or longer")
    func commands() throws {
        try expectExact(GetBalance())
        for purpose in [InitializeTransaction.Purpose.load, .purchase, .compositePurchase] {
            try expectExact(InitializeTransaction(for: purpose, amount: 5, terminal: terminal))
        }
        try expectExact(CreditForLoad(moment: moment, mac2: mac))
        try expectExact(DebitForPurchase(terminalSerial: 7, moment: moment, mac1: mac))
        try expectExact(GetTransactionProve(.purchase, number: 9))
        try expectExact(CreditSAMForPurchase(mac))
        try expectExact(CreditSAMForPurchase(mac, terminalSerial: 6))
        let serial = try PurseSerial(hex: "3104000012345678")
        let card = InitializedPurchase(
            balance: 9, offlineNumber: 2, keyVersion: 1, algorithm: 0, random: try PurseRandom(hex: "0A0B0C0D"))
        for city in [nil, serial] {
            try expectExact(
                InitializeSAMForPurchase(
                    card, amount: 3, type: .purchase, moment: moment, serial: serial, city: city),
                optionalBytes: city == nil ? 0 : 8)
        }
        let update = UpdateCompositeDataCache(record: 2, data: [1, 2, 3])
        #expect(update.command.bytes.hex == "80DC02B803010203")
        #expect(try UpdateCompositeDataCache(update.command) == update)
        var wrong = update.command
        wrong.p2 |= 0x04
        #expect(throws: PurseLayoutError.parameters) { _ = try UpdateCompositeDataCache(wrong) }
    }

    @Test("a moment is one that calendar and clock show")
    func moments() throws {
        #expect(moment.description == "20261127120000")
        #expect(PurseMoment(0).description == "19700101000000")
        #expect(PurseMoment(951_782_399).description == "20000228235959")
        #expect(PurseMoment(951_782_400).description == "20000229000000")
        #expect(PurseMoment(.max).description == "99991231235959")
        #expect(try PurseMoment(hex: "20240229235959").date.hex == "20240229")
        for hex in [
            "20230229000000", "20261301000000", "20260001000000", "20260100000000", "20260132000000",
            "20261127240000", "20261127006000", "20261127000060",
        ] { #expect(throws: PurseFieldError.noSuchMoment, "\(hex)") { _ = try PurseMoment(hex: hex) } }
        #expect(throws: PurseFieldError.notDecimal) { _ = try PurseMoment(hex: "2026112A000000") }
        #expect(throws: PurseFieldError.length(found: 6, expected: 7)) { _ = try PurseMoment([0, 0, 0, 0, 0, 0]) }
    }

    @Test("application data of the transport profile: number, serial and validity")
    func applicationData() throws {
        let data = try PurseApplicationData(
            city: [0x31, 0x00], number: "3003104000012345678", start: [0x20, 0x26, 0x01, 0x01],
            expiry: [0x20, 0x36, 0x12, 0x31])
        #expect(data.number == "3003104000012345678" && data.serial.description == "3104000012345678")
        #expect(data.isValid(on: moment) && data.bytes.count == 30)
        #expect(!data.isValid(on: PurseMoment(0)))
        #expect(try !data.isValid(on: PurseMoment(hex: "20370101000000")))
        #expect(throws: PurseFieldError.notDecimal) {
            _ = try PurseApplicationData(number: "12", start: [0, 0, 0, 0], expiry: [0, 0, 0, 0])
        }
        let selection = PurseSelection(
            PurseFile.transport, objects: [BERTLV(0x50, Array(PurseSelection.transportLabel.utf8))],
            applicationData: data)
        #expect(try PurseSelection(answer: selection.bytes) == selection)
        #expect(throws: BERTLVDecodingError.self) { _ = try PurseSelection(answer: Array(selection.bytes.dropLast())) }
    }

    @Test("a trip record is read from what it is written as")
    func trips() throws {
        let trip = try PurseTripRecord(
            .entry, terminal: [UInt8](repeating: 1, count: 8), means: .metro, station: [UInt8](repeating: 2, count: 7),
            amount: 0, balance: 9_000, moment: moment, city: [0x31, 0x00])
        #expect(trip.bytes.count == PurseTripRecord.length)
        #expect(try PurseTripRecord(trip.bytes) == trip)
        for count in [47, 49] {
            #expect(throws: PurseLayoutError.self) { _ = try PurseTripRecord((trip.bytes + [0]).prefix(count)) }
        }
        #expect(throws: PurseLayoutError.unknown("type", 0x05)) {
            _ = try PurseTripRecord([0x05] + trip.bytes.dropFirst())
        }
    }

    @Test("two levels of keys: the city's first, then the card's; keys are never printed")
    func levels() throws {
        let master = try key("00112233445566778899AABBCCDDEEFF")
        let city = try PurseSerial(hex: "3100000000000000")
        let card = try PurseSerial(hex: "3104000012345678")
        #expect(master.derived(for: city).derived(for: card) != master.derived(for: card))
        #expect(master.derived(for: city).derived(for: card) != master.derived(for: card).derived(for: city))
        #expect("\(master) \(master.transactionAuthentication)" == "purse key ‹16 bytes› session key ‹8 bytes›")
        #expect(throws: CryptographyError.self) { _ = try PurseKey(SecretBytes([UInt8](repeating: 0, count: 24))) }
        #expect(throws: CryptographyError.self) { _ = try PurseKeys(SecretBytes([UInt8](repeating: 0, count: 47))) }
    }
}
