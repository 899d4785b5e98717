/// Writes messages as a dialect has them.
struct MessageEncoder {
    private let dialect: Dialect
    private(set) var bytes: [UInt8] = []

    init(_ dialect: Dialect) { self.dialect = dialect }

    mutating func append(_ message: Message) {
        append(digits: Array("\(message.type)".utf8), dialect.digits)
        append(bitmap(of: message.elements.map(\.rawValue)), dialect.bitmaps)
        // Every value was checked when it was set.
        for element in message.elements { append(element, message.bytes(element) ?? []) }
    }

    private func bitmap(of numbers: [Int]) -> [UInt8] {
        let isLong = numbers.contains { $0 > 64 }
        var bitmap = [UInt8](repeating: 0, count: isLong ? 16 : 8)
        for number in numbers + (isLong ? [1] : []) { bitmap[(number - 1) / 8] |= 0x80 >> UInt8((number - 1) % 8) }
        return bitmap
    }

    private mutating func append(_ element: DataElement, _ value: [UInt8]) {
        let format = element.format
        if format.length.digitCount > 0 {
            let isDoubled = format.content == .b && dialect.bytes == .hexadecimal
            let length = Digits.text(UInt64(value.count * (isDoubled ? 2 : 1)), count: format.length.digitCount)
            append(digits: Array(length.utf8), dialect.lengths)
        }
        switch format.content {
        case .n, .z: append(digits: value, dialect.digits)
        case .an, .ans: bytes += value
        case .b: append(value, dialect.bytes)
        }
    }

    private mutating func append(_ value: [UInt8], _ form: Dialect.ByteForm) {
        switch form {
        case .hexadecimal: bytes += hexadecimal(value).utf8
        case .binary: bytes += value
        }
    }

    private mutating func append(digits: [UInt8], _ form: Dialect.DigitForm) {
        guard form == .packed else {
            bytes += digits
            return
        }
        var nibbles = digits.map { $0 == UInt8(ascii: "=") ? 0x0D : $0 - UInt8(ascii: "0") }
        if nibbles.count % 2 == 1 { nibbles.insert(0, at: 0) }
        for index in stride(from: 0, to: nibbles.count, by: 2) {
            bytes.append(nibbles[index] << 4 | nibbles[index + 1])
        }
    }
}
