/// What characters a data element consists of, and how many. ISO 8583:1987 §4.3.
public struct FieldFormat: Hashable, Sendable {
    public let content: Content
    public let length: Length

    /// Which characters.
    public enum Content: String, Hashable, Sendable {
        /// Digits.
        case n
        /// Letters, digits and spaces.
        case an
        /// All printable characters.
        case ans
        /// Bytes.
        case b
        /// Digits and the separator of track 2.
        case z
    }

    /// In characters; in bytes for ``Content/b``.
    public enum Length: Hashable, Sendable {
        case fixed(Int)
        /// Two digits of length, then at most so many.
        case llvar(max: Int)
        /// Three digits of length, then at most so many.
        case lllvar(max: Int)

        public var max: Int {
            switch self {
            case .fixed(let count), .llvar(let count), .lllvar(let count): count
            }
        }

        /// The digits of the length that stands in front.
        public var digitCount: Int {
            switch self {
            case .fixed: 0
            case .llvar: 2
            case .lllvar: 3
            }
        }

        func allows(_ count: Int) -> Bool {
            switch self {
            case .fixed(let exact): count == exact
            case .llvar(let max), .lllvar(let max): (1...max).contains(count)
            }
        }
    }

    static func fixed(_ content: Content, _ count: Int) -> FieldFormat {
        FieldFormat(content: content, length: .fixed(count))
    }

    static func llvar(_ content: Content, _ max: Int) -> FieldFormat {
        FieldFormat(content: content, length: .llvar(max: max))
    }

    static func lllvar(_ content: Content, _ max: Int) -> FieldFormat {
        FieldFormat(content: content, length: .lllvar(max: max))
    }
}

extension FieldFormat.Content {
    func allows(_ byte: UInt8) -> Bool {
        switch self {
        case .n: Digits.isDigit(byte)
        case .an:
            Digits.isDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: " ")
        case .ans: (0x20...0x7E).contains(byte)
        case .z: Digits.isDigit(byte) || byte == UInt8(ascii: "=")
        case .b: true
        }
    }
}

extension FieldFormat: CustomStringConvertible {
    /// `n 6`, `ans ..999`
    public var description: String {
        switch length {
        case .fixed(let count): "\(content.rawValue) \(count)"
        case .llvar(let max), .lllvar(let max): "\(content.rawValue) ..\(max)"
        }
    }
}
