/// What a JSON value of the contract looks like: the description, the check and the OpenAPI schema in one.
public struct Schema: Sendable {
    /// The name among the components of the OpenAPI document; `nil` for what is described where it stands.
    public let name: String?
    public let summary: String
    public let shape: Shape
    private let ownExample: JSONValue?

    public indirect enum Shape: Sendable {
        /// `isOpen`: members that are not listed are accepted and ignored.
        case object([Member], isOpen: Bool)
        case array(of: Schema, count: ClosedRange<Int>)
        /// Any characters; the range counts bytes in UTF-8.
        case text(ClosedRange<Int>)
        /// Visible ASCII characters, `!` to `~`.
        case printable(ClosedRange<Int>)
        /// Hex digits of either case; the range counts bytes.
        case hex(ClosedRange<Int>)
        /// RFC 3339.
        case dateTime
        case choice([String])
        case integer(ClosedRange<Int>)
        case boolean
    }

    /// One member of an object.
    public struct Member: Sendable {
        public let name: String
        public let schema: Schema
        public let isRequired: Bool
        /// What the member says here; `nil` when the schema's own summary says it.
        public let summary: String?

        public static func required(_ name: String, _ schema: Schema, _ summary: String? = nil) -> Member {
            Member(name: name, schema: schema, isRequired: true, summary: summary)
        }

        public static func optional(_ name: String, _ schema: Schema, _ summary: String? = nil) -> Member {
            Member(name: name, schema: schema, isRequired: false, summary: summary)
        }
    }

    init(name: String? = nil, _ summary: String, _ shape: Shape, example: JSONValue? = nil) {
        self.name = name
        self.summary = summary
        self.shape = shape
        ownExample = example
    }

    /// A value of this schema. An object's example is put together from those of its members.
    public var example: JSONValue {
        if let ownExample { return ownExample }
        return switch shape {
        case .object(let members, _): .object(members.map { JSONMember($0.name, $0.schema.example) })
        case .array(let element, let count): .array(count.upperBound == 0 ? [] : [element.example])
        case .choice(let choices): .string(choices.first ?? "")
        case .boolean: true
        case .text, .printable, .hex, .dateTime, .integer:
            preconditionFailure("a schema of single values is made with an example")
        }
    }
}

extension Schema {
    static func object(
        _ name: String, _ summary: String, isOpen: Bool = false, example: JSONValue? = nil, _ members: [Member]
    ) -> Schema {
        Schema(name: name, summary, .object(members, isOpen: isOpen), example: example)
    }

    static func array(
        of element: Schema, _ count: ClosedRange<Int>, _ summary: String = "", example: JSONValue? = nil
    ) -> Schema {
        Schema(summary, .array(of: element, count: count), example: example)
    }

    static func text(_ bytes: ClosedRange<Int>, example: String) -> Schema {
        Schema("", .text(bytes), example: .string(example))
    }

    static func printable(_ characters: ClosedRange<Int>, example: String) -> Schema {
        Schema("", .printable(characters), example: .string(example))
    }

    static func hex(_ bytes: ClosedRange<Int>, example: String) -> Schema {
        Schema("", .hex(bytes), example: .string(example))
    }

    static func integer(_ range: ClosedRange<Int>, example: Int) -> Schema {
        Schema("", .integer(range), example: .integer(example))
    }

    static func choice<Choice: CaseIterable & RawRepresentable<String>>(_ type: Choice.Type) -> Schema {
        Schema("", .choice(type.allCases.map(\.rawValue)))
    }

    static let dateTime = Schema("", .dateTime, example: "2031-12-31T23:59:59Z")
    static let boolean = Schema("", .boolean)
    static let aid = Schema.hex(5...16, example: "F053454E45534348414C0301")
}

/// A type of the contract: how it is coded, and the schema that says so.
public protocol WireType: Codable, Hashable, Sendable {
    static var schema: Schema { get }
}
