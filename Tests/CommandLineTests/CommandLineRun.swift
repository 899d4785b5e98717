import Foundation
import SeneschalAPI
import Synchronization
import Testing

@testable import seneschal

/// What one command wrote, and its exit status.
struct CommandLineRun {
    var output: [String]
    var messages: [String]
    var status: Int32

    var text: String { output.joined(separator: "\n") }
    var everything: String { (output + messages).joined(separator: "\n") }

    /// The output as JSON.
    func json() throws -> JSONValue { try JSONValue(parsing: text.utf8) }
}

/// A directory with cards, keys files and a journal of its own, and commands that run there in this process.
final class Workbench: Sendable {
    let directory: String
    let state: String

    init() throws {
        directory = NSTemporaryDirectory() + "seneschal-gp-" + UUID().uuidString
        state = directory + "/state"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func path(_ name: String) -> String { directory + "/" + name }

    func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        #expect(
            FileManager.default.createFile(
                atPath: path(name), contents: Data(text.utf8), attributes: [.posixPermissions: mode]))
        return path(name)
    }

    /// A new card with the public test keys; its file.
    func card(_ name: String = "my.card", _ options: [String] = ["--test-keys"]) async throws -> String {
        let run = await run(["card", "new", path(name)] + options)
        try #require(run.status == 0, "\(run.everything)")
        return path(name)
    }

    /// Runs `seneschal …` with a person who gives `answers`, or with nobody.
    func run(_ arguments: [String], answers: [String]? = nil) async -> CommandLineRun {
        let output = Mutex<[String]>([])
        let messages = Mutex<[String]>([])
        let left = Mutex(answers ?? [])
        let write: @Sendable (String) -> Void = { text in
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
            output.withLock { $0 += lines }
        }
        let ask: @Sendable (Console.Question) -> String? = { question in
            messages.withLock { $0.append(question.text) }
            return left.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        }
        let console = Console(
            output: write, message: { line in messages.withLock { $0.append(line) } }, status: nil,
            ask: answers == nil ? nil : ask)
        let status: Int32 = await Terminal.$console.withValue(console) {
            await StateDirectory.$override.withValue(state) {
                do {
                    try await Seneschal.run(arguments)
                    return 0
                } catch {
                    guard let failure = CommandFailure(of: error) else { return 0 }
                    Terminal.message(failure.description)
                    if let nextStep = failure.nextStep { Terminal.message("Next step: \(nextStep)") }
                    return failure.status.rawValue
                }
            }
        }
        return CommandLineRun(
            output: output.withLock { $0 }, messages: messages.withLock { $0 }, status: status)
    }

    /// Runs `seneschal gp …`.
    func gp(_ arguments: String..., answers: [String]? = nil) async -> CommandLineRun {
        await run(["gp"] + arguments, answers: answers)
    }

    /// Runs `seneschal gp …` and expects it to succeed.
    @discardableResult
    func done(
        _ arguments: String..., answers: [String]? = nil, at location: SourceLocation = #_sourceLocation
    ) async -> CommandLineRun {
        let run = await run(["gp"] + arguments, answers: answers)
        #expect(run.status == 0, "\(arguments): \(run.everything)", sourceLocation: location)
        return run
    }
}

/// The load files of the interoperability checks.
enum LoadFiles {
    private static let folder = (#filePath as NSString).deletingLastPathComponent + "/../InteropTests/"
    /// Package `F053454E45534348414C4901`, one module.
    static let small = folder + "small.cap"
    /// Package `F053454E45534348414C4902`, two modules, 6 KB.
    static let large = folder + "large.cap"
}
