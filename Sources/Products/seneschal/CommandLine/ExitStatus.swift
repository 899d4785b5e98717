import ArgumentParser
import Foundation
import SeneschalAPI
import SeneschalClient

/// How a command ended, for the shell.
enum ExitStatus: Int32 {
    case done = 0
    case refused = 1
    case usage = 2
    case unreachable = 3
    case unknownOutcome = 4
    /// The card has other keys; nothing was tried that could count against them.
    case wrongKeys = 5
    /// There is no reader, or no card in it.
    case noCard = 6
    /// Held back: one more failed authentication could block the keys.
    case withheld = 7
}

/// A command's own way of failing: what to say, what to do next, and the status.
struct CommandFailure: Error, CustomStringConvertible {
    let status: ExitStatus
    let description: String
    var nextStep: String?

    init(_ status: ExitStatus, _ description: String, nextStep: String? = nil) {
        self.status = status
        self.description = description
        self.nextStep = nextStep
    }
}

extension ExitStatus {
    /// Says what went wrong on standard error, and ends the process.
    static func end(with error: any Error) -> Never {
        let failure = CommandFailure(of: error)
        guard let failure else { Seneschal.exit(withError: error) }
        Terminal.message("seneschal: \(failure)")
        if let nextStep = failure.nextStep { Terminal.message("Next step: \(nextStep)") }
        exit(failure.status.rawValue)
    }
}

extension CommandFailure {
    /// - Returns: `nil` for what is no failure: a request for help or for the version.
    init?(of error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as SeneschalClientError: self.init(error)
        default:
            if let failure = CommandFailure(ofCard: error) {
                self = failure
                return
            }
            let code = Seneschal.exitCode(for: error)
            if code.isSuccess { return nil }
            guard code == .validationFailure else {
                self.init(.refused, "\(error)")
                return
            }
            let message = Seneschal.fullMessage(for: error)
            self.init(.usage, message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message)
        }
    }

    private init(_ error: SeneschalClientError) {
        switch error {
        case .problem(let problem):
            let status: ExitStatus =
                switch problem.code {
                case .unknownOutcome: .unknownOutcome
                case .unreachable, .shuttingDown, .tooManySessions: .unreachable
                default: .refused
                }
            self.init(status, "\(problem)", nextStep: problem.nextStep)
        case .unreachable(_, let key):
            self.init(
                .unreachable, error.description,
                nextStep: key.map { "the server may have the request; repeat it with --idempotency-key \($0)" })
        case .malformedAnswer: self.init(.refused, error.description)
        case .invalidServer: self.init(.usage, error.description)
        }
    }
}
