import ISO7816

/// One change to something sound.
enum Mutation {
    /// One byte altered, a bit flipped, a byte more or a byte less.
    static func apply(to bytes: [UInt8], _ input: inout FuzzInput) -> [UInt8] {
        var bytes = bytes
        let kind = input.number(below: 6)
        let position = input.uint16()
        let value = input.byte()
        guard !bytes.isEmpty else { return [value] }
        let index = position % bytes.count
        switch kind {
        case 0: bytes[index] = value
        case 1: bytes[index] ^= 1 << (value & 7)
        case 2: bytes.removeLast(min(bytes.count, 1 + Int(value & 31)))
        case 3: bytes.append(value)
        case 4: bytes.insert(value, at: index)
        default: bytes.remove(at: index)
        }
        return bytes
    }

    /// The header, the data or Le altered in one place.
    static func apply(to command: CommandAPDU, _ input: inout FuzzInput) -> CommandAPDU {
        var command = command
        switch input.number(below: 8) {
        case 0: command.classByte = ClassByte(input.byte())
        case 1: command.instruction = input.byte()
        case 2: command.p1 = input.byte()
        case 3: command.p2 = input.byte()
        case 4: command.expectedLength = input.flag() ? 1 + Int(input.byte()) : nil
        default: command.data = Array(apply(to: command.data, &input).prefix(255))
        }
        return command
    }
}

extension FuzzInput {
    /// Any short command: header, data, Le.
    mutating func command() -> CommandAPDU {
        let header = [byte(), byte(), byte(), byte()]
        let data = lengthPrefixed()
        return CommandAPDU(
            ClassByte(header[0]), header[1], header[2], header[3], data: data,
            expectedLength: flag() ? nil : 256)
    }
}
