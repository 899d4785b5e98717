/// What the keys of a secure channel are keys of.
public enum ChannelKeyAlgorithm: String, Hashable, Sendable, CaseIterable {
    /// For SCP03.
    case aes
    /// For SCP02, two-key.
    case tripleDES

    static func usual(for secureChannelProtocol: UInt8) -> ChannelKeyAlgorithm {
        secureChannelProtocol == 0x02 ? .tripleDES : .aes
    }
}
