import EMV
import Foundation
import ISO7816
import Testing

@Suite("A consumer-presented code")
struct ConsumerPresentedCodeTests {
    @Test("is written as it was read: EMVCo's example")
    func vector() throws {
        for vector in QRVectors.file.cpm {
            let code = try ConsumerPresentedCode(text: vector.base64)
            #expect(code.bytes == hex(vector.hex))
            #expect(code.text == vector.base64)
            #expect(code.applications.map(\.identifier.bytes) == [hex("A0000000555555"), hex("A0000000666666")])
            #expect(code.applications[0].objects[.applicationLabel] == Array("Product1".utf8))
            #expect(code.commonTransparentObjects.map(\.tag) == [0x9F10, 0x9F26, 0x9F36, 0x9F37])
            let objects = code.dataObjects(of: code.applications[1])
            #expect(objects[.applicationLabel] == Array("Product2".utf8))
            #expect(objects[.primaryAccountNumber] == hex("1234567890123458"))
            #expect(objects[.applicationCryptogram] == hex("584FD385FA234BCC"))
        }
    }

    static func payment(label: String = "Everyday") throws -> ConsumerPresentedCode {
        try ConsumerPresentedCode(
            application: AID(hex("A00000033301010101")), label: label,
            account: [BERTLV(0x57, hex("6299000000000007D2912201")), BERTLV(0x5F34, [0x00])],
            transaction: [
                BERTLV(0x9F26, hex("0102030405060708")), BERTLV(0x9F27, [0x80]), BERTLV(0x9F36, hex("0042")),
                BERTLV(0x9F37, hex("12595930")), BERTLV(0x9A, hex("261127")), BERTLV(0x9F21, hex("125959")),
            ])
    }

    @Test("carries a payment: account in template 61, cryptogram and time in template 64 (PFA-08)")
    func payment() throws {
        let code = try Self.payment()
        #expect(
            code.bytes
                == hex(
                    "85 05 4350563031 61 27 4F 09 A00000033301010101 50 08 4576657279646179"
                        + "57 0C 6299000000000007D2912201 5F34 01 00"
                        + "62 28 64 26 9F26 08 0102030405060708 9F27 01 80 9F36 02 0042 9F37 04 12595930 9A 03 261127"
                        + "9F21 03 125959"))
        #expect(try ConsumerPresentedCode(text: code.text) == code)
        let objects = code.dataObjects(of: code.applications[0])
        #expect(objects[.transactionTime] == hex("125959"))
        #expect(objects[.track2EquivalentData] == hex("6299000000000007D2912201"))
    }

    @Test("prints without number and cryptogram")
    func printing() throws {
        let code = try Self.payment()
        for text in ["\(code)", String(reflecting: code), "\(code.applications)"] {
            #expect(!text.contains("62990000"))
            #expect(text.contains("A00000033301010101"))
        }
    }

    @Test("of an application's own transparent data counts that before the common data")
    func precedence() throws {
        let code = try ConsumerPresentedCode(
            applications: [
                .init(
                    identifier: AID(hex("A000000333010101")), objects: [], transparentObjects: [BERTLV(0x9F36, [0, 1])])
            ],
            commonObjects: [BERTLV(0x5F2D, Array("en".utf8))], commonTransparentObjects: [BERTLV(0x9F36, [0, 2])])
        let read = try ConsumerPresentedCode(bytes: code.bytes)
        #expect(read == code)
        #expect(read.dataObjects(of: read.applications[0])[0x9F36] == [0, 1])
        #expect(read.dataObjects(of: read.applications[0])[0x5F2D] == Array("en".utf8))
    }

    @Test(
        "is refused with what is wrong",
        arguments: [
            ("", ConsumerPresentedCodeError.payloadFormat), ("85054350563032", .payloadFormat),
            ("86054350563031 61074F05A000000333", .payloadFormat), ("61074F05A000000333", .payloadFormat),
            ("85054350563031", .missing(0x61)), ("850543505630316100", .missing(0x4F)),
            ("8505435056303161025000", .missing(0x4F)), ("8505435056303161064F04A0000003", .applicationIdentifier),
            ("8505435056303161074F05A0000003", .layout(.valueTruncated(tag: 0x61, announced: 7, available: 6))),
            ("8505435056303161084F05A00000033350", .layout(.truncatedLength(offset: 8))),
            ("85054350563031 61074F05A000000333 9F3600", .unexpected(0x9F36)),
            ("85054350563031 61074F05A000000333 6200 6200", .unexpected(0x62)),
            ("85054350563031 61074F05A000000333 6200 61074F05A000000333", .unexpected(0x61)),
            ("85054350563031 61074F05A000000333 6400", .unexpected(0x64)),
            ("85054350563031 61074F05A000000333 6205 64009F3600", .unexpected(0x64)),
            ("85054350563031 610B4F05A000000333 6300 5000", .unexpected(0x63)),
            ("85054350563031 610B4F05A000000333 5000 5000", .duplicate(0x50, in: 0x61)),
            ("85054350563031 610F4F05A000000333 6306 9F3600 9F3600", .duplicate(0x9F36, in: 0x63)),
            ("85054350563031 61074F05A000000333 6204 50005000", .duplicate(0x50, in: 0x62)),
            ("85054350563031 61074F05A000000333 6208 6406 9F36009F3600", .duplicate(0x9F36, in: 0x64)),
        ])
    func refusals(bytes: String, error: ConsumerPresentedCodeError) {
        #expect(throws: error) { try ConsumerPresentedCode(text: Data(hex(bytes)).base64EncodedString()) }
    }

    @Test("is base64 as it is written: nothing in it, around it or left over")
    func base64() throws {
        let text = try Self.payment(label: "Every day").text
        #expect(text.hasSuffix("WQ=="))
        let neighbours = [
            " " + text, text + "\n", String(text.dropLast()), String(text.dropLast(2)), text + "A",
            "*" + text.dropFirst(),
            // The bits behind the last byte are not zero.
            text.dropLast(3) + "R==",
        ]
        for neighbour in neighbours {
            #expect(throws: ConsumerPresentedCodeError.notBase64) { try ConsumerPresentedCode(text: neighbour) }
        }
    }

    @Test("has 512 characters at most")
    func bound() throws {
        func code(_ count: Int) throws -> ConsumerPresentedCode {
            try ConsumerPresentedCode(
                application: AID(hex("A000000333")), label: "A", account: [],
                transaction: [BERTLV(0x9F7C, [UInt8](repeating: 0, count: count))])
        }
        #expect(try code(352).text.utf8.count == 512)
        #expect(throws: ConsumerPresentedCodeError.tooLong(516)) { try code(353) }
        #expect(throws: ConsumerPresentedCodeError.tooLong(516)) {
            try ConsumerPresentedCode(text: String(repeating: "A", count: 516))
        }
    }
}
