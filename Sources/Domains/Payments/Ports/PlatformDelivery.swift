/// The way to the platforms: takes them what the payment server has signed for them.
public protocol PlatformDelivery: Sendable {
    /// - Parameter statement: in compact form.
    /// - Throws: ``DeliveryError``; a statement may arrive more than once, and its `jti` says so.
    func deliver(_ statement: String, to platform: PartyName) async throws(DeliveryError)
}

/// Why a platform did not take it.
public enum DeliveryError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Try again later.
    case unreachable(String)
    /// It said no, and will again.
    case refused(String)

    public var description: String {
        switch self {
        case .unreachable(let detail): "not reached: \(detail)"
        case .refused(let detail): "refused: \(detail)"
        }
    }
}
