import CardCryptography
import ISO7816
import ISO8583
import Testing

@Suite("Private data, fields 126 and 127")
struct PrivateDataTests {
    private static func message(_ first: String?, _ rest: String? = nil) throws -> Message {
        var message = Message(.financialRequest)
        if let first { try message.set(.privateData, first) }
        if let rest { try message.set(.privateDataContinued, rest) }
        return message
    }

    private static func tag(_ text: String) throws -> PrivateData.Tag {
        try #require(PrivateData.Tag(rawValue: text))
    }

    @Test("have an element as tag, length and value; what is written is read again, and an unknown tag is passed over")
    func written() throws {
        var data = PrivateData()
        try data.set(Self.tag("Z9"), "unknown here")
        try data.set(.authorizationAssertion, "e30.e30.c2ln")
        var message = Message(.financialRequest)
        message.set(data)
        #expect(message[.privateData] == "AA0012e30.e30.c2lnZ90012unknown here")
        #expect(!message.has(.privateDataContinued))
        for dialect in [Dialect.ascii, .binary, .packed] {
            let read = try Message(message.bytes(in: dialect), in: dialect)
            #expect(try read.privateData() == data)
            #expect(try read.privateData()?[.authorizationAssertion] == "e30.e30.c2ln")
        }
        #expect(try Message(.financialRequest).privateData() == nil)
        message.set(PrivateData())
        #expect(message.elements.isEmpty)
    }

    @Test("go on in field 127 where 126 is full, up to 1 998 characters; one more has no room")
    func bounds() throws {
        for count in [993, 994, 1_992] {
            var data = PrivateData()
            try data.set(.authorizationAssertion, String(repeating: "a", count: count))
            var message = Message(.financialRequest)
            message.set(data)
            #expect(message[.privateData]?.count == min(count + 6, 999))
            #expect((message[.privateDataContinued]?.count ?? 0) == max(0, count + 6 - 999))
            #expect(try message.privateData() == data)
            // What is shorter again needs field 127 no more.
            message.set(PrivateData())
            #expect(message.elements.isEmpty)
        }
        var data = PrivateData()
        #expect(throws: PrivateDataError.tooLong(1_999)) {
            try data.set(.authorizationAssertion, String(repeating: "a", count: 1_993))
        }
        for index in 0..<16 { try data.set(Self.tag("A\(Array("ABCDEFGHIJKLMNOP")[index])"), "") }
        #expect(throws: PrivateDataError.tooManyElements) { try data.set(Self.tag("ZZ"), "") }
        try data.set(.authorizationAssertion, "changed")
        #expect(throws: PrivateDataError.character(.authorizationAssertion)) {
            try data.set(.authorizationAssertion, "é")
        }
        #expect(data[.authorizationAssertion] == "changed")
        for wrong in ["", "A", "AAA", "A ", "A-", "ÄA"] { #expect(PrivateData.Tag(rawValue: wrong) == nil) }
    }

    @Test("that are malformed are refused at the character, and the value is not said")
    func malformed() throws {
        func refusal(_ first: String?, _ rest: String? = nil) throws -> PrivateDataError? {
            let message = try Self.message(first, rest)
            return #expect(throws: PrivateDataError.self) { try message.privateData() }
        }
        #expect(try refusal("AA000") == .truncated(at: 0))
        #expect(try refusal("AA0002a") == .truncated(at: 0))
        #expect(try refusal("AA0001aB") == .truncated(at: 7))
        #expect(try refusal("A-0001a") == .tag(at: 0))
        #expect(try refusal("AA00X1a") == .lengthNotNumeric(at: 2))
        #expect(try refusal("AA0001aAA0001b") == .repeated(.authorizationAssertion))
        #expect(try refusal(nil, "AA0001a") == .continuedAlone)
        #expect(try refusal("AA0001a", "BB0001b") == .continuedAlone)
    }

    @Test("print as tags and lengths, in a message as lengths; an authentication code stands behind them in field 128")
    func printing() throws {
        var data = PrivateData()
        try data.set(.authorizationAssertion, "header.claims.signature")
        var message = Message(.financialRequest)
        message.set(data)
        var dumped = ""
        dump(data, to: &dumped)
        for text in ["\(data)", "\(message)", dumped, String(reflecting: message)] {
            #expect(!text.contains("claims"))
        }
        #expect("\(data)" == "AA ‹23 characters›" && "\(message)" == "0200 126=‹29 characters›")
        let key = MessageAuthentication.cmac(try AESKey([UInt8](repeating: 7, count: 16)))
        let bytes = message.bytes(in: .binary, authenticatedBy: key)
        let read = try Message(bytes, in: .binary, authenticatedBy: key)
        #expect(read.has(.secondMessageAuthenticationCode) && !read.has(.messageAuthenticationCode))
        #expect(try read.privateData() == data)
    }
}
