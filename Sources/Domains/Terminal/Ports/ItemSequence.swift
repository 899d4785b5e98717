/// Counts a terminal's bill items over power losses: a number is used for one item.
public protocol ItemSequence: Sendable {
    /// The next number, from 1. It is durable before it is given out: a number may be left out, and never comes twice.
    func next() async throws(ItemSequenceError) -> Int64
}

/// The sequence could not be kept: no item is signed then.
public struct ItemSequenceError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ reason: String) { description = reason }
}
