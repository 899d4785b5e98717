/// The static keys of a Security Domain, of either protocol.
public enum SecureChannelKeySet: Hashable, Sendable {
    case scp02(SCP02KeySet)
    case scp03(SCP03KeySet)

    /// The Secure Channel Protocol that these keys are for: `02` or `03`.
    public var protocolIdentifier: UInt8 {
        switch self {
        case .scp02: 0x02
        case .scp03: 0x03
        }
    }
}

extension SecureChannelKeySet: CustomStringConvertible {
    public var description: String {
        switch self {
        case .scp02(let keys): "\(keys)"
        case .scp03(let keys): "\(keys)"
        }
    }
}
