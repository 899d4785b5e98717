import ISO7816

extension PersonalizationProgress {
    /// DF70 { 4F the security domain that answers
    ///        E3 { 4F application, 80 blocks accepted (2), 81 complete (1), 82 completed personalizations (2),
    ///             83 life cycle state (1) } … }
    ///
    /// - Returns: `nil` unless `securityDomain` itself answered: a card that lost its power since SELECT answers with
    ///   another.
    static func read(
        _ response: ResponseAPDU, of securityDomain: AID
    ) -> [AID: PersonalizationProgress]? {
        guard response.statusWord.isSuccess, let record = try? BERTLV(bytes: response.data), record.tag == 0xDF70,
            let entries = try? BERTLV.sequence(record.value), entries[Tag.application] == securityDomain.bytes
        else { return nil }
        var progress: [AID: PersonalizationProgress] = [:]
        for entry in entries.dropFirst() {
            guard let fields = try? entry.children(), let bytes = fields[Tag.application], let aid = try? AID(bytes),
                let blocks = fields[Tag.blocksAccepted], blocks.count == 2, let complete = fields[Tag.isComplete],
                let lifeCycle = fields[Tag.lifeCycle], lifeCycle.count == 1
            else { return nil }
            progress[aid] = PersonalizationProgress(
                blocksAccepted: Int(blocks[0]) << 8 | Int(blocks[1]), isComplete: complete == [0x01],
                isLocked: lifeCycle[0] & 0x80 != 0)
        }
        return progress
    }

    private enum Tag {
        static let application: BERTag = 0x4F
        static let blocksAccepted: BERTag = 0x80
        static let isComplete: BERTag = 0x81
        /// GPC v2.3.1 Table 11-4: b8 says LOCKED.
        static let lifeCycle: BERTag = 0x83
    }
}
