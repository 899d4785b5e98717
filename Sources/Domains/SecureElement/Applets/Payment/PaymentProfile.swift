import CardCryptography
import GlobalPlatform
import ISO7816

/// What personalization gives a payment Application: the data of one card account. EMV CPS v1.1, Annex A.
///
///     01xx–1Exx          one record: SFI, record number; a template 70
///     9102               FCI proprietary data: 50 label, 87 priority, 9F38 PDOL …; as template A5 or its content
///     9104               response to GET PROCESSING OPTIONS: 82 AIP, 94 AFL
///     8000, 8010, 8101,
///     8103, 820x, 830x   keys and PIN, which never leave the card
struct PaymentProfile: Equatable, Sendable {
    /// EMV Book 3: a record has 254 bytes at most, tag and length included.
    static let recordLengthMax = 254
    /// With an AID of 16 bytes, the FCI then fills a response of 256 bytes: `6F 81 xx`, `84 10 AID`, `A5 81 xx`.
    static let selectionDataLengthMax = 256 - 3 - 18 - 3
    /// A private exponent of the largest RSA key in EMV, 1 984 bits.
    static let secretLengthMax = 248
    /// Application Label: 1 to 16 characters (EMV Book 1, Annex B).
    static let labelLengthMax = 16

    /// EMV Book 3, Annex B.
    private enum Tag {
        static let label: BERTag = 0x50
        static let priority: BERTag = 0x87
        static let processingOptionsList: BERTag = 0x9F38
    }

    /// Content of template A5.
    let selectionData: [BERTLV]
    /// The length of the data that the PDOL asks for, 0 without one.
    let processingOptionsDataLength: Int
    /// 82 and 94, the content of template 77.
    let processingOptions: [BERTLV]
    /// Templates 70 by their DGI: SFI and record number.
    private let records: [UInt16: [UInt8]]
    private let secrets: [UInt16: SecretBytes]

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
    }

    /// Refuses groupings that no profile could hold, before the last have come.
    static func check(_ groupings: [DataGrouping]) throws(Refusal) { _ = try Draft(groupings) }

    /// The record template, or `nil` when the file has no such record.
    func record(_ number: UInt8, in shortFileIdentifier: UInt8) -> [UInt8]? {
        records[UInt16(shortFileIdentifier) << 8 | UInt16(number)]
    }

    /// Label and priority; b4–b1 of tag 87 are the priority (EMV Book 1, Table 48).
    var contactlessOffer: ContactlessOffer {
        ContactlessOffer(
            label: selectionData[Tag.label] ?? [], priority: (selectionData[Tag.priority]?.first ?? 0) & 0x0F)
    }

    /// The groupings that make this profile again, in the order of their identifiers.
    var groupings: [DataGrouping] {
        let groupings =
            records.map { DataGrouping($0.key, $0.value) }
            + secrets.map { DataGrouping($0.key, $0.value.revealed()) }
            + [DataGrouping(0x9102, selectionData.bytes), DataGrouping(0x9104, processingOptions.bytes)]
        return groupings.sorted { $0.identifier < $1.identifier }
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

        init(_ groupings: [DataGrouping]) throws(Refusal) {
            var seen: Set<UInt16> = []
            for grouping in groupings {
                guard seen.insert(grouping.identifier).inserted else { throw Refusal(.incorrectData) }
                try add(grouping)
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
                let label = objects[Tag.label], (1...labelLengthMax).contains(label.count),
                label.allSatisfy({ (0x20...0x7E).contains($0) }), objects[Tag.priority].map({ $0.count == 1 }) ?? true
            else { throw Refusal(.incorrectData) }
            _ = try processingOptionsDataLength(objects)
            return objects
        }

        /// The sum of the lengths in the PDOL: tag, length (1), tag, length (1) … (EMV Book 3 §5.4).
        static func processingOptionsDataLength(_ objects: [BERTLV]) throws(Refusal) -> Int {
            var list = (objects[Tag.processingOptionsList] ?? [])[...]
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
