import CardLink
import Foundation
import ISO7816

/// A small card: INS 01 counts up in persistent memory, 02 reads the count, 03 sets a volatile byte, 04 reads it,
/// 05 answers P1·256 + P2 bytes, 06 echoes the data field; anything else is refused.
struct CounterCard: CardProcessor {
    var count: UInt8 = 0
    var volatileByte: UInt8 = 0
    var persistentRevision: UInt64 { UInt64(count) }

    mutating func process(_ command: CommandAPDU) -> ResponseAPDU {
        switch command.instruction {
        case 0x01:
            count += 1
            return ResponseAPDU(.success, data: [count])
        case 0x02: return ResponseAPDU(.success, data: [count])
        case 0x03:
            volatileByte = command.p1
            return ResponseAPDU(.success)
        case 0x04: return ResponseAPDU(.success, data: [volatileByte])
        case 0x05:
            let length = Int(command.p1) << 8 | Int(command.p2)
            return ResponseAPDU(.success, data: (0..<length).map { UInt8(truncatingIfNeeded: $0) })
        case 0x06: return ResponseAPDU(.success, data: command.data)
        default: return ResponseAPDU(.instructionNotSupported)
        }
    }

    mutating func reset() { volatileByte = 0 }

    static let countUp = CommandAPDU(0x80, 0x01, 0, 0, expectedLength: 256)
    static let readCount = CommandAPDU(0x80, 0x02, 0, 0, expectedLength: 256)
    static let readVolatile = CommandAPDU(0x80, 0x04, 0, 0, expectedLength: 256)

    static func setVolatile(_ byte: UInt8) -> CommandAPDU { CommandAPDU(0x80, 0x03, byte, 0) }

    static func answer(_ count: Int, expectedLength: Int? = 256) -> CommandAPDU {
        CommandAPDU(
            0x80, 0x05, UInt8(count >> 8), UInt8(count & 0xFF), expectedLength: expectedLength,
            isExtended: (expectedLength ?? 0) > 256)
    }
}

/// A directory that is gone with the test.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "cardlink-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}
