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

extension IssuerApplicationData {
    /// This template with what the card decided: in Visa's and UICS' formats the second byte of the verification
    /// results, in M/Chip's the first. b8–b7 is the second cryptogram (10: none yet), b6–b5 the first.
    ///
    /// - Parameter isConsumerConfirmed: the device verified its user: b3, as an offline PIN.
    func deciding(
        first: CryptogramType, second: CryptogramType? = nil, isConsumerConfirmed: Bool = false
    ) -> IssuerApplicationData {
        var bytes = bytes
        let place =
            switch version {
            case .visa10, .visa18, .uics01: 4
            case .visa22: 3
            case .mastercard16, .mastercard17, .mastercard20, .mastercard21: 2
            }
        bytes[place] |= (second?.rawValue ?? CryptogramType.online.rawValue) | first.rawValue >> 2
        if isConsumerConfirmed { bytes[place] |= 0x04 }
        do {
            return try IssuerApplicationData(bytes)
        } catch {
            preconditionFailure("the format of a template does not hang on its verification results: \(error)")
        }
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
