public import ISO8583

/// What happens on a line, for a log. Messages in it print masked.
public enum LineEvent: Sendable, CustomStringConvertible {
    case connected(peer: String)
    case signedOn
    case disconnected(reason: String)
    /// What came is no message, or not from whom it should be; the connection is closed.
    case refused(reason: String)
    /// An answer that nobody waits for any more.
    case late(Message)
    case received(Message)
    case sent(Message)

    public var description: String {
        switch self {
        case .connected(let peer): "connected: \(peer)"
        case .signedOn: "signed on"
        case .disconnected(let reason): "disconnected: \(reason)"
        case .refused(let reason): "refused: \(reason)"
        case .late(let message): "late, ignored: \(message)"
        case .received(let message): "received: \(message)"
        case .sent(let message): "sent: \(message)"
        }
    }
}
