/// A hex string could not be read as bytes; the position is the offset of the first offending character.
public enum HexDecodingError: Error, Equatable, Sendable, CustomStringConvertible {
    case oddNumberOfDigits(count: Int)
    case notAHexDigit(position: Int)

    public var description: String {
        switch self {
        case .oddNumberOfDigits(let count): "hex needs an even number of digits, found \(count)"
        case .notAHexDigit(let position): "character at position \(position) is not a hex digit"
        }
    }
}

extension [UInt8] {
    /// Reads bytes from hex digits of either case. Spaces are accepted between bytes only when `allowingSpaces`.
    ///
    /// - Throws: ``HexDecodingError`` naming the position.
    public init(hex: some StringProtocol, allowingSpaces: Bool = false) throws(HexDecodingError) {
        self.init()
        reserveCapacity(hex.utf8.count / 2)
        var high: UInt8?
        var position = 0
        for character in hex.utf8 {
            if allowingSpaces, high == nil, character == UInt8(ascii: " ") {
                position += 1
                continue
            }
            guard let digit = hexDigitValue(character) else { throw .notAHexDigit(position: position) }
            if let first = high {
                append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
            position += 1
        }
        guard high == nil else { throw .oddNumberOfDigits(count: hex.utf8.count) }
    }
}

extension Sequence<UInt8> {
    /// The bytes as upper-case hex digits, as the standards print them.
    public var hex: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var characters: [UInt8] = []
        for byte in self {
            characters.append(digits[Int(byte >> 4)])
            characters.append(digits[Int(byte & 0x0F)])
        }
        return String(decoding: characters, as: UTF8.self)
    }
}

private func hexDigitValue(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
}
