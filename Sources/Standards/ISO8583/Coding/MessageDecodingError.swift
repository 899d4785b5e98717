/// Why bytes are no message: which part, at which byte, and what is wrong there. No value of a field stands in it.
public struct MessageDecodingError: Error, Equatable, Sendable, CustomStringConvertible {
    public let part: Part
    /// Where the part begins, or what is wrong in it.
    public let offset: Int
    public let reason: Reason

    public init(part: Part, offset: Int, reason: Reason) {
        self.part = part
        self.offset = offset
        self.reason = reason
    }

    /// Where in a message.
    public enum Part: Hashable, Sendable, CustomStringConvertible {
        case messageType, bitmap, secondaryBitmap
        case field(Int)

        public var description: String {
            switch self {
            case .messageType: "message type"
            case .bitmap: "bitmap"
            case .secondaryBitmap: "secondary bitmap"
            case .field(let number): "field \(number)"
            }
        }
    }

    /// What is wrong there.
    public enum Reason: Hashable, Sendable {
        /// So many bytes are needed, so many are left.
        case truncated(needed: Int, available: Int)
        case notHexadecimal
        /// The length in front is no number.
        case lengthNotNumeric
        /// The length in front says so much; the format allows less, or more.
        case length(Int)
        /// A character, nibble or padding that the format does not have.
        case character
        case notATime
        /// No message type of 1987.
        case unknownMessageType
        /// The bitmap names a field that is not spoken on this line.
        case unknownField
        /// So many bytes behind the last field.
        case trailingBytes(Int)
        case messageTooLong(Int)
    }

    public var description: String {
        "\(part) at byte \(offset): "
            + {
                switch reason {
                case .truncated(let needed, let available): "\(needed) bytes are needed, \(available) are left"
                case .notHexadecimal: "not hexadecimal"
                case .lengthNotNumeric: "the length is no number"
                case .length(let length): "a length of \(length) is not allowed"
                case .character: "a character that its format does not have"
                case .notATime: "no time that there is"
                case .unknownMessageType: "no message type of ISO 8583:1987"
                case .unknownField: "not known on this line"
                case .trailingBytes(let count): "\(count) bytes follow the last field"
                case .messageTooLong(let count): "a message has \(Message.bytesMax) bytes at most, not \(count)"
                }
            }()
    }
}
