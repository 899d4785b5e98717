import ArgumentParser
import SeneschalAPI

/// A command of `seneschal gp`: it answers as text or as JSON, and so do its failures.
protocol GPAction: AsyncParsableCommand {
    var format: GPOutputOptions { get }
    func perform() async throws -> GPAnswer
}

extension GPAction {
    mutating func run() async throws {
        let answer: GPAnswer
        do {
            answer = try await perform()
        } catch {
            if format.json, let failure = CommandFailure(of: error) { Terminal.output(failure.json.indentedText) }
            throw error
        }
        answer.show(asJSON: format.json)
        if let failure = answer.failure { throw failure }
    }
}

/// How a command of `seneschal gp` answers.
struct GPOutputOptions: ParsableArguments {
    @Flag(help: "Print the answer as JSON; a failure too, besides its message on standard error.")
    var json = false
}

extension CommandFailure {
    /// The failure for programs: `{ "error": { "status": 5, "message": …, "nextStep": … } }`.
    var json: JSONValue {
        .object(of: [
            "error": .object(of: [
                "kind": .string(status.name), "status": .integer(Int(status.rawValue)), "message": .string(description),
                "nextStep": nextStep.map(JSONValue.string),
            ])
        ])
    }
}

extension ExitStatus {
    /// The status in one word, for programs.
    var name: String {
        switch self {
        case .done: "done"
        case .refused: "refused"
        case .usage: "usage"
        case .unreachable: "unreachable"
        case .unknownOutcome: "unknown-outcome"
        case .wrongKeys: "wrong-keys"
        case .noCard: "no-card"
        case .withheld: "withheld"
        }
    }
}
