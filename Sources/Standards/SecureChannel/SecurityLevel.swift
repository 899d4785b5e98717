/// The security level of a Secure Channel Session. GPC Amendment D v1.2 §7.1.2.3, Table 7-6 lists exactly these six
/// (Table 7-3 in v1.1.1).
public enum SecurityLevel: UInt8, Sendable, CaseIterable, Codable {
    /// Both ends are authenticated; commands and responses travel bare.
    case noSecureMessaging = 0x00
    /// C-MAC.
    case commandMAC = 0x01
    /// C-DECRYPTION and C-MAC.
    case commandMACAndDecryption = 0x03
    /// C-MAC and R-MAC.
    case macBothWays = 0x11
    /// C-DECRYPTION, C-MAC and R-MAC.
    case macBothWaysAndDecryption = 0x13
    /// C-DECRYPTION, R-ENCRYPTION, C-MAC and R-MAC.
    case full = 0x33

    public var hasCommandMAC: Bool { rawValue & 0x01 != 0 }
    public var hasCommandDecryption: Bool { rawValue & 0x02 != 0 }
    public var hasResponseMAC: Bool { rawValue & 0x10 != 0 }
    public var hasResponseEncryption: Bool { rawValue & 0x20 != 0 }
}

extension SecurityLevel: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSecureMessaging: "no secure messaging (00)"
        case .commandMAC: "C-MAC (01)"
        case .commandMACAndDecryption: "C-MAC, C-DECRYPTION (03)"
        case .macBothWays: "C-MAC, R-MAC (11)"
        case .macBothWaysAndDecryption: "C-MAC, C-DECRYPTION, R-MAC (13)"
        case .full: "C-MAC, C-DECRYPTION, R-MAC, R-ENCRYPTION (33)"
        }
    }
}
