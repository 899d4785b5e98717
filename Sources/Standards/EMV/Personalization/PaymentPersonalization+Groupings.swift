public import CardCryptography
import ISO7816

extension PaymentPersonalization {
    /// All groupings, in the order of their identifiers.
    public var groupings: [PersonalizationGrouping] {
        var groupings = records.keys.sorted().map { identifier in
            PersonalizationGrouping(
                identifier.groupingIdentifier, BERTLV(.recordTemplate, records[identifier] ?? []).bytes)
        }
        if let cryptogram { groupings.append(PersonalizationGrouping(0x8000, confidential: cryptogram.key.bytes)) }
        if let cardKey {
            groupings += zip(Self.cardKeyIdentifiers, cardKey.inCardOrder).map { identifier, number in
                PersonalizationGrouping(identifier, confidential: number)
            }
        }
        groupings.append(PersonalizationGrouping(0x9102, selectionData.bytes))
        groupings.append(
            PersonalizationGrouping(
                0x9104,
                [
                    BERTLV(.applicationInterchangeProfile, interchangeProfile.bytes),
                    BERTLV(.applicationFileLocator, fileLocator.bytes),
                ].bytes))
        if let cryptogram { groupings.append(PersonalizationGrouping(0x9200, cryptogram.issuerData.bytes)) }
        if !internalObjects.isEmpty { groupings.append(PersonalizationGrouping(0xA010, internalObjects.bytes)) }
        return groupings
    }

    /// The key check value of 8000, by which a card notices a wrong key before it accepts it; may go with the groupings.
    public var keyCheckGrouping: PersonalizationGrouping? {
        cryptogram.map { PersonalizationGrouping(0x9000, $0.key.keyCheckValue) }
    }

    /// 8201 to 8205.
    public static let cardKeyIdentifiers: [UInt16] = [0x8201, 0x8202, 0x8203, 0x8204, 0x8205]

    /// Reads a personalization from the data of its groupings.
    ///
    /// - Throws: ``PaymentPersonalizationError``.
    public init(_ data: [UInt16: SecretBytes]) throws(PaymentPersonalizationError) {
        func required(_ identifier: UInt16) throws(PaymentPersonalizationError) -> [UInt8] {
            guard let bytes = data[identifier] else { throw .missingGrouping(identifier) }
            return bytes.revealed()
        }
        let (selection, options) = (try required(0x9102), try required(0x9104))
        guard let selectionData = Self.selectionData(selection) else { throw .grouping(0x9102) }
        guard let objects = try? BERTLV.sequence(options),
            objects.map(\.tag) == [.applicationInterchangeProfile, .applicationFileLocator],
            let profile = ApplicationInterchangeProfile(bytes: objects[0].value),
            let locator = try? ApplicationFileLocator(bytes: objects[1].value)
        else { throw .grouping(0x9104) }
        var internalObjects: [BERTLV] = []
        if let bytes = data[0xA010] {
            guard let objects = try? BERTLV.sequence(bytes.revealed()) else { throw .grouping(0xA010) }
            internalObjects = objects
        }
        try self.init(
            selectionData: selectionData, interchangeProfile: profile, fileLocator: locator,
            records: try Self.records(data), cryptogram: try Self.cryptogram(data), cardKey: try Self.cardKey(data),
            internalObjects: internalObjects)
        guard cardKey == nil || privateKey != nil else { throw .grouping(0x8205) }
    }

    /// The content of template A5, or the template itself.
    private static func selectionData(_ bytes: [UInt8]) -> [BERTLV]? {
        guard let objects = try? BERTLV.sequence(bytes) else { return nil }
        guard objects.count == 1, objects[0].tag == .proprietaryTemplate else { return objects }
        return try? objects[0].children()
    }

    private static func records(
        _ data: [UInt16: SecretBytes]
    ) throws(PaymentPersonalizationError) -> [RecordIdentifier: [BERTLV]] {
        var records: [RecordIdentifier: [BERTLV]] = [:]
        for (identifier, bytes) in data.sorted(by: { $0.key < $1.key }) {
            if (0x0100...0x1EFF).contains(identifier) {
                let (file, number) = (UInt8(identifier >> 8), UInt8(identifier & 0xFF))
                guard let record = RecordIdentifier(file: file, number: number),
                    let template = try? BERTLV(bytes: bytes.revealed()), template.tag == .recordTemplate,
                    let content = try? template.children()
                else { throw .grouping(identifier) }
                records[record] = content
            } else if !otherIdentifiers.contains(identifier) {
                throw .unknownGrouping(identifier)
            }
        }
        return records
    }

    private static let otherIdentifiers: Set<UInt16> = Set([0x8000, 0x9000, 0x9102, 0x9104, 0x9200, 0xA010]).union(
        cardKeyIdentifiers)

    private static func cryptogram(
        _ data: [UInt16: SecretBytes]
    ) throws(PaymentPersonalizationError) -> CryptogramProfile? {
        guard (data[0x8000] == nil) == (data[0x9200] == nil) else { throw .incompleteCryptogram }
        guard let keyBytes = data[0x8000], let template = data[0x9200] else {
            if data[0x9000] != nil { throw .grouping(0x9000) }
            return nil
        }
        guard let key = try? TripleDESKey(keyBytes) else { throw .grouping(0x8000) }
        if let value = data[0x9000], value.revealed() != key.keyCheckValue { throw .grouping(0x9000) }
        guard let issuerData = try? IssuerApplicationData(template.revealed()) else { throw .grouping(0x9200) }
        return CryptogramProfile(key: key, issuerData: issuerData)
    }

    private static func cardKey(
        _ data: [UInt16: SecretBytes]
    ) throws(PaymentPersonalizationError) -> RSAPrivateKey.ChineseRemainderNumbers? {
        let numbers = cardKeyIdentifiers.map { data[$0] }
        guard numbers.contains(where: { $0 != nil }) else { return nil }
        for (identifier, number) in zip(cardKeyIdentifiers, numbers) where number == nil {
            throw .missingGrouping(identifier)
        }
        return RSAPrivateKey.ChineseRemainderNumbers(inCardOrder: numbers.compactMap(\.self))
    }
}

extension RSAPrivateKey.ChineseRemainderNumbers {
    /// q⁻¹ mod p, d mod (q − 1), d mod (p − 1), q, p: groupings 8201 to 8205 (EMV CPS v1.1, Annex A).
    var inCardOrder: [SecretBytes] { [coefficient, exponentQ, exponentP, q, p] }

    init(inCardOrder numbers: [SecretBytes]) {
        self.init(
            p: numbers[4], q: numbers[3], exponentP: numbers[2], exponentQ: numbers[1], coefficient: numbers[0])
    }
}
