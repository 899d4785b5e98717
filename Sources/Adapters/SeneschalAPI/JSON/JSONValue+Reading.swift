extension JSONValue {
    /// How deep arrays and objects may be nested in each other.
    public static let depthMax = 32

    /// Reads one JSON text: all of it, or nothing.
    ///
    /// Stricter than most readers where leniency hides mistakes: a member that stands twice is refused (RFC 8259 §4
    /// leaves it open), and so are lone surrogates and a depth beyond ``depthMax``.
    public init(parsing bytes: some Sequence<UInt8>) throws(JSONParsingError) {
        var parser = JSONParser(bytes: Array(bytes))
        self = try parser.parseText()
    }
}

/// A text that is not JSON, and where it stops being it.
public struct JSONParsingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Offset in bytes, from 0.
    public let position: Int
    public let reason: String

    public init(position: Int, reason: String) {
        self.position = position
        self.reason = reason
    }

    public var description: String { "\(reason) at byte \(position)" }
}

private struct JSONParser {
    let bytes: [UInt8]
    var position = 0
    var depth = 0

    mutating func parseText() throws(JSONParsingError) -> JSONValue {
        let value = try parseValue()
        skipSpace()
        guard position == bytes.count else { throw refuse("something follows the JSON value") }
        return value
    }

    mutating func parseValue() throws(JSONParsingError) -> JSONValue {
        skipSpace()
        guard let byte = peek else { throw refuse("the text ends where a value is expected") }
        switch byte {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONParsingError) in try parser.parseObject() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONParsingError) in try parser.parseArray() }
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .boolean(true))
        case UInt8(ascii: "f"): return try parseWord("false", .boolean(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        default: throw refuse("no JSON value begins like this")
        }
    }

    mutating func nested(
        _ parse: (inout JSONParser) throws(JSONParsingError) -> JSONValue
    ) throws(JSONParsingError) -> JSONValue {
        guard depth < JSONValue.depthMax else { throw refuse("nested deeper than \(JSONValue.depthMax)") }
        depth += 1
        position += 1
        let value = try parse(&self)
        depth -= 1
        return value
    }

    mutating func parseObject() throws(JSONParsingError) -> JSONValue {
        var members: [JSONMember] = []
        var names: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw refuse("a member begins with its name in quotes") }
            let start = position
            let name = try parseString()
            guard names.insert(name).inserted else {
                throw JSONParsingError(position: start, reason: "the member \"\(name)\" stands twice")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw refuse("a colon is missing") }
            members.append(JSONMember(name, try parseValue()))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw refuse("a comma or a closing brace is missing") }
        }
    }

    mutating func parseArray() throws(JSONParsingError) -> JSONValue {
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            elements.append(try parseValue())
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw refuse("a comma or a closing bracket is missing") }
        }
    }

    mutating func parseString() throws(JSONParsingError) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw JSONParsingError(position: start, reason: "the string is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"):
                text.append(contentsOf: try parseEscape().utf8)
            case 0..<0x20:
                throw refuse("a control character stands unescaped in a string")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw refuse("the text ends inside a string")
    }

    mutating func parseEscape() throws(JSONParsingError) -> String {
        position += 1
        guard let byte = peek else { throw refuse("the text ends inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(UnicodeScalar(byte))
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return String(try parseUnicodeEscape())
        default:
            position -= 1
            throw refuse("no such escape")
        }
    }

    /// `\uXXXX`, or two of them for a surrogate pair. RFC 8259 §7.
    mutating func parseUnicodeEscape() throws(JSONParsingError) -> UnicodeScalar {
        let first = try parseFourHexDigits()
        if let scalar = UnicodeScalar(first) { return scalar }
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw refuse("a lone surrogate")
        }
        let second = try parseFourHexDigits()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = UnicodeScalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw refuse("a lone surrogate") }
        return scalar
    }

    mutating func parseFourHexDigits() throws(JSONParsingError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
                throw refuse("\\u takes four hex digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// `-? (0 | [1-9] digit*) (. digit+)? ([eE] [+-]? digit+)?` RFC 8259 §6.
    mutating func parseNumber() throws(JSONParsingError) -> JSONValue {
        let start = position
        var isWhole = true
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try parseDigits() }
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try parseDigits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            try parseDigits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else {
            throw JSONParsingError(position: start, reason: "the number is too large")
        }
        return .number(number)
    }

    mutating func parseDigits() throws(JSONParsingError) {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw refuse("a digit is missing") }
    }

    mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(JSONParsingError) -> JSONValue {
        let letters = "\(word)".utf8
        guard bytes[position...].starts(with: letters) else { throw refuse("no JSON value begins like this") }
        position += letters.count
        return value
    }

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    func refuse(_ reason: String) -> JSONParsingError { JSONParsingError(position: position, reason: reason) }
}
