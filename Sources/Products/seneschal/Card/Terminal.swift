import Foundation

/// Lines for the two streams of a terminal, unbuffered; a closed one is no reason to end.
enum Terminal {
    /// The output proper.
    static func output(_ line: String) { try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8)) }

    /// Messages for the person who reads along.
    static func message(_ line: String) { try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8)) }
}
