import ISO7816

extension PersonalizationProgress {
    /// DF70 { E3 { 4F application, 80 blocks accepted (2), 81 complete (1), 82 completed personalizations (2) } … }
    static func read(_ response: ResponseAPDU) -> [AID: PersonalizationProgress]? {
        guard response.statusWord.isSuccess, let record = try? BERTLV(bytes: response.data), record.tag == 0xDF70,
            let entries = try? BERTLV.sequence(record.value)
        else { return nil }
        var progress: [AID: PersonalizationProgress] = [:]
        for entry in entries {
            guard let fields = try? entry.children(), let bytes = fields[Tag.application], let aid = try? AID(bytes),
                let blocks = fields[Tag.blocksAccepted], blocks.count == 2, let complete = fields[Tag.isComplete]
            else { return nil }
            progress[aid] = PersonalizationProgress(
                blocksAccepted: Int(blocks[0]) << 8 | Int(blocks[1]), isComplete: complete == [0x01])
        }
        return progress
    }

    private enum Tag {
        static let application: BERTag = 0x4F
        static let blocksAccepted: BERTag = 0x80
        static let isComplete: BERTag = 0x81
    }
}
