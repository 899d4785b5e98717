public import CardCryptography
public import ISO7816

/// The universal personalization data set: what all cards of one type have in common, stored once in an instance.
///
///     9102  FCI proprietary data: 50 label, 87 priority, 9F38 PDOL, 5F2D …
///     9104  82 AIP
///     8000  instance key (16)
///     9200  derivation key index (1) | cryptogram version (1)
///     0101  template 70 with the data objects that every card's record has: 5F28, 9F07, 8E …
///     A001  universal card identifier (16) | card type (1)
public struct UniversalPersonalization: Hashable, Sendable {
    public let cardType: CardType
    /// Names the universal card; it is no token and cannot pay.
    public let universalIdentifier: [UInt8]
    /// Content of template A5; the label is that of the instance as long as no card is chosen.
    public let selectionData: [BERTLV]
    public let interchangeProfile: ApplicationInterchangeProfile
    /// The master key that the keys of the cards come from, two single keys.
    public let instanceKey: TripleDESKey
    public let keyIndex: UInt8
    public let cryptogramVersion: CryptogramVersion
    /// Content of template 70.
    public let commonObjects: [BERTLV]

    public static let universalIdentifierLength = 16

    /// Debit cards and credit cards have a universal card each.
    public enum CardType: UInt8, CaseIterable, Sendable {
        case debit = 0x01
        case credit = 0x02
    }

    /// The identifiers of a whole set, in order.
    public static let identifiers: [UInt16] = [0x0101, 0x8000, 0x9102, 0x9104, 0x9200, 0xA001]

    /// What the quick style asks a terminal for. EMV Contactless Book C-3, Annex A.
    public static let quickProcessingOptions: [UInt8] = [
        0x9F, 0x66, 0x04, 0x9F, 0x02, 0x06, 0x9F, 0x03, 0x06, 0x9F, 0x1A, 0x02, 0x95, 0x05, 0x5F, 0x2A, 0x02, 0x9A,
        0x03,
        0x9C, 0x01, 0x9F, 0x37, 0x04,
    ]

    /// - Throws: ``UniversalPersonalizationError``.
    public init(
        cardType: CardType, universalIdentifier: [UInt8], selectionData: [BERTLV],
        interchangeProfile: ApplicationInterchangeProfile, instanceKey: TripleDESKey, keyIndex: UInt8 = 0x01,
        cryptogramVersion: CryptogramVersion = .visa18, commonObjects: [BERTLV]
    ) throws(UniversalPersonalizationError) {
        guard universalIdentifier.count == Self.universalIdentifierLength else { throw .grouping(0xA001) }
        guard instanceKey.bytes.count == 16 else { throw .grouping(0x8000) }
        guard cryptogramVersion == .visa18 else { throw .grouping(0x9200) }
        guard let label = selectionData[.applicationLabel], (1...16).contains(label.count),
            label.allSatisfy({ (0x20...0x7E).contains($0) }),
            selectionData[.applicationPriority].map({ $0.count == 1 }) ?? true,
            Set(selectionData.map(\.tag)).count == selectionData.count
        else { throw .grouping(0x9102) }
        do {
            _ = try DataObjectList(bytes: selectionData[.processingOptionsList] ?? [])
        } catch {
            throw .processingOptions(error)
        }
        let reserved: [BERTag] = [.primaryAccountNumber, .track2EquivalentData, .applicationExpirationDate]
        guard Set(commonObjects.map(\.tag)).count == commonObjects.count,
            !commonObjects.contains(where: { reserved.contains($0.tag) || $0.tag == .sequenceNumber })
        else { throw .grouping(0x0101) }
        self.cardType = cardType
        self.universalIdentifier = universalIdentifier
        self.selectionData = selectionData
        self.interchangeProfile = interchangeProfile
        self.instanceKey = instanceKey
        self.keyIndex = keyIndex
        self.cryptogramVersion = cryptogramVersion
        self.commonObjects = commonObjects
    }

    /// A data set as this wallet makes it: online only, on-device cardholder verification, the quick style's PDOL.
    ///
    /// Offline data authentication is left out because a card's certificate would have to contain its token.
    ///
    /// - Throws: ``UniversalPersonalizationError``, for a label that is none.
    public static func onlineOnly(
        _ cardType: CardType, universalIdentifier: [UInt8], label: String, priority: UInt8, instanceKey: TripleDESKey,
        issuerCountryCode: UInt16
    ) throws(UniversalPersonalizationError) -> UniversalPersonalization {
        try UniversalPersonalization(
            cardType: cardType, universalIdentifier: universalIdentifier,
            selectionData: [
                BERTLV(.applicationLabel, Array(label.utf8)), BERTLV(.applicationPriority, [priority]),
                BERTLV(.processingOptionsList, quickProcessingOptions),
                BERTLV(.languagePreference, Array("en".utf8)),
            ],
            interchangeProfile: [.onDeviceCardholderVerification], instanceKey: instanceKey,
            commonObjects: [
                BERTLV(.issuerCountryCode, BinaryCodedDecimal.numeric(issuerCountryCode, count: 2) ?? [0, 0]),
                BERTLV(.applicationUsageControl, [0xFF, 0x00]),
            ])
    }
}

// MARK: - Groupings

extension UniversalPersonalization {
    /// The whole set, in the order of the identifiers.
    public var groupings: [PersonalizationGrouping] {
        [
            PersonalizationGrouping(0x0101, BERTLV(.recordTemplate, commonObjects).bytes),
            PersonalizationGrouping(0x8000, confidential: instanceKey.bytes),
            PersonalizationGrouping(0x9102, selectionData.bytes),
            PersonalizationGrouping(
                0x9104, BERTLV(.applicationInterchangeProfile, interchangeProfile.bytes).bytes),
            PersonalizationGrouping(0x9200, [keyIndex, cryptogramVersion.rawValue]),
            PersonalizationGrouping(0xA001, universalIdentifier + [cardType.rawValue]),
        ]
    }

    /// Reads a set from the data of its groupings.
    ///
    /// - Throws: ``UniversalPersonalizationError``: for a grouping that is missing, malformed or not part of the set.
    public init(_ data: [UInt16: [UInt8]]) throws(UniversalPersonalizationError) {
        if let stranger = data.keys.sorted().first(where: { !Self.identifiers.contains($0) }) {
            throw .unknownGrouping(stranger)
        }
        func required(_ identifier: UInt16) throws(UniversalPersonalizationError) -> [UInt8] {
            guard let bytes = data[identifier] else { throw .missingGrouping(identifier) }
            return bytes
        }
        let (record, keyBytes, selection) = (try required(0x0101), try required(0x8000), try required(0x9102))
        let (optionBytes, issuerData, identity) = (try required(0x9104), try required(0x9200), try required(0xA001))
        guard let template = try? BERTLV(bytes: record), template.tag == .recordTemplate,
            let commonObjects = try? template.children()
        else { throw .grouping(0x0101) }
        guard let key = try? TripleDESKey(keyBytes) else { throw .grouping(0x8000) }
        guard let selectionData = try? BERTLV.sequence(selection) else { throw .grouping(0x9102) }
        guard let options = try? BERTLV.sequence(optionBytes), options.map(\.tag) == [.applicationInterchangeProfile],
            let profile = ApplicationInterchangeProfile(bytes: options[0].value)
        else { throw .grouping(0x9104) }
        guard issuerData.count == 2, let version = CryptogramVersion(rawValue: issuerData[1]) else {
            throw .grouping(0x9200)
        }
        guard identity.count == Self.universalIdentifierLength + 1, let type = CardType(rawValue: identity[16]) else {
            throw .grouping(0xA001)
        }
        try self.init(
            cardType: type, universalIdentifier: Array(identity.prefix(16)), selectionData: selectionData,
            interchangeProfile: profile, instanceKey: key, keyIndex: issuerData[0], cryptogramVersion: version,
            commonObjects: commonObjects)
    }

    /// What tells whether two instances hold the same set without showing the key: SHA-256 over the groupings in the
    /// order of their identifiers, each `DGI (2) | length (2) | data`, the key's data being its key check value.
    public var digest: [UInt8] {
        Digest.hash(
            groupings.flatMap { grouping in
                let data = grouping.identifier == 0x8000 ? instanceKey.keyCheckValue : grouping.data.revealed()
                return bigEndian(grouping.identifier) + bigEndian(UInt16(data.count)) + data
            })
    }

    /// The master key of a card: the instance key, combined with the card's share if it has one.
    public func masterKey(for record: UniversalCardRecord) -> TripleDESKey {
        guard let share = record.keyShare else { return instanceKey }
        return Self.combined(instanceKey, share)
    }

    /// `MK ⊕ share`: whoever has only one of the two halves has nothing.
    public static func combined(_ instanceKey: TripleDESKey, _ share: SecretBytes) -> TripleDESKey {
        precondition(instanceKey.bytes.count == 16 && share.count == 16, "both halves have 16 bytes")
        let bytes = SecretBytes(zip(instanceKey.bytes.revealed(), share.revealed()).map { $0 ^ $1 })
        do { return try TripleDESKey(bytes) } catch { preconditionFailure("16 bytes are a key: \(error)") }
    }
}

/// Why data is no universal personalization data set.
public enum UniversalPersonalizationError: Error, Equatable, Sendable, CustomStringConvertible {
    case missingGrouping(UInt16)
    case unknownGrouping(UInt16)
    /// The data of this grouping is malformed.
    case grouping(UInt16)
    case processingOptions(DataObjectListError)

    public var description: String {
        switch self {
        case .missingGrouping(let identifier): "grouping \(bigEndian(identifier).hex) of the universal data is missing"
        case .unknownGrouping(let identifier): "grouping \(bigEndian(identifier).hex) is not universal data"
        case .grouping(let identifier): "grouping \(bigEndian(identifier).hex) of the universal data is malformed"
        case .processingOptions(let error): "the universal data's PDOL: \(error)"
        }
    }
}
