/// How the parties to a line write what ISO 8583 leaves open: digits, bitmaps, lengths and bytes.
public struct Dialect: Hashable, Sendable {
    /// The message type and all fields of digits and of track 2.
    public var digits: DigitForm
    /// The lengths in front of variable fields.
    public var lengths: DigitForm
    public var bitmaps: ByteForm
    /// Fields of format b.
    public var bytes: ByteForm

    /// How decimal digits are written.
    public enum DigitForm: Hashable, Sendable {
        /// A character a digit.
        case characters
        /// Two digits a byte; an odd number of them has a zero in front, which is not counted. The separator of track 2 is D.
        case packed
    }

    /// How bytes that are no characters are written.
    public enum ByteForm: Hashable, Sendable {
        /// Two characters a byte; a length in front counts the characters.
        case hexadecimal
        /// As they are.
        case binary
    }

    public init(digits: DigitForm, lengths: DigitForm, bitmaps: ByteForm, bytes: ByteForm) {
        self.digits = digits
        self.lengths = lengths
        self.bitmaps = bitmaps
        self.bytes = bytes
    }

    /// Characters only.
    public static let ascii = Dialect(
        digits: .characters, lengths: .characters, bitmaps: .hexadecimal, bytes: .hexadecimal)
    /// Characters, with bitmaps and bytes as they are.
    public static let binary = Dialect(digits: .characters, lengths: .characters, bitmaps: .binary, bytes: .binary)
    /// As short as it gets: binary-coded decimals.
    public static let packed = Dialect(digits: .packed, lengths: .packed, bitmaps: .binary, bytes: .binary)
}
