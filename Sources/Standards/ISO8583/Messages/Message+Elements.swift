extension Message {
    /// Field 4, in minor units.
    public var amount: Int64? { self[.amount].flatMap { Int64($0) } }

    /// Field 7.
    public var transmissionTime: TransmissionTime? { self[.transmissionTime].flatMap { TransmissionTime($0) } }

    /// Field 11, 0 to 999 999.
    public var systemTraceAuditNumber: Int? { number(.systemTraceAuditNumber) }

    /// Field 39.
    public var responseCode: ResponseCode? { self[.responseCode].map { ResponseCode(rawValue: $0) } }

    /// Field 49: a numeric code of ISO 4217.
    public var currency: Int? { number(.currency) }

    /// Field 70; `nil` also for a code that is not known.
    public var networkManagementCode: NetworkManagementCode? {
        self[.networkManagementCode].flatMap { NetworkManagementCode(rawValue: $0) }
    }

    /// Field 90; `nil` also when it names no message.
    public var originalData: OriginalData? { self[.originalData].flatMap { OriginalData($0) } }

    /// A field of digits as a number.
    public func number(_ element: DataElement) -> Int? { self[element].flatMap { Int($0) } }

    // MARK: Writing

    /// - Throws: ``FieldValueError`` for a negative amount, or one with more than twelve digits.
    public mutating func set(amount: Int64) throws(FieldValueError) {
        try set(.amount, number: amount, digitCount: 12)
    }

    /// - Throws: ``FieldValueError`` for another number than 0 to 999 999.
    public mutating func set(systemTraceAuditNumber number: Int) throws(FieldValueError) {
        try set(.systemTraceAuditNumber, number: Int64(number), digitCount: 6)
    }

    /// - Throws: ``FieldValueError`` for another number than 0 to 999.
    public mutating func set(currency: Int) throws(FieldValueError) {
        try set(.currency, number: Int64(currency), digitCount: 3)
    }

    /// Characters, with spaces behind up to the element's fixed length.
    ///
    /// - Throws: ``FieldValueError``.
    public mutating func set(_ element: DataElement, padding text: some StringProtocol) throws(FieldValueError) {
        let missing = max(0, element.format.length.max - text.utf8.count)
        try set(element, text + String(repeating: " ", count: missing))
    }

    private mutating func set(
        _ element: DataElement, number: Int64, digitCount: Int
    ) throws(FieldValueError) {
        guard number >= 0 else { throw FieldValueError(element: element, reason: .character(at: 0)) }
        try set(element, Digits.text(UInt64(number), count: digitCount))
    }
}
