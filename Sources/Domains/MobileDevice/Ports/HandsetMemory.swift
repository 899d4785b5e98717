import Synchronization

/// The handset's own durable memory, outside the secure element: where the data of a non-generic application may lie.
public protocol HandsetMemory: Sendable {
    /// What is kept under a name; `nil` for nothing.
    func read(_ name: String) throws(HandsetMemoryError) -> [UInt8]?

    /// Keeps `bytes` instead of what was there; after a power failure it is the one or the other.
    func replace(_ name: String, with bytes: [UInt8]) throws(HandsetMemoryError)
}

/// The handset's memory cannot be read or written.
public struct HandsetMemoryError: Error, Equatable, Sendable, CustomStringConvertible {
    public let reason: String

    public init(reason: String) { self.reason = reason }

    public var description: String { "the handset's memory failed: \(reason)" }
}

/// A memory that lives as long as this object: a handset that is never switched off.
public final class VolatileHandsetMemory: HandsetMemory {
    private let contents = Mutex<[String: [UInt8]]>([:])

    public init() {}

    public func read(_ name: String) -> [UInt8]? { contents.withLock { $0[name] } }

    public func replace(_ name: String, with bytes: [UInt8]) { contents.withLock { $0[name] = bytes } }
}
