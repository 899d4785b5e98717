import CardCryptography
import EMV
import GlobalPlatform
import ISO7816

extension UniversalCardInstance {
    mutating func beginPersonalization() { unfinished = UnfinishedPersonalization() }

    /// The first run brings the universal personalization data set, and no other does: `6985`. Later runs put and
    /// delete card records, several at a time, all or none.
    mutating func personalize(_ block: StoreDataCommand) throws(Refusal) {
        guard let unfinished else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let longer = try unfinished.adding(block)
        let groupings = try block.isLastBlock ? longer.allGroupings() : longer.completeGroupings()
        for grouping in groupings { try check(grouping) }
        guard block.isLastBlock else {
            self.unfinished = longer
            return
        }
        var after = self
        if universal == nil {
            after.universal = try Self.universal(in: groupings)
        } else {
            guard !groupings.isEmpty else { throw Refusal(.incorrectData) }
            for grouping in groupings { try after.apply(grouping) }
        }
        after.unfinished = nil
        self = after
    }

    /// Refuses a grouping out of its turn before the rest has come.
    private func check(_ grouping: DataGrouping) throws(Refusal) {
        let isForRecord = [UniversalCardRecord.identifier, UniversalCardDeletion.identifier].contains(
            grouping.identifier)
        guard isForRecord || UniversalPersonalization.identifiers.contains(grouping.identifier) else {
            throw Refusal(.referencedDataNotFound)
        }
        guard isForRecord == (universal != nil) else { throw Refusal(.conditionsOfUseNotSatisfied) }
    }

    private static func universal(in groupings: [DataGrouping]) throws(Refusal) -> UniversalPersonalization {
        var data: [UInt16: [UInt8]] = [:]
        for grouping in groupings {
            guard data.updateValue(grouping.data, forKey: grouping.identifier) == nil else {
                throw Refusal(.incorrectData)
            }
        }
        guard let universal = try? UniversalPersonalization(data), fits(universal) else {
            throw Refusal(.incorrectData)
        }
        return universal
    }

    /// Whether FCI and record have room for every card: the longest label and the longest number.
    private static func fits(_ universal: UniversalPersonalization) -> Bool {
        let label = String(repeating: "8", count: PaymentProfile.labelLengthMax)
        // 5A 0A, 5F24 03 and 5F34 01 come before the common objects; 70 81 xx around all.
        return selectionData(universal, label: label).bytes.count <= selectionDataLengthMax
            && universal.commonObjects.bytes.count + 12 + 6 + 4 + 3 <= PaymentProfile.recordLengthMax
    }

    private mutating func apply(_ grouping: DataGrouping) throws(Refusal) {
        if grouping.identifier == UniversalCardDeletion.identifier {
            guard let reference = try? UniversalCardDeletion.reference(in: grouping.data) else {
                throw Refusal(.incorrectData)
            }
            records.removeAll { $0.reference == reference }
            if chosen == reference { chosen = nil }
            return
        }
        guard let record = try? UniversalCardRecord(bytes: grouping.data) else { throw Refusal(.incorrectData) }
        try put(record)
    }

    /// In the place of the record with the same reference, or behind the last.
    private mutating func put(_ record: UniversalCardRecord) throws(Refusal) {
        if let index = records.firstIndex(where: { $0.reference == record.reference }) {
            records[index] = record
        } else {
            guard records.count < Self.recordsMax else { throw Refusal(.notEnoughMemory) }
            records.append(record)
        }
        if record.becomesChosen, chosen == nil { chosen = record.reference }
    }
}
