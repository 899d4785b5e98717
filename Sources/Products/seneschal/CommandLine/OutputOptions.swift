import ArgumentParser
import Foundation
import SeneschalAPI

/// How an answer is shown.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the answer as JSON.")
    var json = false

    /// Prints an answer of the contract.
    func show<Answer: WireType>(_ answer: Answer) throws {
        let value = try JSONValue(answer)
        if json { return Terminal.output(value.indentedText) }
        for line in value.lines { Terminal.output(line) }
    }
}

extension JSONValue {
    /// The answer as JSON, its members in the order of its schema.
    init<Answer: WireType>(_ answer: Answer) throws {
        self = try JSONValue(parsing: JSONEncoder().encode(answer)).ordered(as: Answer.schema)
    }

    private func ordered(as schema: Schema) -> JSONValue {
        switch (self, schema.shape) {
        case (.object, .object(let members, _)):
            .object(
                members.compactMap { member in
                    self[member.name].map { JSONMember(member.name, $0.ordered(as: member.schema)) }
                })
        case (.array(let elements), .array(let element, _)): .array(elements.map { $0.ordered(as: element) })
        default: self
        }
    }

    /// The value for people: a line for each plain member, what is nested indented below its name.
    var lines: [String] {
        guard case .object(let members) = self else { return [plain] }
        let width = members.map(\.name.count).max() ?? 0
        return members.flatMap { member -> [String] in
            let name = member.name.padding(toLength: width, withPad: " ", startingAt: 0)
            switch member.value {
            case .object where member.value.isShallow: return ["\(name)  \(member.value.plain)"]
            case .object: return [member.name] + member.value.lines.map { "  " + $0 }
            case .array(let elements) where elements.contains { $0.members != nil }:
                return [member.name] + elements.flatMap(\.listed)
            default: return ["\(name)  \(member.value.plain)"]
            }
        }
    }

    /// An element of a list: its first line after a dash, the others below.
    private var listed: [String] { lines.enumerated().map { ($0.offset == 0 ? "  - " : "    ") + $0.element } }

    /// Small enough for one line: `cin 45434E…`, `GlobalPlatform 2.3.1`.
    private var isShallow: Bool {
        guard case .object(let members) = self else { return false }
        return members.count <= 2 && members.allSatisfy { $0.value.members == nil && $0.value.elements == nil }
    }

    private var plain: String {
        switch self {
        case .string(let string): string.isEmpty ? "-" : string
        case .array(let elements): elements.isEmpty ? "-" : elements.map(\.plain).joined(separator: ", ")
        case .object(let members): members.map(\.value.plain).joined(separator: " ")
        default: text
        }
    }
}
