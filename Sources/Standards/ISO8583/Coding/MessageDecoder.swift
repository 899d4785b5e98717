/// Reads one message from bytes, front to back, and insists that nothing is left over.
///
///     message type | bitmap | secondary bitmap, when bit 1 is set | fields in the order of their numbers
public struct MessageDecoder: Sendable {
    private let bytes: [UInt8]
    private let dialect: Dialect
    private var offset = 0
    /// What has been read so far; `nil` before the message type. After a failure it is what came before the fault.
    public private(set) var message: Message?
    /// Where the value of the message's authentication code begins; `nil` when its last field is none.
    private(set) var authenticationCodeOffset: Int?

    public init(_ bytes: [UInt8], in dialect: Dialect) {
        self.bytes = bytes
        self.dialect = dialect
    }

    /// - Throws: ``MessageDecodingError``.
    public mutating func decode() throws(MessageDecodingError) -> Message {
        guard bytes.count <= Message.bytesMax else {
            throw MessageDecodingError(part: .messageType, offset: 0, reason: .messageTooLong(bytes.count))
        }
        var message = Message(try messageType())
        self.message = message
        var lastPart = MessageDecodingError.Part.bitmap
        for number in try fieldNumbers() {
            let part = MessageDecodingError.Part.field(number)
            guard let element = DataElement(rawValue: number) else {
                throw MessageDecodingError(part: part, offset: offset, reason: .unknownField)
            }
            try readField(element, into: &message)
            self.message = message
            lastPart = part
        }
        guard offset == bytes.count else {
            throw MessageDecodingError(part: lastPart, offset: offset, reason: .trailingBytes(bytes.count - offset))
        }
        return message
    }

    // MARK: - Parts

    private mutating func messageType() throws(MessageDecodingError) -> MessageType {
        let start = offset
        let digits = try digits(4, .messageType, of: .n, dialect.digits)
        guard let type = Digits.number(String(decoding: digits, as: UTF8.self), count: 4).flatMap({ MessageType($0) })
        else { throw MessageDecodingError(part: .messageType, offset: start, reason: .unknownMessageType) }
        return type
    }

    /// The numbers that the bitmaps name, without those of the bitmaps themselves.
    private mutating func fieldNumbers() throws(MessageDecodingError) -> [Int] {
        let primary = try byteField(8, .bitmap)
        let secondary = primary[0] & 0x80 != 0 ? try byteField(8, .secondaryBitmap) : []
        return (primary + secondary).enumerated().flatMap { index, byte in
            (0..<8).filter { byte & (0x80 >> $0) != 0 }.map { index * 8 + $0 + 1 }
        }.filter { $0 != 1 }
    }

    private mutating func readField(_ element: DataElement, into message: inout Message) throws(MessageDecodingError) {
        let part = MessageDecodingError.Part.field(element.rawValue)
        let start = offset
        let count = try length(of: element, part)
        let valueOffset = offset
        let value =
            switch element.format.content {
            case .n, .z: try digits(count, part, of: element.format.content, dialect.digits)
            case .an, .ans: try take(count, part)
            case .b: try byteField(count, part)
            }
        authenticationCodeOffset = element.isAuthenticationCode ? valueOffset : nil
        do {
            try message.set(element, bytes: value)
        } catch {
            switch error.reason {
            case .length(let count): throw MessageDecodingError(part: part, offset: start, reason: .length(count))
            case .character(let position):
                // One byte a character: what is packed has been checked as nibbles.
                throw MessageDecodingError(part: part, offset: valueOffset + position, reason: .character)
            case .notATime: throw MessageDecodingError(part: part, offset: valueOffset, reason: .notATime)
            }
        }
    }

    /// How many characters, or bytes of format b, the field has.
    private mutating func length(of element: DataElement, _ part: MessageDecodingError.Part)
        throws(MessageDecodingError) -> Int
    {
        let format = element.format
        guard format.length.digitCount > 0 else { return format.length.max }
        let start = offset
        let digits: [UInt8]
        do {
            digits = try self.digits(format.length.digitCount, part, of: .n, dialect.lengths)
        } catch {
            guard error.reason == .character else { throw error }
            throw MessageDecodingError(part: part, offset: start, reason: .lengthNotNumeric)
        }
        let announced = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        let isDoubled = format.content == .b && dialect.bytes == .hexadecimal
        guard !isDoubled || announced % 2 == 0, format.length.allows(isDoubled ? announced / 2 : announced) else {
            throw MessageDecodingError(part: part, offset: start, reason: .length(announced))
        }
        return isDoubled ? announced / 2 : announced
    }

    // MARK: - Forms

    /// So many digits as characters, whichever form they stand in.
    private mutating func digits(
        _ count: Int, _ part: MessageDecodingError.Part, of content: FieldFormat.Content, _ form: Dialect.DigitForm
    ) throws(MessageDecodingError) -> [UInt8] {
        if form == .packed { return try packedDigits(count, part, of: content) }
        let start = offset
        let characters = try take(count, part)
        if let position = characters.firstIndex(where: { !content.allows($0) }) {
            throw MessageDecodingError(part: part, offset: start + position, reason: .character)
        }
        return characters
    }

    private mutating func packedDigits(
        _ count: Int, _ part: MessageDecodingError.Part, of content: FieldFormat.Content
    ) throws(MessageDecodingError) -> [UInt8] {
        let start = offset
        let nibbles = try take((count + 1) / 2, part).flatMap { [$0 >> 4, $0 & 0x0F] }
        for (index, nibble) in nibbles.enumerated() {
            let isPadding = index == 0 && count % 2 == 1
            let isSeparator = nibble == 0x0D && content == .z
            guard isPadding ? nibble == 0 : nibble <= 9 || isSeparator else {
                throw MessageDecodingError(part: part, offset: start + index / 2, reason: .character)
            }
        }
        return nibbles.suffix(count).map { $0 == 0x0D ? UInt8(ascii: "=") : UInt8(ascii: "0") + $0 }
    }

    private mutating func byteField(_ count: Int, _ part: MessageDecodingError.Part)
        throws(MessageDecodingError) -> [UInt8]
    {
        let form = part == .bitmap || part == .secondaryBitmap ? dialect.bitmaps : dialect.bytes
        guard form == .hexadecimal else { return try take(count, part) }
        let start = offset
        let characters = try take(count * 2, part)
        var value: [UInt8] = []
        for index in stride(from: 0, to: characters.count, by: 2) {
            guard let high = hexadecimalDigit(characters[index]), let low = hexadecimalDigit(characters[index + 1])
            else { throw MessageDecodingError(part: part, offset: start + index, reason: .notHexadecimal) }
            value.append(high << 4 | low)
        }
        return value
    }

    private mutating func take(_ count: Int, _ part: MessageDecodingError.Part)
        throws(MessageDecodingError) -> [UInt8]
    {
        guard count <= bytes.count - offset else {
            throw MessageDecodingError(
                part: part, offset: offset, reason: .truncated(needed: count, available: bytes.count - offset))
        }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }
}
