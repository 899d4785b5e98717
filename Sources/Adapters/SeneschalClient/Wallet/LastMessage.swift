import Synchronization

/// The encrypted message that was sent last, and the key of its request.
final class LastMessage: Sendable {
    private let last = Mutex<(key: String, message: String)?>(nil)

    func message(for key: String) -> String? { last.withLock { $0?.key == key ? $0?.message : nil } }

    func keep(_ message: String, for key: String) { last.withLock { $0 = (key, message) } }
}
