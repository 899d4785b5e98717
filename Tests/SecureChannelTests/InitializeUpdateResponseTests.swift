import ISO7816
import SecureChannel
import Testing

@Suite("INITIALIZE UPDATE response")
struct InitializeUpdateResponseTests {
    static let s8 = hex("00010203040506070809 30 03 70 1111111111111111 2222222222222222 000005")
    static let s16 = hex(
        "00010203040506070809 30 03 61 11111111111111111111111111111111 22222222222222222222222222222222")

    @Test("it is read and written the same", arguments: [s8, s16])
    func roundTrip(bytes: [UInt8]) throws {
        let response = try InitializeUpdateResponse(bytes: bytes)
        #expect(response.bytes == bytes)
        #expect(response.keyDiversificationData == Array(0...9))
        #expect(response.keyVersionNumber == 0x30)
        #expect(response.sequenceCounter == (bytes == Self.s8 ? SequenceCounter(rawValue: 5) : nil))
    }

    @Test("one byte less names the field that is cut, one more is refused", arguments: [s8, s16])
    func lengths(bytes: [UInt8]) {
        for count in 0..<bytes.count {
            #expect(throws: InitializeUpdateResponseError.self) {
                try InitializeUpdateResponse(bytes: Array(bytes.prefix(count)))
            }
        }
        #expect(throws: InitializeUpdateResponseError.layout(.trailingBytes(offset: bytes.count, count: 1))) {
            try InitializeUpdateResponse(bytes: bytes + [0])
        }
        #expect(
            throws: InitializeUpdateResponseError.layout(
                .truncated(field: "card challenge", offset: 13, needed: 8, available: 7))
        ) {
            try InitializeUpdateResponse(bytes: Array(Self.s8.prefix(20)))
        }
    }

    @Test("another protocol and an unknown parameter are named")
    func others() {
        var bytes = Self.s8
        bytes[11] = 0x02
        #expect(throws: InitializeUpdateResponseError.protocolNotSupported(0x02)) {
            try InitializeUpdateResponse(bytes: bytes)
        }
        bytes = Self.s8
        bytes[12] = 0x40
        #expect(throws: InitializeUpdateResponseError.implementationNotSupported(0x40)) {
            try InitializeUpdateResponse(bytes: bytes)
        }
    }
}
