import ISO7816

/// Which keys a confidential setup makes, and how: the Control Reference Template of key establishment.
///
///     A6 { 90 scenario (1) [parameter (1)] | 95 key usage | [96 key access] | 80 key type | 81 key length |
///          [82 key identifier] | 83 key version number | [91 sequence counter] | [45 image number] | [84 host id] }
///
/// GPC Amendment A v1.1 §4.4 and Amendment E Table 4-17; GSMA SGP.02 v4.2 §4.1.3.2. Always three keys for a secure
/// channel: usage `10`.
public struct KeyEstablishmentTemplate: Hashable, Sendable {
    public var scenario: Scenario
    /// 16, 24 or 32 bytes of AES.
    public var keyLength: UInt8
    public var version: KeyVersionNumber
    /// Tag 91: what the counter of the new key set starts from; empty for zero, `nil` where the object is absent.
    public var sequenceCounter: [UInt8]?
    /// Tag 45: the card that is meant; another one refuses.
    public var imageNumber: [UInt8]?
    /// Tag 84: who sets the keys; goes into the derivation.
    public var hostIdentifier: [UInt8]?
    /// Tags 96 and 82 as they stand: they are part of what the receipt is made over.
    private var statesKeyIdentifier: Bool
    private var statesKeyAccess: Bool

    /// How the keys come to the card.
    public enum Scenario: Hashable, Sendable {
        /// #2B, push: encrypted for the CASD (GPC Amendment A §4.4).
        case push
        /// #3: both sides compute them (ECKA-EG).
        case keyAgreement(Options)
    }

    /// The parameter of scenario #3. Amendment E Table 4-17; bit 4: Amendment A v1.1.1, the variant of the GSMA.
    public struct Options: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The keys that the security domain had before are deleted when the new ones are there.
        public static let deletesExistingKeys = Options(rawValue: 0x01)
        /// The card adds a random of its own, which its answer tells.
        public static let includesDerivationRandom = Options(rawValue: 0x02)
        /// The identifiers of host and card go into the derivation.
        public static let includesIdentifiers = Options(rawValue: 0x04)
        /// The card has verified the certificate of the host before, and verifies its signature now.
        public static let certificateVerificationPrecedes = Options(rawValue: 0x08)

        static let all: Options = [
            .deletesExistingKeys, .includesDerivationRandom, .includesIdentifiers, .certificateVerificationPrecedes,
        ]
    }

    public static let keyLengths: Set<UInt8> = [16, 24, 32]
    public static let hostIdentifierLengthMax = 16
    static let sequenceCounterLengths: Set<Int> = [0, 3]

    public init(
        _ scenario: Scenario, keyLength: UInt8, version: KeyVersionNumber, sequenceCounter: [UInt8]? = [],
        imageNumber: [UInt8]? = nil, hostIdentifier: [UInt8]? = nil
    ) {
        precondition(Self.keyLengths.contains(keyLength), "AES has keys of 16, 24 and 32 bytes")
        precondition(version.isAssignable, "a new key set has a version from 01 to 7F")
        precondition(
            (hostIdentifier?.count ?? 0) <= Self.hostIdentifierLengthMax, "a host has 16 bytes of name at most")
        self.scenario = scenario
        self.keyLength = keyLength
        self.version = version
        self.sequenceCounter = sequenceCounter
        self.imageNumber = imageNumber
        self.hostIdentifier = hostIdentifier
        statesKeyIdentifier = scenario != .push
        statesKeyAccess = false
    }
}

// MARK: - Bytes

extension KeyEstablishmentTemplate {
    static let tag: BERTag = 0xA6

    private enum Tag {
        static let scenario: BERTag = 0x90
        static let keyUsage: BERTag = 0x95
        static let keyAccess: BERTag = 0x96
        static let keyType: BERTag = 0x80
        static let keyLength: BERTag = 0x81
        static let keyIdentifier: BERTag = 0x82
        static let version: BERTag = 0x83
        static let sequenceCounter: BERTag = 0x91
        static let imageNumber: BERTag = 0x45
        static let hostIdentifier: BERTag = 0x84
    }

    /// Three secure channel keys: ENC, MAC, DEK. GPC Amendment A Table 13.
    private static let threeSecureChannelKeys: UInt8 = 0x10
    private static let anyAccess: UInt8 = 0x00

    public var bytes: [UInt8] {
        var objects = [
            BERTLV(Tag.scenario, scenario.bytes), BERTLV(Tag.keyUsage, [Self.threeSecureChannelKeys]),
        ]
        if statesKeyAccess { objects.append(BERTLV(Tag.keyAccess, [Self.anyAccess])) }
        objects += [BERTLV(Tag.keyType, [KeyType.aes.rawValue]), BERTLV(Tag.keyLength, [keyLength])]
        if statesKeyIdentifier { objects.append(BERTLV(Tag.keyIdentifier, [KeyIdentifier.encryption.rawValue])) }
        objects.append(BERTLV(Tag.version, [version.rawValue]))
        if let sequenceCounter { objects.append(BERTLV(Tag.sequenceCounter, sequenceCounter)) }
        if let imageNumber { objects.append(BERTLV(Tag.imageNumber, imageNumber)) }
        if let hostIdentifier { objects.append(BERTLV(Tag.hostIdentifier, hostIdentifier)) }
        return BERTLV(Self.tag, objects).bytes
    }

    /// Reads one template, all of it, in order and with the shortest lengths: the receipt is made over these bytes.
    ///
    /// - Throws: ``CommandDecodingError`` naming the field.
    public init(bytes: [UInt8]) throws(CommandDecodingError) {
        let objects = try BERTLV.commandData(bytes)
        guard objects.count == 1, objects[0].tag == Self.tag else { throw .tlv(.missing(Self.tag)) }
        var reader = BERTLVReader(objects[0].value)
        scenario = try Scenario(bytes: try reader.required(Tag.scenario))
        try reader.require(Tag.keyUsage, [Self.threeSecureChannelKeys], "key usage")
        statesKeyAccess = try reader.require(ifPresent: Tag.keyAccess, [Self.anyAccess], "key access")
        try reader.require(Tag.keyType, [KeyType.aes.rawValue], "key type")
        let length = try reader.required(Tag.keyLength)
        guard length.count == 1, Self.keyLengths.contains(length[0]) else {
            throw .invalid(field: "key length", value: length)
        }
        keyLength = length[0]
        statesKeyIdentifier = try reader.require(
            ifPresent: Tag.keyIdentifier, [KeyIdentifier.encryption.rawValue], "key identifier")
        let versionBytes = try reader.required(Tag.version)
        guard versionBytes.count == 1, let version = KeyVersionNumber(rawValue: versionBytes[0]), version.isAssignable
        else { throw .invalid(field: "key version number", value: versionBytes) }
        self.version = version
        sequenceCounter = try reader.value(ifPresent: Tag.sequenceCounter)
        imageNumber = try reader.value(ifPresent: Tag.imageNumber)
        hostIdentifier = try reader.value(ifPresent: Tag.hostIdentifier)
        guard reader.isAtEnd else { throw .tlv(.trailingBytes(offset: reader.offset)) }
        try checkOptionalObjects()
        guard self.bytes == bytes else { throw .invalid(field: "key establishment template", value: bytes) }
    }

    private func checkOptionalObjects() throws(CommandDecodingError) {
        if let sequenceCounter, !Self.sequenceCounterLengths.contains(sequenceCounter.count) {
            throw .invalid(field: "sequence counter", value: sequenceCounter)
        }
        if let hostIdentifier, !(1...Self.hostIdentifierLengthMax).contains(hostIdentifier.count) {
            throw .invalid(field: "host identifier", value: hostIdentifier)
        }
        // Bit 3 asks for the host's name in the derivation: so it is told (Amendment E Table 4-17).
        let isAsked =
            switch scenario {
            case .push: false
            case .keyAgreement(let options): options.contains(.includesIdentifiers)
            }
        guard isAsked == (hostIdentifier != nil) else { throw .tlv(.missing(Tag.hostIdentifier)) }
    }
}

extension KeyEstablishmentTemplate.Scenario {
    fileprivate var bytes: [UInt8] {
        switch self {
        case .push: [0x04]
        case .keyAgreement(let options): [0x03, options.rawValue]
        }
    }

    fileprivate init(bytes: [UInt8]) throws(CommandDecodingError) {
        switch bytes.first {
        case 0x04 where bytes.count == 1:
            self = .push
        case 0x03 where bytes.count == 2 && KeyEstablishmentTemplate.Options.all.rawValue | bytes[1] == 0x0F:
            self = .keyAgreement(.init(rawValue: bytes[1]))
        default:
            throw .invalid(field: "scenario", value: bytes)
        }
    }
}

extension BERTLVReader {
    fileprivate mutating func require(
        _ tag: BERTag, _ value: [UInt8], _ field: String
    ) throws(CommandDecodingError) {
        let found = try required(tag)
        guard found == value else { throw .invalid(field: field, value: found) }
    }

    fileprivate mutating func require(
        ifPresent tag: BERTag, _ value: [UInt8], _ field: String
    ) throws(CommandDecodingError) -> Bool {
        guard !isAtEnd, nextIs(tag) else { return false }
        try require(tag, value, field)
        return true
    }
}

// MARK: - What is computed from it

extension KeyEstablishmentTemplate {
    /// What the key derivation mixes in besides the shared secret. GPC Amendment A Table 3-28.
    ///
    ///     key usage (1) | key type (1) | key length (1) | [derivation random] | [host id LV | IIN LV | CIN LV]
    ///
    /// - Parameters:
    ///   - issuer: tag 42 of the card, and `card` its tag 45: used where the host gave its own identifier.
    public func sharedInformation(derivationRandom: [UInt8]?, issuer: [UInt8], card: [UInt8]) -> [UInt8] {
        var information = [Self.threeSecureChannelKeys, KeyType.aes.rawValue, keyLength] + (derivationRandom ?? [])
        if let hostIdentifier {
            information += [hostIdentifier, issuer, card].flatMap { BERTLV.lengthBytes($0.count) + $0 }
        }
        return information
    }

    /// What the receipt is a MAC over: the template, and the derivation random with its tag. Amendment E Table 4-22.
    public func receiptInput(derivationRandom: [UInt8]?) -> [UInt8] {
        bytes + (derivationRandom.map { BERTLV(KeyEstablishmentAnswer.randomTag, $0).bytes } ?? [])
    }

    public var options: Options {
        switch scenario {
        case .push: []
        case .keyAgreement(let options): options
        }
    }
}
