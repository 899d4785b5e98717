import CardTesting
import ISO7816
import NFCForum
import Testing

@Suite("NDEF")
struct NDEFTests {
    struct File: Decodable {
        struct Message: Decodable {
            let id: String
            let records: [String]
            let hex: String
        }
        struct Invalid: Decodable {
            let id: String
            let hex: String
        }
        let ndef: [Message]
        let invalid: [Invalid]
        let t4t_reader_frames: [String]
    }

    static func file() throws -> File { try Vectors.load("NFCForum/ndef.json") }

    @Test("TAG NDEF: what ndeflib wrote is read, and written again byte for byte")
    func vectors() throws {
        let file = try Self.file()
        #expect(file.ndef.count == 12)
        for vector in file.ndef {
            let message = try NDEFMessage(bytes: hex(vector.hex))
            #expect(message.records.count == vector.records.count, "\(vector.id)")
            #expect(message.bytes.hex == vector.hex, "\(vector.id)")
        }
    }

    @Test("TAG NDEF: each record type gives the vector's bytes and is read from them")
    func types() throws {
        let file = try Self.file()
        func bytes(_ id: String) throws -> [UInt8] { hex(try #require(file.ndef.first { $0.id == id }).hex) }
        func record(_ id: String) throws -> NDEFRecord { try NDEFMessage(bytes: bytes(id)).records[0] }
        let uris = [
            "uri-https": "https://pay.example.cn/t?m=1001", "uri-www": "https://www.example.com/a",
            "uri-noabbr": "weixin://pay/1",
        ]
        for (id, uri) in uris {
            #expect(try URIRecord(record(id)).uri == uri)
            #expect(try NDEFMessage(URIRecord(uri).record).bytes == bytes(id))
        }
        let texts = [
            "text-en": try TextRecord("Hello"), "text-zh": try TextRecord("咖啡", language: "zh"),
            "text-utf16": try TextRecord("咖啡", language: "zh", encoding: .utf16),
        ]
        for (id, text) in texts {
            #expect(try TextRecord(record(id)) == text)
            #expect(try NDEFMessage(text.record).bytes == bytes(id))
        }
        let poster = try SmartPoster(
            uri: "https://pay.example.cn/t?m=1001",
            titles: [TextRecord("Coffee"), TextRecord("咖啡", language: "zh")], action: .perform)
        #expect(try SmartPoster(record("smartposter")) == poster)
        #expect(try NDEFMessage(poster.record).bytes == bytes("smartposter"))
        #expect(poster.title(in: "ZH") == "咖啡")
        let external = ExternalRecord(try ExternalTypeName("example.cn:paytag"), payload: [1, 2])
        #expect(try ExternalRecord(record("external")) == external)
        #expect(try NDEFMessage(external.record).bytes == bytes("external"))
        #expect(try NDEFMessage(bytes: bytes("external")).externalPayload(external.name) == [1, 2])
        let media = try NDEFRecord(
            .media, type: Array("application/json".utf8), identifier: Array("1".utf8),
            payload: Array(#"{"m":1}"#.utf8))
        #expect(try record("mime") == media)
        #expect(try NDEFMessage(media).bytes == bytes("mime"))
        #expect(try NDEFMessage(bytes: bytes("two")).uri == "https://x.cn/")
        #expect(try NDEFMessage(bytes: bytes("smartposter")).uri == "https://pay.example.cn/t?m=1001")
        #expect(try NDEFMessage(bytes: bytes("empty")).isEmpty)
    }

    @Test("TAG NDEF: what ndeflib's strict mode refuses is refused")
    func invalid() throws {
        let file = try Self.file()
        #expect(file.invalid.count == 5)
        for vector in file.invalid {
            #expect(throws: NDEFDecodingError.self, "\(vector.id)") { try NDEFMessage(bytes: hex(vector.hex)) }
        }
    }

    @Test(
        "TAG NDEF: each rule of the record's flags has its own refusal",
        arguments: [
            ("", NDEFDecodingError.layout(.truncated(field: "record flags", offset: 0, needed: 1, available: 0))),
            ("51010055", .missingBegin),
            ("1101005591010055", .missingBegin),
            ("9101005591010055", .repeatedBegin(record: 1)),
            ("B101005556010000", .chunked(record: 0)),
            ("D6000000", .continuationWithoutChunk(record: 0)),
            ("D7000000", .reservedFormat(record: 0)),
            ("D0010055", .record(number: 0, .emptyRecordHasContent)),
            ("D500", .layout(.truncated(field: "payload length", offset: 2, needed: 1, available: 0))),
            ("D5010055", .record(number: 0, .unknownRecordHasType)),
            ("D1000155", .record(number: 0, .missingType(.wellKnown))),
            ("D101005500", .layout(.trailingBytes(offset: 4, count: 1))),
            ("91010055", .layout(.truncated(field: "record flags", offset: 4, needed: 1, available: 0))),
            ("C101FFFFFFFF55", .layout(.truncated(field: "payload", offset: 7, needed: 4_294_967_295, available: 0))),
        ])
    func flags(digits: String, error: NDEFDecodingError) {
        #expect(throws: error) { try NDEFMessage(bytes: hex(digits)) }
    }

    @Test("TAG NDEF: a payload of 255 bytes is a short record, of 256 a long one; no truncation of either is a message")
    func lengths() throws {
        for (count, head) in [(255, "D501"), (256, "C500")] {
            let record = try NDEFRecord(.unknown, payload: Array(repeating: 0x5A, count: count))
            let bytes = NDEFMessage(record).bytes
            #expect(bytes[0] == hex(head)[0])
            #expect(try NDEFMessage(bytes: bytes) == NDEFMessage(record))
            for end in 0..<bytes.count {
                #expect(throws: NDEFDecodingError.self) { try NDEFMessage(bytes: bytes[..<end]) }
            }
        }
        #expect(throws: NDEFRecordError.typeTooLong(256)) {
            try NDEFRecord(.external, type: Array(repeating: 0x61, count: 256))
        }
        #expect(throws: NDEFRecordError.identifierTooLong(256)) {
            try NDEFRecord(.unknown, identifier: Array(repeating: 0x61, count: 256))
        }
    }

    @Test("TAG NDEF: a payload that is not of its type says why")
    func payloads() throws {
        func wellKnown(_ type: String, _ payload: String) throws -> NDEFRecord {
            try NDEFRecord(.wellKnown, type: Array(type.utf8), payload: hex(payload))
        }
        #expect(throws: RecordTypeError.truncated(field: "identifier code")) { try URIRecord(wellKnown("U", "")) }
        #expect(throws: RecordTypeError.reservedValue(field: "identifier code", 0x24)) {
            try URIRecord(wellKnown("U", "2461"))
        }
        #expect(throws: RecordTypeError.notText) { try URIRecord(wellKnown("U", "00FF")) }
        #expect(throws: RecordTypeError.otherType(expected: "U")) { try URIRecord(wellKnown("T", "0061")) }
        #expect(throws: RecordTypeError.reservedValue(field: "status byte", 0x42)) {
            try TextRecord(wellKnown("T", "42656E"))
        }
        #expect(throws: RecordTypeError.truncated(field: "language code")) { try TextRecord(wellKnown("T", "0265")) }
        #expect(throws: RecordTypeError.languageCode) { try TextRecord(wellKnown("T", "0041")) }
        #expect(throws: RecordTypeError.notText) { try TextRecord(wellKnown("T", "82656E00")) }
        #expect(throws: RecordTypeError.notText) { try TextRecord(wellKnown("T", "82656ED800")) }
        #expect(try TextRecord(wellKnown("T", "82656E5496")).text == "咖")
        #expect(try TextRecord(wellKnown("T", "82656EFEFF5496")).text == "咖")
        #expect(throws: RecordTypeError.missing("the URI")) { try SmartPoster(wellKnown("Sp", "D101035402656E")) }
        #expect(throws: RecordTypeError.repeated("the record U")) {
            try SmartPoster(wellKnown("Sp", "91010255006151010255" + "0061"))
        }
        #expect(throws: RecordTypeError.reservedValue(field: "action", 3)) {
            try SmartPoster(wellKnown("Sp", "91010255006151030161637403"))
        }
        for name in ["", "a", ":a", "a:", "a b:c", "é:c"] {
            #expect(throws: ExternalTypeName.Fault.self, "\(name)") { try ExternalTypeName(name) }
        }
        #expect(try ExternalTypeName("Example.CN:PayTag") == ExternalTypeName("example.cn:paytag"))
    }
}
