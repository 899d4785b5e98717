import ISO7816
import ISO8583
import Testing

@Suite("What a message says")
struct MessageTests {
    @Test("account numbers are masked, and no track, PIN or chip data is printed, however a message is printed")
    func masked() throws {
        let message = try MessageVectors.Whole.named("fin-0200").message()
        for text in ["\(message)", String(reflecting: message), "\(message as Any)", "\([message])"] {
            #expect(!text.contains("4761739001010010") && !text.contains("0123456789ABCDEF"))
            #expect(!text.contains("9F2608") && !text.contains("30122010"))
        }
        #expect("\(message)".hasPrefix("0200 2=476173••••••0010 3=000000 4=000000012345 7=1121031041 11=000042"))
        #expect("\(message)".contains("35=‹37 characters› 37=632511000042"))
        var dumped = ""
        dump(message, to: &dumped)
        #expect(!dumped.contains("4761739001010010"))
    }

    @Test("a short number is hidden whole")
    func short() throws {
        var message = Message(.authorizationRequest)
        try message.set(.primaryAccountNumber, "1234567890")
        #expect("\(message)" == "0100 2=••••••••••")
    }

    @Test("elements are read with their types")
    func typed() throws {
        let message = try MessageVectors.Whole.named("reversal-0400").message()
        #expect(message.amount == 12_345)
        #expect(message.systemTraceAuditNumber == 43)
        #expect(message.transmissionTime?.text == "1121031112")
        #expect(message.responseCode == .responseTooLate)
        #expect(message.currency == 156)
        let original = try #require(message.originalData)
        #expect(original.messageType == .financialRequest && original.systemTraceAuditNumber == 42)
        #expect(original.transmissionTime.text == "1121031041" && original.acquiringInstitution == "12345678")
        #expect(original.text == message[.originalData])
        let request = try MessageVectors.Whole.named("fin-0200").message()
        #expect(OriginalData(of: request) == original)
        let echo = try MessageVectors.Whole.named("network-echo-resp").message()
        #expect(echo.networkManagementCode == .echo && echo.responseCode == .approved)
    }

    @Test("a value is of its element's format, or is refused with the element's number")
    func values() throws {
        var message = Message(.authorizationRequest)
        let refused: [(DataElement, String, FieldValueError.Reason)] = [
            (.primaryAccountNumber, "", .length(0)),
            (.primaryAccountNumber, String(repeating: "1", count: 20), .length(20)),
            (.amount, "12", .length(2)), (.amount, "00000001234X", .character(at: 11)),
            (.transmissionTime, "1131031041", .notATime), (.transmissionTime, "1121241041", .notATime),
            (.transmissionTime, "0230000000", .notATime),
            (.localTime, "236000", .notATime), (.localDate, "0001", .notATime), (.expirationDate, "3013", .notATime),
            (.authorizationCode, "A1B2C-", .character(at: 5)), (.track2, "47D3", .character(at: 2)),
            (.terminal, "TERM\u{7}001", .character(at: 4)), (.chipData, "9F26", .character(at: 0)),
        ]
        for (element, value, reason) in refused {
            #expect(throws: FieldValueError(element: element, reason: reason)) { try message.set(element, value) }
        }
        #expect(throws: FieldValueError.self) { try message.set(amount: -1) }
        #expect(throws: FieldValueError.self) { try message.set(amount: 1_000_000_000_000) }
        #expect(throws: FieldValueError.self) { try message.set(systemTraceAuditNumber: 1_000_000) }
        #expect(throws: FieldValueError.self) { try message.set(currency: 1_000) }
        #expect(throws: FieldValueError.self) { try message.set(.pinData, bytes: [UInt8](repeating: 0, count: 7)) }
        #expect(message.elements.isEmpty)
        try message.set(amount: 999_999_999_999)
        try message.set(.cardAcceptor, padding: "QUAY BOOKS")
        #expect(message.amount == 999_999_999_999 && message[.cardAcceptor] == "QUAY BOOKS     ")
    }

    @Test("message types have answers and repetitions", arguments: [(100, 110), (200, 210), (401, 410), (421, 430)])
    func types(_ request: Int, _ response: Int) throws {
        let type = try #require(MessageType(request))
        #expect(type.response?.number == response)
        #expect(type.withoutRepeat.number == request - request % 10)
        #expect(MessageType(response)?.isRequest == false && MessageType(response)?.response == nil)
    }

    @Test("no message type is one of another version, class or origin", arguments: [0, 99, 106, 900, 1_100, -100])
    func noTypes(_ number: Int) { #expect(MessageType(number) == nil) }

    @Test("an answer is matched by fields 7, 11, 32 and 41, of which it may leave out the last two")
    func matching() throws {
        let request = try #require(MatchingKey(try MessageVectors.Whole.named("fin-0200").message()))
        var answer = try MessageVectors.Whole.named("fin-0210-nsf").message()
        func isAnswer() -> Bool { MatchingKey(answer).map { request.isAnswered(by: $0) } ?? false }
        #expect(isAnswer())
        try answer.set(.acquiringInstitution, "12345678")
        #expect(isAnswer())
        try answer.set(.acquiringInstitution, "12345679")
        #expect(!isAnswer())
        answer.remove(.acquiringInstitution)
        for (element, value) in [
            (DataElement.transmissionTime, "1121031042"), (.systemTraceAuditNumber, "000043"), (.terminal, "TERM0002"),
        ] {
            let whole = answer
            try answer.set(element, value)
            #expect(!isAnswer())
            answer = whole
        }
        answer.remove(.systemTraceAuditNumber)
        #expect(MatchingKey(answer) == nil)
    }

    @Test("a transmission time is written in universal time, and its year is the nearest")
    func time() throws {
        // 2026-11-21T03:10:41Z
        #expect(TransmissionTime(secondsSince1970: 1_795_230_641).text == "1121031041")
        // 2028-02-29T23:59:59Z, 1969-12-31T23:59:59Z
        #expect(TransmissionTime(secondsSince1970: 1_835_481_599).text == "0229235959")
        #expect(TransmissionTime(secondsSince1970: -1).text == "1231235959")
        let newYearsEve = try #require(TransmissionTime("1231235959"))
        let newYear = try #require(TransmissionTime("0101000001"))
        // 2027-01-01T00:00:05Z and 2026-12-31T23:59:58Z
        #expect(newYearsEve.year(near: 1_798_761_605) == 2026 && newYear.year(near: 1_798_761_605) == 2027)
        #expect(newYearsEve.year(near: 1_798_761_598) == 2026 && newYear.year(near: 1_798_761_598) == 2027)
        #expect(TransmissionTime("0230000000") == nil && TransmissionTime("112103104") == nil)
    }
}
