import ISO7816

/// The privileges of an Application or Security Domain, three bytes. GPC v2.3.1 §6.6, Tables 11-7 to 11-9.
public struct Privileges: OptionSet, Hashable, Sendable {
    /// Byte 1 in bits 24–17, byte 2 in 16–9, byte 3 in 8–1.
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue & 0xFF_FF_FF }

    public static let securityDomain = Privileges(rawValue: 0x80_00_00)
    public static let dapVerification = Privileges(rawValue: 0x40_00_00)
    public static let delegatedManagement = Privileges(rawValue: 0x20_00_00)
    public static let cardLock = Privileges(rawValue: 0x10_00_00)
    public static let cardTerminate = Privileges(rawValue: 0x08_00_00)
    /// Default Selected in GlobalPlatform 2.1.1.
    public static let cardReset = Privileges(rawValue: 0x04_00_00)
    public static let cvmManagement = Privileges(rawValue: 0x02_00_00)
    /// Stands together with ``dapVerification``: `C1` with the Security Domain bit (Table 11-7).
    public static let mandatedDAPVerification = Privileges(rawValue: 0x01_00_00)
    public static let trustedPath = Privileges(rawValue: 0x00_80_00)
    public static let authorizedManagement = Privileges(rawValue: 0x00_40_00)
    public static let tokenVerification = Privileges(rawValue: 0x00_20_00)
    public static let globalDelete = Privileges(rawValue: 0x00_10_00)
    public static let globalLock = Privileges(rawValue: 0x00_08_00)
    public static let globalRegistry = Privileges(rawValue: 0x00_04_00)
    public static let finalApplication = Privileges(rawValue: 0x00_02_00)
    public static let globalService = Privileges(rawValue: 0x00_01_00)
    public static let receiptGeneration = Privileges(rawValue: 0x00_00_80)
    public static let cipheredLoadFileDataBlock = Privileges(rawValue: 0x00_00_40)
    public static let contactlessActivation = Privileges(rawValue: 0x00_00_20)
    public static let contactlessSelfActivation = Privileges(rawValue: 0x00_00_10)

    static let reserved = Privileges(rawValue: 0x00_00_0F)
    /// What only a Security Domain may have. GPC v2.3.1 Table 6-1.
    static let securityDomainOnly: Privileges = [
        .dapVerification, .delegatedManagement, .mandatedDAPVerification, .authorizedManagement, .tokenVerification,
        .receiptGeneration, .cipheredLoadFileDataBlock,
    ]

    /// Reads the field of INSTALL and GET STATUS: three bytes, or one (GlobalPlatform 2.1.1; the others are zero).
    ///
    /// - Throws: ``PrivilegesError``.
    public init(bytes: some Collection<UInt8>) throws(PrivilegesError) {
        let bytes = Array(bytes)
        switch bytes.count {
        case 1: rawValue = UInt32(bytes[0]) << 16
        case 3: rawValue = bytes.reduce(0) { $0 << 8 | UInt32($1) }
        default: throw .wrongLength(bytes.count)
        }
        if let violation { throw violation }
    }

    /// The three-byte form.
    public var bytes: [UInt8] { [UInt8(rawValue >> 16), UInt8(rawValue >> 8 & 0xFF), UInt8(rawValue & 0xFF)] }

    /// The one-byte form, of byte 1 only.
    public var legacyByte: UInt8 { UInt8(rawValue >> 16) }

    /// The rule this set breaks, if any.
    public var violation: PrivilegesError? {
        if !isDisjoint(with: .reserved) { return .reservedBits(bytes) }
        if !contains(.securityDomain), !isDisjoint(with: Self.securityDomainOnly) { return .needsSecurityDomain(bytes) }
        if contains(.mandatedDAPVerification), !contains(.dapVerification) { return .mandatedWithoutDAP(bytes) }
        return nil
    }
}

/// Why some bytes are no set of privileges.
public enum PrivilegesError: Error, Equatable, Sendable, CustomStringConvertible {
    case wrongLength(Int)
    case reservedBits([UInt8])
    case needsSecurityDomain([UInt8])
    case mandatedWithoutDAP([UInt8])

    public var description: String {
        switch self {
        case .wrongLength(let count): "privileges have 1 or 3 bytes, found \(count)"
        case .reservedBits(let bytes): "privileges \(bytes.hex) set reserved bits"
        case .needsSecurityDomain(let bytes): "privileges \(bytes.hex) are only for Security Domains"
        case .mandatedWithoutDAP(let bytes): "privileges \(bytes.hex) mandate DAP verification without having it"
        }
    }
}

extension Privileges: CustomStringConvertible {
    public var description: String { bytes.hex }

    /// The privileges by their names in the specification, first byte first.
    public var names: [String] { Self.catalogue.filter { contains($0.privilege) }.map(\.name) }

    private static let catalogue: [(privilege: Privileges, name: String)] = [
        (.securityDomain, "Security Domain"), (.dapVerification, "DAP Verification"),
        (.delegatedManagement, "Delegated Management"), (.cardLock, "Card Lock"), (.cardTerminate, "Card Terminate"),
        (.cardReset, "Card Reset"), (.cvmManagement, "CVM Management"),
        (.mandatedDAPVerification, "Mandated DAP Verification"), (.trustedPath, "Trusted Path"),
        (.authorizedManagement, "Authorized Management"), (.tokenVerification, "Token Verification"),
        (.globalDelete, "Global Delete"), (.globalLock, "Global Lock"), (.globalRegistry, "Global Registry"),
        (.finalApplication, "Final Application"), (.globalService, "Global Service"),
        (.receiptGeneration, "Receipt Generation"),
        (.cipheredLoadFileDataBlock, "Ciphered Load File Data Block"),
        (.contactlessActivation, "Contactless Activation"),
        (.contactlessSelfActivation, "Contactless Self-Activation"),
    ]
}
