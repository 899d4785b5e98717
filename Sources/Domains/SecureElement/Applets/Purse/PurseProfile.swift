import CardCryptography
import EMV
import ElectronicPurse
import GlobalPlatform
import ISO7816

/// What personalization gives a purse, ``PursePersonalization``, the records apart.
struct PurseProfile: Equatable, Sendable {
    /// There is one set of keys.
    static let keyIndex: UInt8 = 0x01
    /// `6F`, `84 10 AID`, `A5`, `9F0C 1E` and file 15 leave that much of 256 bytes.
    static let selectionDataLengthMax = 256 - 3 - 18 - 3 - 33

    let applicationData: PurseApplicationData
    let keys: PurseKeys
    let keyVersion: UInt8
    let algorithm: UInt8
    let balanceMax: UInt32
    /// Content of template A5, without 9F0C.
    let selectionData: [BERTLV]

    /// The profile and the records in some groupings.
    ///
    /// - Throws: `6A88` for an unknown DGI; `6A80` for one that is malformed, stands twice or is missing.
    static func read(_ groupings: [DataGrouping]) throws(Refusal) -> (PurseProfile, records: [UInt16: [UInt8]]) {
        let draft = try Draft(groupings)
        guard let applicationData = draft.applicationData, let keys = draft.keys, let settings = draft.settings,
            let selectionData = draft.selectionData
        else { throw Refusal(.incorrectData) }
        let profile = PurseProfile(
            applicationData: applicationData, keys: keys, keyVersion: settings[0], algorithm: settings[1],
            balanceMax: settings[2...].reduce(0) { $0 << 8 | UInt32($1) }, selectionData: selectionData)
        return (profile, draft.records)
    }

    /// Refuses groupings that no purse could hold, before the last have come.
    static func check(_ groupings: [DataGrouping]) throws(Refusal) { _ = try Draft(groupings) }

    var contactlessOffer: ContactlessOffer {
        ContactlessOffer(
            label: selectionData[.applicationLabel] ?? [],
            priority: (selectionData[.applicationPriority]?.first ?? 0) & 0x0F)
    }

    /// The groupings that make this profile again.
    var groupings: [DataGrouping] {
        [
            DataGrouping(PursePersonalization.applicationDataIdentifier, applicationData.bytes),
            DataGrouping(PursePersonalization.keysIdentifier, keys.bytes.revealed()),
            DataGrouping(
                PursePersonalization.settingsIdentifier, [keyVersion, algorithm] + balanceMax.bigEndianBytes),
            DataGrouping(PursePersonalization.selectionIdentifier, selectionData.bytes),
        ]
    }
}

// MARK: - Reading

extension PurseProfile {
    /// Groupings of a purse, perhaps not all.
    private struct Draft {
        var applicationData: PurseApplicationData?
        var keys: PurseKeys?
        var checkValues: [UInt8]?
        var settings: [UInt8]?
        var selectionData: [BERTLV]?
        var records: [UInt16: [UInt8]] = [:]

        static let recordsMax = 16

        init(_ groupings: [DataGrouping]) throws(Refusal) {
            var seen: Set<UInt16> = []
            for grouping in groupings {
                guard seen.insert(grouping.identifier).inserted else { throw Refusal(.incorrectData) }
                try add(grouping.identifier, grouping.data)
            }
            guard records.count <= Self.recordsMax else { throw Refusal(.notEnoughMemory) }
            if let keys, let checkValues {
                let expected = [keys.purchase, keys.load, keys.authentication].flatMap(\.keyCheckValue)
                guard constantTimeEqual(expected, checkValues) else { throw Refusal(.incorrectData) }
            }
        }

        private mutating func add(_ identifier: UInt16, _ data: [UInt8]) throws(Refusal) {
            switch identifier {
            case PursePersonalization.applicationDataIdentifier:
                guard let file = try? PurseApplicationData(data) else { throw Refusal(.incorrectData) }
                applicationData = file
            case PursePersonalization.keysIdentifier:
                guard let keys = try? PurseKeys(SecretBytes(data)) else { throw Refusal(.incorrectData) }
                self.keys = keys
            case PursePersonalization.checkValuesIdentifier:
                guard data.count == 9 else { throw Refusal(.incorrectData) }
                checkValues = data
            case PursePersonalization.settingsIdentifier:
                guard data.count == 6, data[2] & 0x80 == 0 else { throw Refusal(.incorrectData) }
                settings = data
            case PursePersonalization.selectionIdentifier:
                selectionData = try Self.selectionData(data)
            case 0x1701...0x17FE, 0x1E01...0x1EFE:
                guard (1...PursePersonalization.recordLengthMax).contains(data.count) else {
                    throw Refusal(.incorrectData)
                }
                records[identifier] = data
            default:
                throw Refusal(.referencedDataNotFound)
            }
        }

        private static func selectionData(_ data: [UInt8]) throws(Refusal) -> [BERTLV] {
            guard let objects = try? BERTLV.sequence(data), data.count <= selectionDataLengthMax,
                Set(objects.map(\.tag)).count == objects.count, objects[PurseSelection.applicationDataTag] == nil,
                let label = objects[.applicationLabel], (1...PaymentProfile.labelLengthMax).contains(label.count),
                label.allSatisfy({ (0x20...0x7E).contains($0) }),
                objects[.applicationPriority].map({ $0.count == 1 }) ?? true
            else { throw Refusal(.incorrectData) }
            return objects
        }
    }
}
