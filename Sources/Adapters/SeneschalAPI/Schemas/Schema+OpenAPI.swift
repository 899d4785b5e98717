extension Schema {
    /// The schema as OpenAPI 3.1 has it (JSON Schema 2020-12): a reference where it has a name.
    var openAPI: JSONValue {
        name.map { ["$ref": .string("#/components/schemas/\($0)")] } ?? openAPIDefinition
    }

    /// The schema spelled out, as it stands among the components.
    var openAPIDefinition: JSONValue {
        var members: [JSONMember] = summary.isEmpty ? [] : [JSONMember("description", .string(summary))]
        switch shape {
        case .object(let fields, let isOpen):
            let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
            members += [
                JSONMember("type", "object"),
                JSONMember("properties", .object(fields.map { JSONMember($0.name, $0.openAPI) })),
            ]
            if !required.isEmpty { members.append(JSONMember("required", .array(required))) }
            members.append(JSONMember("additionalProperties", .boolean(isOpen)))
        case .array(let element, let count):
            members += [
                JSONMember("type", "array"), JSONMember("items", element.openAPI),
                JSONMember("minItems", .integer(count.lowerBound)), JSONMember("maxItems", .integer(count.upperBound)),
            ]
        case .text(let range):
            members += Self.string(lengths: range)
        case .printable(let range):
            members += Self.string(lengths: range) + [JSONMember("pattern", "^[!-~]*$")]
        case .hex(let range):
            let lengths = range.lowerBound * 2...range.upperBound * 2
            members += Self.string(lengths: lengths) + [JSONMember("pattern", "^([0-9A-Fa-f]{2})*$")]
        case .dateTime:
            members += [JSONMember("type", "string"), JSONMember("format", "date-time")]
        case .choice(let choices):
            members += [JSONMember("type", "string"), JSONMember("enum", .array(choices.map { .string($0) }))]
        case .integer(let range):
            members += [
                JSONMember("type", "integer"), JSONMember("minimum", .integer(range.lowerBound)),
                JSONMember("maximum", .integer(range.upperBound)),
            ]
        case .boolean:
            members.append(JSONMember("type", "boolean"))
        }
        if name != nil { members.append(JSONMember("examples", .array([example]))) }
        return .object(members)
    }

    private static func string(lengths: ClosedRange<Int>) -> [JSONMember] {
        [
            JSONMember("type", "string"), JSONMember("minLength", .integer(lengths.lowerBound)),
            JSONMember("maxLength", .integer(lengths.upperBound)),
        ]
    }

    /// This schema and every named one inside it.
    var named: [Schema] {
        let inner: [Schema] =
            switch shape {
            case .object(let members, _): members.flatMap(\.schema.named)
            case .array(let element, _): element.named
            default: []
            }
        return name == nil ? inner : [self] + inner
    }
}

extension Schema.Member {
    /// A named schema keeps its own description; what the member says stands beside the reference.
    fileprivate var openAPI: JSONValue {
        guard let summary, case .object(let members) = schema.openAPI else { return schema.openAPI }
        return .object([JSONMember("description", .string(summary))] + members.filter { $0.name != "description" })
    }
}
