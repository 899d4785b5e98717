/// A headline of the demonstration.
func chapter(_ title: String) { Terminal.output("\n\(title)") }

/// One line of it.
func say(_ line: String) { Terminal.output("    \(line)") }

/// What must be there, for it was made a moment ago.
func require<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw CommandFailure(.refused, "the demonstration missed something it had just made") }
    return value
}
