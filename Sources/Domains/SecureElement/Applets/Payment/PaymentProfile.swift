import CardCryptography
import EMV
import GlobalPlatform
import ISO7816

/// What personalization gives a payment Application: the data of one card account. EMV CPS v1.1, Annex A.
///
///     01xx–1Exx          one record: SFI, record number; a template 70
///     9102               FCI proprietary data: 50 label, 87 priority, 9F38 PDOL …; as template A5 or its content
///     9104               response to GET PROCESSING OPTIONS: 82 AIP, 94 AFL
///     8000               key for cryptograms, or MK-AC | MK-SMI | MK-SMC (16 each)
///     8010               PIN, which never leaves the card
///     8101, 8103         card key: private exponent, modulus
///     8201–8205          card key: q⁻¹ mod p, d mod (q − 1), d mod (p − 1), q, p
///     830x               another key pair, which is kept
///     9000               key check values of the keys in 8000, three bytes each
///     9010               PIN try counter, PIN try limit
///     9200               template of the issuer application data (9F10); with it the Application makes cryptograms
///     A010               data objects that no record has: 9F4F log format, 9F6C card transaction qualifiers
struct PaymentProfile: Equatable, Sendable {
    /// EMV Book 3: a record has 254 bytes at most, tag and length included.
    static let recordLengthMax = 254
    /// With an AID of 16 bytes, the FCI then fills a response of 256 bytes: `6F 81 xx`, `84 10 AID`, `A5 81 xx`.
    static let selectionDataLengthMax = 256 - 3 - 18 - 3
    /// A private exponent of the largest RSA key in EMV, 1 984 bits.
    static let secretLengthMax = 248
    /// Application Label: 1 to 16 characters (EMV Book 1, Annex B).
    static let labelLengthMax = 16

    /// Content of template A5.
    let selectionData: [BERTLV]
    /// The length of the data that the PDOL asks for, 0 without one.
    let processingOptionsDataLength: Int
    /// 82 and 94, the content of template 77.
    let processingOptions: [BERTLV]
    /// Templates 70 by their DGI: SFI and record number.
    private let records: [UInt16: [UInt8]]
    private let secrets: [UInt16: SecretBytes]
    /// The groupings 9000, 9010, 9200 and A010, as they came.
    private let settings: [UInt16: [UInt8]]
    /// What cryptograms are made with; without it a terminal gets records and no more.
    let cryptogram: Cryptogram?
    /// The card's own key pair, for offline data authentication.
    let cardKey: RSAPrivateKey?
    /// Data objects that no record has.
    let internalObjects: [BERTLV]

    /// A profile from all its groupings.
    ///
    /// - Throws: `6A88` for an unknown DGI; `6A80` for one that is malformed, stands twice or is missing.
    init(_ groupings: [DataGrouping]) throws(Refusal) {
        let draft = try Draft(groupings)
        guard let selectionData = draft.selectionData, let processingOptions = draft.processingOptions else {
            throw Refusal(.incorrectData)
        }
        self.selectionData = selectionData
        self.processingOptions = processingOptions
        processingOptionsDataLength = try Draft.processingOptionsDataLength(selectionData)
        records = draft.records
        secrets = draft.secrets
        settings = draft.settings
        internalObjects = draft.internalObjects
        cryptogram = try Cryptogram(secrets: draft.secrets, template: draft.issuerData)
        cardKey = try Self.cardKey(draft.secrets)
        try checkStyle()
    }

    /// Refuses groupings that no profile could hold, before the last have come.
    static func check(_ groupings: [DataGrouping]) throws(Refusal) { _ = try Draft(groupings) }

    /// The record template, or `nil` when the file has no such record.
    func record(_ number: UInt8, in shortFileIdentifier: UInt8) -> [UInt8]? {
        records[UInt16(shortFileIdentifier) << 8 | UInt16(number)]
    }

    /// The value of a data object in the records.
    func recordObject(_ tag: BERTag) -> [UInt8]? {
        for identifier in records.keys.sorted() {
            let content = records[identifier].flatMap { try? BERTLV(bytes: $0).children() }
            if let value = content?[tag] { return value }
        }
        return nil
    }

    /// 9F17: the tries that 9010 gave; 0 without a PIN.
    var pinTries: UInt8 { settings[0x9010]?.first ?? 0 }

    /// Label and priority; b4–b1 of tag 87 are the priority (EMV Book 1, Table 48).
    var contactlessOffer: ContactlessOffer {
        ContactlessOffer(
            label: selectionData[.applicationLabel] ?? [],
            priority: (selectionData[.applicationPriority]?.first ?? 0) & 0x0F)
    }

    /// The groupings that make this profile again, in the order of their identifiers.
    var groupings: [DataGrouping] {
        let groupings =
            records.map { DataGrouping($0.key, $0.value) }
            + secrets.map { DataGrouping($0.key, $0.value.revealed()) }
            + settings.map { DataGrouping($0.key, $0.value) }
            + [DataGrouping(0x9102, selectionData.bytes), DataGrouping(0x9104, processingOptions.bytes)]
        return groupings.sorted { $0.identifier < $1.identifier }
    }

    /// Equal when they came from the same groupings: the rest follows from these.
    static func == (left: Self, right: Self) -> Bool {
        left.selectionData == right.selectionData && left.processingOptions == right.processingOptions
            && left.records == right.records && left.secrets == right.secrets && left.settings == right.settings
    }
}

// MARK: - Reading

extension PaymentProfile {
    /// Groupings of a profile, perhaps not all.
    private struct Draft {
        var selectionData: [BERTLV]?
        var processingOptions: [BERTLV]?
        var records: [UInt16: [UInt8]] = [:]
        var secrets: [UInt16: SecretBytes] = [:]
        var settings: [UInt16: [UInt8]] = [:]
        var issuerData: IssuerApplicationData?
        var internalObjects: [BERTLV] = []

        init(_ groupings: [DataGrouping]) throws(Refusal) {
            var seen: Set<UInt16> = []
            for grouping in groupings {
                guard seen.insert(grouping.identifier).inserted else { throw Refusal(.incorrectData) }
                try add(grouping)
            }
            try checkKeys()
        }

        /// A key is taken only with its check value, when 9000 has one.
        private func checkKeys() throws(Refusal) {
            guard let values = settings[0x9000], let keys = secrets[0x8000] else { return }
            guard keys.count == values.count / 3 * 16 else { throw Refusal(.incorrectData) }
            for index in 0..<values.count / 3 {
                let key = try? TripleDESKey(keys.slice(index * 16..<index * 16 + 16))
                guard key?.keyCheckValue == Array(values[index * 3..<index * 3 + 3]) else {
                    throw Refusal(.incorrectData)
                }
            }
        }

        private mutating func add(_ grouping: DataGrouping) throws(Refusal) {
            switch grouping.identifier {
            case 0x0100...0x1EFF:
                records[grouping.identifier] = try Self.record(grouping)
            case 0x8000, 0x8010, 0x8101, 0x8103, 0x8201...0x8205, 0x8301...0x8305:
                guard (1...secretLengthMax).contains(grouping.data.count) else { throw Refusal(.incorrectData) }
                secrets[grouping.identifier] = SecretBytes(grouping.data)
            case 0x9102:
                selectionData = try Self.selectionData(grouping.data)
            case 0x9104:
                processingOptions = try Self.processingOptions(grouping.data)
            case 0x9000:
                guard [3, 6, 9].contains(grouping.data.count) else { throw Refusal(.incorrectData) }
                settings[grouping.identifier] = grouping.data
            case 0x9010:
                guard grouping.data.count == 2 else { throw Refusal(.incorrectData) }
                settings[grouping.identifier] = grouping.data
            case 0x9200:
                guard let template = try? IssuerApplicationData(grouping.data) else { throw Refusal(.incorrectData) }
                issuerData = template
                settings[grouping.identifier] = grouping.data
            case 0xA010:
                internalObjects = try Self.internalObjects(grouping.data)
                settings[grouping.identifier] = grouping.data
            default:
                throw Refusal(.referencedDataNotFound)
            }
        }

        private static func record(_ grouping: DataGrouping) throws(Refusal) -> [UInt8] {
            // Record numbers run from 1 to 254 (ISO/IEC 7816-4 §7.3.1).
            guard (0x01...0xFE).contains(grouping.identifier & 0xFF), grouping.data.count <= recordLengthMax,
                let template = try? BERTLV(bytes: grouping.data), template.tag == 0x70,
                (try? template.children()) != nil
            else { throw Refusal(.incorrectData) }
            return grouping.data
        }

        private static func selectionData(_ data: [UInt8]) throws(Refusal) -> [BERTLV] {
            guard var objects = try? BERTLV.sequence(data) else { throw Refusal(.incorrectData) }
            if objects.count == 1, objects[0].tag == 0xA5 {
                guard let children = try? objects[0].children() else { throw Refusal(.incorrectData) }
                objects = children
            }
            guard objects.bytes.count <= selectionDataLengthMax, Set(objects.map(\.tag)).count == objects.count,
                let label = objects[.applicationLabel], (1...labelLengthMax).contains(label.count),
                label.allSatisfy({ (0x20...0x7E).contains($0) }),
                objects[.applicationPriority].map({ $0.count == 1 }) ?? true
            else { throw Refusal(.incorrectData) }
            _ = try processingOptionsDataLength(objects)
            return objects
        }

        /// The sum of the lengths in the PDOL: tag, length (1), tag, length (1) … (EMV Book 3 §5.4).
        static func processingOptionsDataLength(_ objects: [BERTLV]) throws(Refusal) -> Int {
            var list = (objects[.processingOptionsList] ?? [])[...]
            var length = 0
            while let first = list.popFirst() {
                var last = first & 0x1F == 0x1F ? list.popFirst() : 0x00
                while let byte = last, byte & 0x80 != 0 { last = list.popFirst() }
                guard last != nil, let count = list.popFirst() else { throw Refusal(.incorrectData) }
                length += Int(count)
            }
            // 83 81 xx in a short command.
            guard length <= 252 else { throw Refusal(.incorrectData) }
            return length
        }

        private static func internalObjects(_ data: [UInt8]) throws(Refusal) -> [BERTLV] {
            guard let objects = try? BERTLV.sequence(data), Set(objects.map(\.tag)).count == objects.count,
                objects[.logFormat].map({ (try? DataObjectList(bytes: $0)).map { $0.totalLength > 0 } ?? false })
                    ?? true,
                objects[.cardTransactionQualifiers].map({ $0.count == 2 }) ?? true
            else { throw Refusal(.incorrectData) }
            return objects
        }

        private static func processingOptions(_ data: [UInt8]) throws(Refusal) -> [BERTLV] {
            guard let objects = try? BERTLV.sequence(data), objects.map(\.tag) == [0x82, 0x94],
                objects[0].value.count == 2, isFileLocator(objects[1].value)
            else { throw Refusal(.incorrectData) }
            return objects
        }

        /// Entries of four bytes: SFI in b8–b4, first and last record, records for offline authentication.
        /// EMV Book 3 §10.2.
        private static func isFileLocator(_ bytes: [UInt8]) -> Bool {
            // 77 81 xx | 82 02 AIP | 94 81 xx in a response of 256 bytes.
            guard !bytes.isEmpty, bytes.count % 4 == 0, bytes.count <= 240 else { return false }
            return stride(from: 0, to: bytes.count, by: 4).allSatisfy { offset in
                let (file, first, last) = (bytes[offset], Int(bytes[offset + 1]), Int(bytes[offset + 2]))
                return file & 0x07 == 0 && (1...30).contains(file >> 3) && first >= 1 && first <= last
                    && Int(bytes[offset + 3]) <= last - first + 1
            }
        }
    }
}
