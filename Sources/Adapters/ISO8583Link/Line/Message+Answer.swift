import ISO8583

extension Message {
    /// The answer to this request: what identifies it comes back, and the response code.
    ///
    /// - Throws: ``FieldValueError`` for a code that is no two letters or digits.
    func answer(_ code: ResponseCode) throws(FieldValueError) -> Message? {
        guard let type = type.response else { return nil }
        var answer = Message(type)
        answer.copy(Self.echoed, from: self)
        try answer.set(.responseCode, code.rawValue)
        return answer
    }

    /// The account number is not among them: whoever asked has it.
    private static let echoed: [DataElement] = [
        .processingCode, .amount, .transmissionTime, .systemTraceAuditNumber, .acquiringInstitution,
        .retrievalReferenceNumber, .terminal, .currency, .networkManagementCode,
    ]

    /// Network management is approved when its code is known; `nil` for anything else.
    func networkAnswer() throws(FieldValueError) -> Message? {
        guard type.withoutRepeat == .networkManagementRequest else { return nil }
        return try answer(networkManagementCode == nil ? .invalidTransaction : .approved)
    }
}
