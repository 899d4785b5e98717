/// A value that is not what its schema says, with the field it stands in, such as `apdus[3]` or `seId.value`.
public struct SchemaViolation: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: Sendable { case unknownMember, missingMember, invalidValue }

    public let kind: Kind
    public let field: String
    public let reason: String

    public init(kind: Kind, field: String, reason: String) {
        self.kind = kind
        self.field = field
        self.reason = reason
    }

    public var description: String { "\(field): \(reason)" }
}

extension Schema {
    /// Checks a value in full; the first violation, in reading order, is thrown.
    public func check(_ value: JSONValue, field: String = "") throws(SchemaViolation) {
        switch (shape, value) {
        case (.object(let members, let isOpen), .object(let found)):
            try Self.check(found, against: members, isOpen: isOpen, field: field)
        case (.array(let element, let count), .array(let found)):
            guard count.contains(found.count) else {
                throw refuse(field, "\(count.inWords) elements are expected, found \(found.count)")
            }
            for (index, value) in found.enumerated() { try element.check(value, field: "\(field)[\(index)]") }
        case (.text(let range), .string(let text)):
            guard range.contains(text.utf8.count) else {
                throw refuse(field, "\(range.inWords) bytes are expected, found \(text.utf8.count)")
            }
        case (.printable(let range), .string(let text)):
            guard range.contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw refuse(field, "\(range.inWords) printable ASCII characters are expected")
            }
        case (.hex(let range), .string(let text)):
            try checkHex(text, range, field: field)
        case (.dateTime, .string(let text)):
            guard Timestamp(text) != nil else {
                throw refuse(field, "an RFC 3339 date and time is expected, such as 2031-12-31T23:59:59Z")
            }
        case (.choice(let choices), .string(let text)):
            guard choices.contains(text) else {
                throw refuse(field, "one of \(choices.joined(separator: ", ")) is expected")
            }
        case (.integer(let range), .integer(let integer)):
            guard range.contains(integer) else { throw refuse(field, "a whole number \(range.inWords) is expected") }
        case (.boolean, .boolean):
            return
        default:
            throw refuse(field, "\(expectation) is expected, found \(value.kind)")
        }
    }

    private static func check(
        _ found: [JSONMember], against members: [Member], isOpen: Bool, field: String
    ) throws(SchemaViolation) {
        let prefix = field.isEmpty ? "" : field + "."
        for member in found {
            guard let known = members.first(where: { $0.name == member.name }) else {
                if isOpen { continue }
                throw SchemaViolation(
                    kind: .unknownMember, field: prefix + member.name,
                    reason: "there is no such member here; known are \(members.map(\.name).joined(separator: ", "))")
            }
            // An optional member may also say explicitly that it is absent.
            if member.value == .null, !known.isRequired { continue }
            try known.schema.check(member.value, field: prefix + member.name)
        }
        for member in members where member.isRequired && !found.contains(where: { $0.name == member.name }) {
            throw SchemaViolation(kind: .missingMember, field: prefix + member.name, reason: "the member is missing")
        }
    }

    private func checkHex(_ text: String, _ range: ClosedRange<Int>, field: String) throws(SchemaViolation) {
        var position = 0
        for byte in text.utf8 {
            guard Character(UnicodeScalar(byte)).isHexDigit else {
                throw refuse(field, "the character at position \(position) is not a hex digit")
            }
            position += 1
        }
        guard position.isMultiple(of: 2) else {
            throw refuse(field, "hex needs an even number of digits, found \(position)")
        }
        guard range.contains(position / 2) else {
            throw refuse(field, "\(range.inWords) bytes of hex are expected, found \(position / 2)")
        }
    }

    private func refuse(_ field: String, _ reason: String) -> SchemaViolation {
        SchemaViolation(kind: .invalidValue, field: field.isEmpty ? "body" : field, reason: reason)
    }

    private var expectation: String {
        switch shape {
        case .object: "an object"
        case .array: "an array"
        case .text, .printable, .choice: "a string"
        case .hex: "a string of hex digits"
        case .dateTime: "an RFC 3339 string"
        case .integer: "a whole number"
        case .boolean: "a boolean"
        }
    }
}

extension ClosedRange<Int> {
    var inWords: String { lowerBound == upperBound ? "\(lowerBound)" : "\(lowerBound) to \(upperBound)" }
}
