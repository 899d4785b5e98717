import CardTesting
import ISO7816

/// Chance that repeats with its seed.
struct Dice {
    private let source: SeededRandomSource

    init(_ seed: UInt64) { source = SeededRandomSource(seed: seed) }

    /// A number below `bound`.
    func callAsFunction(_ bound: Int) -> Int {
        source.bytes(4).reduce(0) { $0 << 8 | Int($1) } % bound
    }

    func command() -> CommandAPDU {
        let header = source.bytes(4)
        return CommandAPDU(
            ClassByte(header[0]), header[1], header[2], header[3], data: source.bytes(self(2) * self(256)),
            expectedLength: self(2) == 0 ? nil : 256)
    }

    /// The command as it is, two times in three; otherwise with a byte, a bit or a length changed.
    func mutated(_ template: CommandAPDU) -> CommandAPDU {
        var command = template
        switch self(24) {
        case 0: command.classByte = ClassByte(UInt8(self(256)))
        case 1: command.p1 = UInt8(self(256))
        case 2: command.p2 ^= UInt8(1 << self(8))
        case 3: command.instruction = UInt8(self(256))
        case 4 where !command.data.isEmpty: command.data[self(command.data.count)] = UInt8(self(256))
        case 5 where !command.data.isEmpty: command.data[self(command.data.count)] ^= UInt8(1 << self(8))
        case 6: command.data = Array(command.data.prefix(self(command.data.count + 1)))
        case 7: command.data += source.bytes(1 + self(4))
        default: break
        }
        return command
    }
}
