/// The security level of an SCP02 session: P1 of EXTERNAL AUTHENTICATE. GPC v2.3.1 §E.5.2.3, Table E-9.
public enum SCP02SecurityLevel: UInt8, Sendable, CaseIterable, Codable {
    /// Both ends are authenticated; commands and responses travel bare.
    case noSecureMessaging = 0x00
    /// C-MAC.
    case commandMAC = 0x01
    /// C-DECRYPTION and C-MAC.
    case commandMACAndDecryption = 0x03
    /// R-MAC alone, which SCP03 does not know.
    case responseMAC = 0x10
    /// C-MAC and R-MAC.
    case macBothWays = 0x11
    /// C-DECRYPTION, C-MAC and R-MAC.
    case macBothWaysAndDecryption = 0x13

    /// The level of the same meaning; `nil` for R-ENCRYPTION, which SCP02 does not have.
    public init?(_ level: SecurityLevel) { self.init(rawValue: level.rawValue) }

    public var hasCommandMAC: Bool { rawValue & 0x01 != 0 }
    public var hasCommandDecryption: Bool { rawValue & 0x02 != 0 }
    public var hasResponseMAC: Bool { rawValue & 0x10 != 0 }

    /// The longest plain data field whose wrapped form fits the 255 bytes of a short command.
    public var commandDataLengthMax: Int {
        let body = 255 - (hasCommandMAC ? 8 : 0)
        // Padding takes one byte at least and fills whole blocks.
        return hasCommandDecryption ? body / 8 * 8 - 1 : body
    }

    /// The longest plain response data whose wrapped form fits the 256 bytes of a short response.
    public var responseDataLengthMax: Int { 256 - (hasResponseMAC ? 8 : 0) }
}

extension SCP02SecurityLevel: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSecureMessaging: "no secure messaging (00)"
        case .commandMAC: "C-MAC (01)"
        case .commandMACAndDecryption: "C-MAC, C-DECRYPTION (03)"
        case .responseMAC: "R-MAC (10)"
        case .macBothWays: "C-MAC, R-MAC (11)"
        case .macBothWaysAndDecryption: "C-MAC, C-DECRYPTION, R-MAC (13)"
        }
    }
}
