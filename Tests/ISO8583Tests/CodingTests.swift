import ISO7816
import ISO8583
import Testing

@Suite("Messages of ISO 8583:1987")
struct CodingTests {
    @Test("are written as pyiso8583 writes them, in characters, with binary bitmaps, and packed")
    func written() throws {
        #expect(MessageVectors.all.messages.count == 8)
        for vector in MessageVectors.all.messages {
            let message = try vector.message()
            let packed = try #require(PackedVectors.all.messages.first { $0.id == vector.id })
            #expect(message.bytes(in: .ascii).hex == vector.ascii_spec_hex, "\(vector.id)")
            #expect(message.bytes(in: .binary).hex == vector.binary_bitmap_hex, "\(vector.id)")
            #expect(message.bytes(in: .packed).hex == packed.hex, "\(vector.id)")
        }
    }

    @Test("are read as they were written")
    func read() throws {
        for vector in MessageVectors.all.messages {
            let message = try vector.message()
            let packed = try #require(PackedVectors.all.messages.first { $0.id == vector.id })
            #expect(try Message([UInt8](hex: vector.ascii_spec_hex), in: .ascii) == message)
            #expect(try Message([UInt8](hex: vector.binary_bitmap_hex), in: .binary) == message)
            #expect(try Message([UInt8](hex: packed.hex), in: .packed) == message)
        }
    }

    @Test("that are malformed are refused at the field and the byte where pyiso8583 refuses them")
    func malformed() throws {
        let expected: [String: MessageDecodingError] = [
            "trunc": .init(part: .field(3), offset: 38, reason: .truncated(needed: 6, available: 2)),
            "bad-bitmap": .init(part: .bitmap, offset: 4, reason: .notHexadecimal),
            "len-not-digit": .init(part: .field(2), offset: 20, reason: .lengthNotNumeric),
            "too-long": .init(part: .field(70), offset: 55, reason: .trailingBytes(1)),
        ]
        #expect(MessageVectors.all.invalid.count == expected.count)
        for vector in MessageVectors.all.invalid {
            let bytes = try [UInt8](hex: vector.hex)
            let error = try #require(expected[vector.id])
            #expect(throws: error) { try Message(bytes, in: .ascii) }
        }
    }

    @Test("that are packed and malformed are refused where pyiso8583 refuses them")
    func malformedPacked() throws {
        for vector in PackedVectors.all.malformed {
            let part: MessageDecodingError.Part =
                switch vector.field {
                case "t": .messageType
                case "p": .bitmap
                default: .field(try #require(Int(vector.field)))
                }
            let error = #expect(throws: MessageDecodingError.self) {
                try Message([UInt8](hex: vector.hex), in: .packed)
            }
            #expect(error?.part == part && error?.offset == vector.offset, "\(vector.name): \(error as Any)")
        }
    }

    @Test("cut anywhere, are refused; so are those with a byte more", arguments: [Dialect.ascii, .binary, .packed])
    func cut(_ dialect: Dialect) throws {
        for vector in MessageVectors.all.messages {
            let bytes = try vector.message().bytes(in: dialect)
            for count in 0..<bytes.count {
                #expect(throws: MessageDecodingError.self) { try Message(Array(bytes.prefix(count)), in: dialect) }
            }
            #expect(throws: MessageDecodingError.self) { try Message(bytes + [0x30], in: dialect) }
        }
    }

    @Test("name what is wrong: the field and the byte, and never the value")
    func precise() throws {
        func refusal(_ text: String) -> String? {
            do {
                _ = try Message(Array(text.utf8), in: .ascii)
                return nil
            } catch { return "\(error)" }
        }
        #expect(refusal("0800" + "4000000000000000" + "20") == "field 2 at byte 20: a length of 20 is not allowed")
        #expect(refusal("0800" + "4000000000000000" + "00") == "field 2 at byte 20: a length of 0 is not allowed")
        #expect(
            refusal("0800" + "4000000000000000" + "04123X")
                == "field 2 at byte 25: a character that its format does not have")
        #expect(
            refusal("0800" + "0200000000000000" + "1321031000") == "field 7 at byte 20: no time that there is")
        #expect(refusal("0800" + "0800000000000000") == "field 5 at byte 20: not known on this line")
        #expect(refusal("1800" + "0200000000000000") == "message type at byte 0: no message type of ISO 8583:1987")
        #expect(
            refusal("0800" + "0000000000000200" + "0039F0") == "field 55 at byte 20: a length of 3 is not allowed")
        #expect(
            refusal("0800" + "8" + String(repeating: "0", count: 15) + "8" + String(repeating: "0", count: 15))
                == "field 65 at byte 36: not known on this line")
        #expect(
            refusal(String(repeating: "0", count: 4_097))
                == "message type at byte 0: a message has 4096 bytes at most, not 4097")
    }

    @Test("a nibble in front of an odd number of digits is 0")
    func padding() throws {
        let message = try MessageVectors.Whole.named("network-signon").message()
        var bytes = message.bytes(in: .packed)
        #expect(bytes.suffix(2) == [0x00, 0x01])
        bytes[bytes.count - 2] = 0x10
        #expect(
            throws: MessageDecodingError(part: .field(70), offset: bytes.count - 2, reason: .character)
        ) { try Message(bytes, in: .packed) }
    }

    @Test("with every field at its longest are within the bound", arguments: [Dialect.ascii, .binary, .packed])
    func longest(_ dialect: Dialect) throws {
        var message = Message(.financialRequest)
        for element in DataElement.allCases {
            let count = element.format.length.max
            switch element {
            case .transmissionTime: try message.set(element, "1231235959")
            case .localDate: try message.set(element, "0229")
            case .expirationDate: try message.set(element, "9912")
            case _ where element.format.content == .b:
                try message.set(element, bytes: [UInt8](repeating: 0xA5, count: count))
            default: try message.set(element, String(repeating: "1", count: count))
            }
        }
        let bytes = message.bytes(in: dialect)
        #expect(bytes.count <= Message.bytesMax)
        #expect(try Message(bytes, in: dialect) == message)
    }
}
