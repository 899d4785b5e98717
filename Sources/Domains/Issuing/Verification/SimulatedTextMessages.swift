import Synchronization

/// A simulation of a telephone network: nothing is sent; the issuer's operator reads the messages here.
///
/// The newest ``messagesMax`` are kept, in memory only.
public final class SimulatedTextMessages: OneTimePasswordSender {
    public static let messagesMax = 1_000

    private let messages = Mutex<[OneTimePasswordMessage]>([])

    public init() {}

    public func send(_ message: OneTimePasswordMessage) async throws(IssuingError) {
        messages.withLock { messages in
            messages.append(message)
            messages.removeFirst(max(0, messages.count - Self.messagesMax))
        }
    }

    /// What would have been sent, newest first.
    public var outbox: [OneTimePasswordMessage] { messages.withLock { $0.reversed() } }
}
