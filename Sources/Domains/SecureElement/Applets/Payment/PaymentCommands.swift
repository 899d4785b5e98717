import EMV
import ISO7816

extension CommandAPDU {
    /// The values in template 83, the data field of GET PROCESSING OPTIONS. EMV Book 3 §6.5.8.
    ///
    /// - Throws: `6A80` for another template, `6700` for another number of bytes than the PDOL asks for.
    func processingOptionsData(length: Int) throws(Refusal) -> [UInt8] {
        guard let template = try? BERTLV(bytes: data), template.tag == .commandTemplate else {
            throw Refusal(.incorrectData)
        }
        guard template.value.count == length else { throw Refusal(.wrongLength) }
        return template.value
    }

    /// READ RECORD by number: P1 is the number, P2 the SFI in b8–b4 and 100. EMV Book 3 §6.5.11.
    func recordAddress() throws(Refusal) -> (shortFileIdentifier: UInt8, number: UInt8) {
        guard data.isEmpty else { throw Refusal(.wrongLength) }
        guard p2 & 0x07 == 0x04 else { throw Refusal(.incorrectParameters) }
        return (p2 >> 3, p1)
    }
}

extension UInt16 {
    /// One more, for the transaction that begins.
    ///
    /// - Throws: `6985` after the last one: a counter never repeats.
    func nextTransaction() throws(Refusal) -> UInt16 {
        guard self < .max else { throw Refusal(.conditionsOfUseNotSatisfied) }
        return self + 1
    }
}
