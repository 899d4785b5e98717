/// What the card decided, in the verification results: b8–b7 is the second cryptogram (10: none yet), b6–b5 the first.
extension IssuerApplicationData {
    /// The first cryptogram of the transaction; `nil` for the reserved value.
    public var firstCryptogram: CryptogramType? { CryptogramType(rawValue: bytes[decisionIndex] << 2 & 0xC0) }

    /// This template with what the card decided.
    ///
    /// - Parameter isConsumerConfirmed: the device verified its user: b3, as an offline PIN.
    public func deciding(
        first: CryptogramType, second: CryptogramType? = nil, isConsumerConfirmed: Bool = false
    ) -> IssuerApplicationData {
        var bytes = bytes
        bytes[decisionIndex] |= (second?.rawValue ?? CryptogramType.online.rawValue) | first.rawValue >> 2
        if isConsumerConfirmed { bytes[decisionIndex] |= 0x04 }
        do {
            return try IssuerApplicationData(bytes)
        } catch {
            preconditionFailure("the format of a template does not hang on its verification results: \(error)")
        }
    }

    /// In Visa's and UICS' formats the second byte of the verification results, whose first is their length; in M/Chip's
    /// and Visa's format 2 the first.
    private var decisionIndex: Int {
        switch version {
        case .visa10, .visa18, .uics01: 4
        case .visa22: 3
        case .mastercard16, .mastercard17, .mastercard20, .mastercard21: 2
        }
    }
}
