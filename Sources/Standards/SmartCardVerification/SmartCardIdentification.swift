public import ISO7816

/// The card identification information: eight bytes that tell one smart card from all others. It is no secret.
public struct SmartCardIdentification: Hashable, Sendable {
    public static let length = 8

    public let bytes: [UInt8]

    /// - Throws: ``SmartCardError/identification(count:)`` for another length than eight.
    public init(_ bytes: [UInt8]) throws(SmartCardError) {
        guard bytes.count == Self.length else { throw .identification(count: bytes.count) }
        self.bytes = bytes
    }

    /// Reads sixteen upper-case hex digits, the one way in which an identification is written.
    ///
    /// - Throws: ``SmartCardError``.
    public init(text: String) throws(SmartCardError) {
        guard text.utf8.count == 2 * Self.length, let bytes = try? [UInt8](hex: text), bytes.hex == text else {
            throw .identification(count: text.utf8.count / 2)
        }
        self.bytes = bytes
    }

    public var text: String { bytes.hex }
}

extension SmartCardIdentification: CustomStringConvertible {
    public var description: String { text }
}

extension SmartCardIdentification: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(text: container.decode(String.self))
        } catch let error as SmartCardError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Why bytes are not what a smart card for verification has, sends or is asked.
public enum SmartCardError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The identification has eight bytes.
    case identification(count: Int)
    /// The input of a diversification has 16 to 31 bytes.
    case diversificationInput(count: Int)
    /// A card key has 32 bytes.
    case cardKey(count: Int)
    /// Card data has 1 to ``EncryptedCardData/dataLengthMax`` bytes in clear.
    case cardData(count: Int)
    /// The layout of an encrypted data file of a version that is not known here.
    case version(UInt8)
    case layout(ByteLayoutError)
    /// The terminal's or the transaction's name has 1 to 64 characters of ASCII, without spaces.
    case name
    /// An amount is above zero.
    case amount
    /// A challenge has 16 bytes, the answer too.
    case challenge(count: Int)
    /// The answer to GET DATA is not the data object that was asked for.
    case dataObject(BERTag)
    /// Personalization data is missing, stands twice, or is of another kind of application.
    case grouping(UInt16)

    public var description: String {
        switch self {
        case .identification(let count): "a card identification has 8 bytes, found \(count)"
        case .diversificationInput(let count): "a diversification input has 16 to 31 bytes, found \(count)"
        case .cardKey(let count): "a card key has 32 bytes, found \(count)"
        case .cardData(let count): "card data has 1 to \(EncryptedCardData.dataLengthMax) bytes, found \(count)"
        case .version(let version): "encrypted card data of version \(version) is not known"
        case .layout(let error): "\(error)"
        case .name: "a name has 1 to 64 visible ASCII characters"
        case .amount: "an amount is above zero"
        case .challenge(let count): "a challenge and its response have 16 bytes, found \(count)"
        case .dataObject(let tag): "the card did not answer with the data object \(tag)"
        case .grouping(let identifier):
            "data grouping \([UInt8(identifier >> 8), UInt8(identifier & 0xFF)].hex) is missing or not possible"
        }
    }
}
