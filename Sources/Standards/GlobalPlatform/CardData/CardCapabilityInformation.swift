import ISO7816

/// What a card supports, GET DATA `67`. GPC v2.3.1 §H.4, Table H-4.
public struct CardCapabilityInformation: Hashable, Sendable {
    public var secureChannels: [SecureChannelCapability]
    /// Tag `81`: privileges a Security Domain may have.
    public var securityDomainPrivileges: Privileges
    /// Tag `82`: privileges an Application may have.
    public var applicationPrivileges: Privileges
    /// Tag `83`: `01` SHA-1, `02` SHA-256, `03` SHA-384, `04` SHA-512.
    public var loadFileHashAlgorithms: [UInt8]

    /// Tag `A0`.
    public struct SecureChannelCapability: Hashable, Sendable {
        public var identifier: UInt8
        /// Tag `81`: every "i" parameter supported.
        public var implementations: [UInt8]
        /// Tag `82`: AES key sizes, `01` 128 bits, `02` 192, `04` 256; absent, 0, for other keys.
        public var aesKeySizes: UInt8

        public init(identifier: UInt8, implementations: [UInt8], aesKeySizes: UInt8) {
            self.identifier = identifier
            self.implementations = implementations
            self.aesKeySizes = aesKeySizes
        }
    }

    public init(
        secureChannels: [SecureChannelCapability], securityDomainPrivileges: Privileges,
        applicationPrivileges: Privileges, loadFileHashAlgorithms: [UInt8]
    ) {
        self.secureChannels = secureChannels
        self.securityDomainPrivileges = securityDomainPrivileges
        self.applicationPrivileges = applicationPrivileges
        self.loadFileHashAlgorithms = loadFileHashAlgorithms
    }

    static let tag: BERTag = 0x67

    public var bytes: [UInt8] {
        var objects = secureChannels.map {
            BERTLV(
                0xA0,
                [BERTLV(0x80, [$0.identifier]), BERTLV(0x81, $0.implementations)]
                    + ($0.aesKeySizes == 0 ? [] : [BERTLV(0x82, [$0.aesKeySizes])]))
        }
        objects.append(BERTLV(0x81, securityDomainPrivileges.bytes))
        objects.append(BERTLV(0x82, applicationPrivileges.bytes))
        objects.append(BERTLV(0x83, loadFileHashAlgorithms))
        return BERTLV(Self.tag, objects).bytes
    }

    /// Reads the response of GET DATA `67`; objects not listed above are left out.
    ///
    /// - Throws: ``CommandDecodingError``.
    public init(bytes: [UInt8]) throws(CommandDecodingError) {
        let card = try BERTLV.commandData(bytes)
        guard card.count == 1, card[0].tag == Self.tag else { throw .tlv(.missing(Self.tag)) }
        let objects = try BERTLV.commandData(card[0].value)
        secureChannels = []
        for object in objects where object.tag == 0xA0 {
            let fields = try BERTLV.commandData(object.value)
            guard let identifier = fields[0x80 as BERTag], identifier.count == 1 else { throw .tlv(.missing(0x80)) }
            secureChannels.append(
                SecureChannelCapability(
                    identifier: identifier[0], implementations: fields[0x81 as BERTag] ?? [],
                    aesKeySizes: fields[0x82 as BERTag]?.first ?? 0))
        }
        // Sets of bits here, not the privileges of one Application: their invariants do not apply.
        securityDomainPrivileges = Self.bits(objects[0x81 as BERTag])
        applicationPrivileges = Self.bits(objects[0x82 as BERTag])
        loadFileHashAlgorithms = objects[0x83 as BERTag] ?? []
    }

    private static func bits(_ bytes: [UInt8]?) -> Privileges {
        Privileges(rawValue: (bytes ?? []).prefix(3).reduce(0) { $0 << 8 | UInt32($1) })
    }
}
