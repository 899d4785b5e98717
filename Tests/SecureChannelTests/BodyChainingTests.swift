import CardTesting
import ISO7816
import SecureChannel
import Testing

@Suite("GlobalPlatform command chaining")
struct BodyChainingTests {
    @Test("a long PUT KEY is secured whole, cut, joined and checked", arguments: SecurityLevel.allCases)
    func putKey(level: SecurityLevel) throws {
        let random = SeededRandomSource(seed: 5)
        var pair = try Pair(try Situation(), level: level)
        for length in [10, 239, 240, 247, 248, 255, 256, 275, 408, 600] {
            let command = CommandAPDU(0x80, 0xD8, 0x01, 0x81, data: random.bytes(length), expectedLength: 256)
            let parts = try pair.host.wrapChained(command)
            for part in parts.dropLast() {
                #expect(part.p1 == 0x81 && part.data.count == 255 && part.expectedLength == nil)
                #expect(BodyChaining.announcesMore(part))
            }
            let last = try #require(parts.last)
            #expect(last.p1 == 0x01 && last.data.count <= 255 && !last.isExtended && last.expectedLength == 256)
            let whole = try #require(BodyChaining.join(parts))
            let plain = try pair.card.unwrap(whole)
            #expect(plain.data == command.data)
            #expect(plain.header == command.header)
            let answer = ResponseAPDU(.success, data: [0x30, 1, 2, 3])
            #expect(try pair.host.unwrap(pair.card.wrap(answer)) == answer)
        }
    }

    @Test("beyond 255 bytes Lc has three bytes in the C-MAC")
    func lengthField() throws {
        var pair = try Pair(try Situation(), level: .commandMAC)
        let command = CommandAPDU(0x80, 0xD8, 0x00, 0x01, data: [UInt8](repeating: 3, count: 300))
        let chained = try #require(BodyChaining.join(try pair.host.wrapChained(command)))
        var extended = try Pair(try Situation(), level: .commandMAC)
        #expect(try extended.host.wrap(command) == chained)
    }

    @Test("parts that do not belong together are not joined")
    func strangers() throws {
        var pair = try Pair(try Situation(), level: .full)
        let command = CommandAPDU(0x80, 0xD8, 0x00, 0x01, data: [UInt8](repeating: 3, count: 600))
        let parts = try pair.host.wrapChained(command)
        #expect(parts.count == 3)
        #expect(BodyChaining.join([]) == nil)
        #expect(BodyChaining.join(Array(parts.dropLast())) == nil)
        for change: (inout CommandAPDU) -> Void in [
            { $0.instruction = 0xE4 }, { $0.p1 = 0x82 }, { $0.p1 = 0x00 }, { $0.p2 = 0x02 }, { $0.classByte = 0x85 },
        ] {
            var altered = parts
            change(&altered[1])
            #expect(BodyChaining.join(altered) == nil)
        }
        #expect(try pair.card.unwrap(#require(BodyChaining.join(parts))).data == command.data)
    }

    @Test("parts in another order are joined and refused by their C-MAC")
    func order() throws {
        var pair = try Pair(try Situation(), level: .full)
        let command = CommandAPDU(0x80, 0xD8, 0x00, 0x01, data: SeededRandomSource(seed: 6).bytes(600))
        var parts = try pair.host.wrapChained(command)
        parts.swapAt(0, 1)
        #expect(throws: SecureChannelCardError.commandMACMismatch) {
            try pair.card.unwrap(#require(BodyChaining.join(parts)))
        }
    }
}
