import CardCryptography
import ISO7816
import ISO8583
import Testing

@Suite("The authentication code of a message")
struct AuthenticationTests {
    private static func parts(
        _ vector: PackedVectors.Authenticated
    ) throws -> (bytes: [UInt8], dialect: Dialect, authentication: MessageAuthentication) {
        let key = try [UInt8](hex: vector.key)
        let dialects: [String: Dialect] = ["ascii": .ascii, "binary": .binary, "packed": .packed]
        return (
            try [UInt8](hex: vector.hex), try #require(dialects[vector.dialect]),
            vector.algorithm == "retail" ? .retail(try TripleDESKey(key)) : .cmac(try AESKey(key))
        )
    }

    @Test(
        "is that of two independent libraries over everything before it, in field 64 or 128",
        arguments: PackedVectors.all.authenticated)
    func vectors(_ vector: PackedVectors.Authenticated) throws {
        let (bytes, dialect, authentication) = try Self.parts(vector)
        let message = try Message(bytes, in: dialect, authenticatedBy: authentication)
        let element: DataElement =
            vector.id == "reversal-0400" ? .secondMessageAuthenticationCode : .messageAuthenticationCode
        #expect(message[element] == vector.code)
        #expect(message.bytes(in: dialect, authenticatedBy: authentication) == bytes)
    }

    @Test("every bit before it counts, and every bit of it", arguments: PackedVectors.all.authenticated)
    func altered(_ vector: PackedVectors.Authenticated) throws {
        let (bytes, dialect, authentication) = try Self.parts(vector)
        for index in bytes.indices {
            var altered = bytes
            altered[index] ^= 0x01
            #expect(throws: MessageReadingError.self) {
                try Message(altered, in: dialect, authenticatedBy: authentication)
            }
        }
    }

    @Test("another key, or the other algorithm, makes another one")
    func keys() throws {
        let message = try MessageVectors.Whole.named("auth-0100").message()
        let key = try [UInt8](hex: "0123456789ABCDEFFEDCBA9876543210")
        let bytes = message.bytes(in: .binary, authenticatedBy: .cmac(try AESKey(key)))
        #expect(try Message(bytes, in: .binary, authenticatedBy: .cmac(AESKey(key)))[.terminal] == "TERM0001")
        #expect(throws: MessageReadingError.authenticationCodeWrong) {
            try Message(bytes, in: .binary, authenticatedBy: .retail(TripleDESKey(key)))
        }
        #expect(throws: MessageReadingError.authenticationCodeWrong) {
            try Message(bytes, in: .binary, authenticatedBy: .cmac(AESKey(Array(key.reversed()))))
        }
    }

    @Test("is missed; and fields behind field 64 are not covered by it")
    func missing() throws {
        let authentication = MessageAuthentication.cmac(try AESKey([UInt8](repeating: 7, count: 16)))
        let plain = try MessageVectors.Whole.named("auth-0100").message()
        #expect(throws: MessageReadingError.authenticationCodeMissing) {
            try Message(plain.bytes(in: .ascii), in: .ascii, authenticatedBy: authentication)
        }
        var signed = Message(.networkManagementRequest)
        try signed.set(.messageAuthenticationCode, bytes: [UInt8](repeating: 0, count: 8))
        try signed.set(.networkManagementCode, "301")
        #expect(throws: MessageReadingError.authenticationCodeMissing) {
            try Message(signed.bytes(in: .ascii), in: .ascii, authenticatedBy: authentication)
        }
        // And what is written has it behind all the others.
        let written = signed.bytes(in: .ascii, authenticatedBy: authentication)
        let read = try Message(written, in: .ascii, authenticatedBy: authentication)
        #expect(read.has(.secondMessageAuthenticationCode) && !read.has(.messageAuthenticationCode))
    }

    @Test("where it is due, nothing is said of a malformed message; elsewhere what was read of it")
    func partial() throws {
        let message = try MessageVectors.Whole.named("auth-0100").message()
        let bytes = Array(message.bytes(in: .ascii).dropLast())
        let authentication = MessageAuthentication.cmac(try AESKey([UInt8](repeating: 7, count: 16)))
        for key in [nil, authentication] {
            do {
                _ = try Message(bytes, in: .ascii, authenticatedBy: key)
                Issue.record("a cut message was read")
            } catch {
                guard case .malformed(_, let partial) = error else {
                    Issue.record("\(error)")
                    continue
                }
                #expect(partial?.systemTraceAuditNumber == (key == nil ? 42 : nil))
            }
        }
    }
}
