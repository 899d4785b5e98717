import SeneschalAPI
import Testing

@Suite("Reading JSON")
struct JSONReadingTests {
    @Test("a text is read as it stands", arguments: texts)
    func reading(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text.utf8) == value)
        #expect(try JSONValue(parsing: value.text.utf8) == value)
        #expect(try JSONValue(parsing: value.indentedText.utf8) == value)
    }

    static let texts: [(String, JSONValue)] = [
        ("null", .null), (" true ", true), ("-0", 0), ("12", 12), ("1.5", .number(1.5)), ("1e2", .number(100)),
        ("-9223372036854775808", .integer(.min)), ("\"a\\u00e9\\n\\/\"", "aé\n/"),
        ("\"\\ud83d\\ude00\"", "😀"), ("[]", .array([])), ("[1,[2]]", [1, [2]]),
        ("{\"b\":1,\"a\":{}}", ["b": 1, "a": .object([])]),
    ]

    @Test(
        "a text that is not JSON is refused",
        arguments: [
            "", " ", "tru", "nul", "01", "1.", ".5", "+1", "-", "1e", "NaN", "\"", "\"\\x\"", "\"\\u12\"", "\"\t\"",
            "\"\\ud83d\"", "\"\\ude00\"", "[1,]", "[1 2]", "[", "{\"a\"}", "{\"a\":1,}", "{a:1}", "{\"a\":1", "{} {}",
            "1e999", "'a'", "// a\n1",
        ])
    func refusing(text: String) {
        #expect(throws: JSONParsingError.self) { try JSONValue(parsing: text.utf8) }
    }

    @Test("a member that stands twice is refused, naming it and the place")
    func duplicates() {
        #expect(throws: JSONParsingError(position: 7, reason: "the member \"a\" stands twice")) {
            try JSONValue(parsing: "{\"a\":1,\"a\":2}".utf8)
        }
    }

    @Test("bytes that are not UTF-8 are refused")
    func notUTF8() {
        #expect(throws: JSONParsingError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
    }

    @Test("arrays may be nested 32 deep, not 33")
    func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        _ = try JSONValue(parsing: nested(32))
        #expect(throws: JSONParsingError.self) { try JSONValue(parsing: nested(33)) }
    }
}
