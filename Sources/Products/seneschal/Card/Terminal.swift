import Foundation

/// Lines for the two streams of a terminal, unbuffered; a closed one is no reason to end.
enum Terminal {
    /// Where the lines of this task go.
    @TaskLocal static var console = Console.standard

    /// The output proper.
    static func output(_ line: String) { console.output(line) }

    /// Messages for the person who reads along.
    static func message(_ line: String) { console.message(line) }
}

/// The two streams, and the person who may sit before them.
struct Console: Sendable {
    var output: @Sendable (String) -> Void
    var message: @Sendable (String) -> Void
    /// Replaces the line under the cursor; `nil` where nobody looks at a terminal.
    var status: (@Sendable (String) -> Void)?
    /// Asks a question; `nil` where nobody can answer it.
    var ask: (@Sendable (Question) -> String?)?
    /// The next line of standard input, asked by nobody; `nil` at its end.
    var line: @Sendable () -> String? = { nil }

    /// What is asked, and whether the answer may be seen while it is typed.
    struct Question: Sendable {
        var text: String
        var isSecret = false
    }
}

extension Console {
    static let standard = Console(
        output: { write($0 + "\n", to: .standardOutput) }, message: { write($0 + "\n", to: .standardError) },
        status: isatty(STDERR_FILENO) == 1 ? replaceLine : nil, ask: isatty(STDIN_FILENO) == 1 ? answer : nil,
        line: { readLine() })

    @Sendable private static func replaceLine(_ text: String) { write("\r\u{1B}[K" + text, to: .standardError) }

    private static func write(_ text: String, to stream: FileHandle) {
        try? stream.write(contentsOf: Data(text.utf8))
    }

    @Sendable private static func answer(to question: Question) -> String? {
        if question.isSecret { return getpass(question.text).map { String(cString: $0) } }
        write(question.text, to: .standardError)
        return readLine()
    }
}
