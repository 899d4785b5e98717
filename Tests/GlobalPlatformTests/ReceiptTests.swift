import GlobalPlatform
import ISO7816
import Testing

@Suite("Receipts")
struct ReceiptTests {
    static let file: AID = "F053454E4501"
    static let application: AID = "F053454E45010101"
    static let domain: AID = "A00000015153504102"
    static let other: AID = "A00000015153504103"

    static let confirmation = ConfirmationData(counter: 0x0102, cardUniqueData: [0xC1, 0xC2, 0xC3])

    @Test("every operation is written field by field with its length")
    func operations() {
        #expect(
            ConfirmedOperation.load(Self.file, under: Self.domain).bytes.hex
                == "06F053454E450109A00000015153504102")
        #expect(
            ConfirmedOperation.install(Self.application, from: Self.file).bytes.hex
                == "06F053454E450108F053454E45010101")
        #expect(
            ConfirmedOperation.extradition(Self.application, from: Self.domain, to: Self.other).bytes.hex
                == "09A0000001515350410208F053454E4501010109A00000015153504103")
        #expect(ConfirmedOperation.deletion(Self.file).bytes.hex == "06F053454E4501")
        #expect(
            ConfirmedOperation.registryUpdate(.init(application: Self.application, privileges: .cardReset)).bytes.hex
                == "0008F053454E4501010100030400" + "0000")
        #expect(
            ConfirmedOperation.registryUpdate(
                .init(
                    application: Self.application, formerSecurityDomain: Self.domain, securityDomain: Self.other,
                    parameters: [0xEF, 0x00])
            ).bytes.hex == "09A0000001515350410208F053454E4501010109A000000151535041030002EF00")
    }

    @Test(
        "a receipt is written and read, of any signature's length, with and without what the token adds",
        arguments: [1, 8, 16, 64, 127, 128, 256, 384])
    func roundTrip(length: Int) throws {
        var numbered = Self.confirmation
        numbered.tokenIdentifier = [0x01, 0x02]
        var digested = Self.confirmation
        digested.tokenDataDigest = [UInt8](repeating: 9, count: 32)
        for confirmation in [Self.confirmation, numbered, digested] {
            let receipt = Receipt(signature: [UInt8](repeating: 0x5A, count: length), confirmation: confirmation)
            #expect(try Receipt.read(receipt.bytes) == receipt)
            for count in 1..<receipt.bytes.count {
                #expect(throws: CommandDecodingError.self) { try Receipt.read(Array(receipt.bytes.prefix(count))) }
            }
            #expect(throws: CommandDecodingError.self) { try Receipt.read(receipt.bytes + [0]) }
        }
    }

    @Test("the layout is the one that real clients read")
    func layout() throws {
        let receipt = Receipt(signature: [0xAA, 0xBB], confirmation: Self.confirmation)
        #expect(receipt.bytes.hex == "0A02AABB02010203C1C2C3")
        #expect(
            receipt.signedData(of: .deletion(Self.file)).hex == "02010203C1C2C306F053454E4501")
        var full = Self.confirmation
        full.tokenIdentifier = [7]
        full.tokenDataDigest = [8, 9]
        #expect(full.bytes.hex == "02010203C1C2C301070208" + "09")
    }

    @Test("an absent receipt is one zero byte, or nothing")
    func absent() throws {
        #expect(try Receipt.read([0x00]) == nil)
        #expect(try Receipt.read([]) == nil)
    }

    @Test("a receipt that is none is refused", arguments: ["0100", "0200AA", "0502AABB0101", "0602AABB020102FF"])
    func malformed(hex: String) throws {
        let bytes = try [UInt8](hex: hex)
        #expect(throws: CommandDecodingError.self) { try Receipt.read(bytes) }
    }
}
