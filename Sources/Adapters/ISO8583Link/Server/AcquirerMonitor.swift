import ISO8583
import Synchronization

/// Keeps what happens on an issuer's lines as numbers and moments, for whoever asks how it is; no message stays in it.
public final class AcquirerMonitor: Sendable {
    /// Moments are seconds since 1970; `nil` for what has not happened yet.
    public struct State: Hashable, Sendable {
        public var isEncrypted = false
        /// That are open now.
        public var connections = 0
        public var lastSignOnAt: Int64?
        public var lastEchoAt: Int64?
        public var lastMessageAt: Int64?
        /// What was cut off because it was no message, or not from whom it should be.
        public var refused = 0
    }

    /// `nil` until acquirers are listened for.
    private let current = Mutex<State?>(nil)
    private let now: @Sendable () -> Int64

    /// - Parameter now: seconds since 1970.
    public init(now: @escaping @Sendable () -> Int64) { self.now = now }

    /// `nil` where no acquirers are listened for.
    public var state: State? { current.withLock { $0 } }

    /// Acquirers are listened for from now on.
    public func opens(isEncrypted: Bool) { current.withLock { $0 = State(isEncrypted: isEncrypted) } }

    public func record(_ event: LineEvent) {
        let now = now()
        current.withLock { state in
            switch event {
            case .connected: state?.connections += 1
            case .disconnected: state?.connections -= 1
            case .refused: state?.refused += 1
            case .received(let message):
                state?.lastMessageAt = now
                switch message.networkManagementCode {
                case .signOn: state?.lastSignOnAt = now
                case .echo: state?.lastEchoAt = now
                case .signOff, nil: break
                }
            case .signedOn, .late, .sent: break
            }
        }
    }
}
