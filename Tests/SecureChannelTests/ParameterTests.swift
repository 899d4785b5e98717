import ISO7816
import SecureChannel
import Testing

@Suite("Parameters of SCP03")
struct ParameterTests {
    @Test("exactly the combinations of Table 5-1 are an i parameter", arguments: UInt8.min...UInt8.max)
    func implementation(value: UInt8) {
        let known: Set<UInt8> = [
            0x00, 0x01, 0x10, 0x11, 0x20, 0x21, 0x30, 0x31, 0x60, 0x61, 0x70, 0x71,
        ]
        let implementation = SCP03Implementation(rawValue: value)
        #expect((implementation != nil) == known.contains(value))
        guard let implementation else { return }
        #expect(implementation.mode == (value & 0x01 == 0 ? .s8 : .s16))
        #expect(implementation.isPseudoRandom == (value & 0x10 != 0))
        #expect(implementation.supportsResponseMAC == (value & 0x20 != 0))
        #expect(implementation.supportsResponseEncryption == (value & 0x40 != 0))
    }

    @Test("the parameter is written from what it says")
    func implementationParts() {
        let full = SCP03Implementation(mode: .s16, isPseudoRandom: true, responseSecurity: .macAndEncryption)
        #expect(full.rawValue == 0x71)
        #expect("\(full)" == "i=71")
        #expect("\(SCP03Implementation(mode: .s8, isPseudoRandom: false, responseSecurity: .none))" == "i=00")
        #expect(SCP03Implementation(mode: .s8, isPseudoRandom: true, responseSecurity: .mac).rawValue == 0x30)
    }

    @Test("exactly the six values of Table 7-6 are a security level", arguments: UInt8.min...UInt8.max)
    func levels(value: UInt8) {
        let known: Set<UInt8> = [0x00, 0x01, 0x03, 0x11, 0x13, 0x33]
        #expect((SecurityLevel(rawValue: value) != nil) == known.contains(value))
    }

    @Test("an implementation supports the levels whose response security it has")
    func support() {
        let none = SCP03Implementation(mode: .s8, isPseudoRandom: false, responseSecurity: .none)
        let mac = SCP03Implementation(mode: .s8, isPseudoRandom: false, responseSecurity: .mac)
        let both = SCP03Implementation(mode: .s8, isPseudoRandom: false, responseSecurity: .macAndEncryption)
        #expect(
            SecurityLevel.allCases.filter(none.supports) == [.noSecureMessaging, .commandMAC, .commandMACAndDecryption])
        #expect(SecurityLevel.allCases.filter(mac.supports) == SecurityLevel.allCases.filter { $0 != .full })
        #expect(SecurityLevel.allCases.filter(both.supports) == SecurityLevel.allCases)
    }

    @Test(
        "a short command carries 255 bytes less what the level takes",
        arguments: [
            (SecurityLevel.noSecureMessaging, 255, 255), (.commandMAC, 247, 239), (.commandMACAndDecryption, 239, 223),
            (.macBothWays, 247, 239), (.macBothWaysAndDecryption, 239, 223), (.full, 239, 223),
        ])
    func commandLimits(level: SecurityLevel, s8: Int, s16: Int) {
        #expect(level.commandDataLengthMax(.s8) == s8)
        #expect(level.commandDataLengthMax(.s16) == s16)
    }

    @Test(
        "a short response carries 256 bytes less what the level takes",
        arguments: [
            (SecurityLevel.noSecureMessaging, 256, 256), (.commandMAC, 256, 256), (.commandMACAndDecryption, 256, 256),
            (.macBothWays, 248, 240), (.macBothWaysAndDecryption, 248, 240), (.full, 239, 239),
        ])
    func responseLimits(level: SecurityLevel, s8: Int, s16: Int) {
        #expect(level.responseDataLengthMax(.s8) == s8)
        #expect(level.responseDataLengthMax(.s16) == s16)
    }

    @Test("a sequence counter has three bytes and ends at its maximum")
    func counter() {
        #expect(SequenceCounter.zero.next == SequenceCounter(rawValue: 1))
        #expect(SequenceCounter(rawValue: 0xFF_FFFE)?.next == .max)
        #expect(SequenceCounter.max.next == nil)
        #expect(SequenceCounter(rawValue: 0x100_0000) == nil)
        #expect(SequenceCounter(rawValue: 0x01_02_03)?.bytes == [1, 2, 3])
        #expect(SequenceCounter.zero < .max)
    }
}
