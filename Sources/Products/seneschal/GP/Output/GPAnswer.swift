import ISO7816
import SeneschalAPI

/// What a command of `seneschal gp` has to say: for programs and for people.
struct GPAnswer {
    var json: JSONValue
    var lines: [String]
    /// What the card said no to, after part of the answer was there.
    var failure: CommandFailure?

    init(_ json: JSONValue, _ lines: [String], failure: CommandFailure? = nil) {
        self.json = json
        self.lines = lines
        self.failure = failure
    }

    /// An answer of plain fields: `name  value` for people.
    init(fields: [(name: String, value: JSONValue)]) {
        json = .object(fields.map { JSONMember($0.name, $0.value) })
        lines = json.lines
    }

    func show(asJSON: Bool) {
        if asJSON { return Terminal.output(json.indentedText) }
        for line in lines { Terminal.output(line) }
    }
}

extension JSONValue {
    /// An object of the members that have a value.
    static func object(of members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(members.compactMap { name, value in value.map { JSONMember(name, $0) } })
    }

    /// Bytes as hex digits.
    static func hex(_ bytes: some Sequence<UInt8>) -> JSONValue { .string(bytes.hex) }
}
