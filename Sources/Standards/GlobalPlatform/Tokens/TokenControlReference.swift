public import ISO7816

/// What a token is for: the card, the application provider, and a number that no other token has.
/// GPC v2.3.1 Table 11-24 (DELETE) and Table 11-51 (INSTALL).
///
///     B6 { 42 identification number | 45 image number | 5F20 application provider | 93 token number }
///
/// Every part may be absent: then it binds the token to nothing.
public struct TokenControlReference: Hashable, Sendable {
    /// Tag 42: the Identification Number of the Security Domain that verifies the token.
    public var identificationNumber: [UInt8]?
    /// Tag 45: its Image Number.
    public var imageNumber: [UInt8]?
    /// Tag 5F20: the Application Provider that the token was made for.
    public var applicationProvider: [UInt8]?
    /// Tag 93: the Token Identifier, here a number; a later token has a higher one.
    public var number: UInt64?

    public init(
        identificationNumber: [UInt8]? = nil, imageNumber: [UInt8]? = nil, applicationProvider: [UInt8]? = nil,
        number: UInt64? = nil
    ) {
        self.identificationNumber = identificationNumber
        self.imageNumber = imageNumber
        self.applicationProvider = applicationProvider
        self.number = number
    }

    public static let tag: BERTag = 0xB6
    static let identificationNumberTag: BERTag = 0x42
    static let imageNumberTag: BERTag = 0x45
    static let applicationProviderTag: BERTag = 0x5F20
    static let numberTag: BERTag = 0x93

    /// Bytes of a number at most.
    static let numberLengthMax = 8

    /// Reads the value of `B6`.
    ///
    /// - Throws: ``CommandDecodingError`` for another tag, a tag that stands twice, an empty value, and a number of
    ///   more than eight bytes.
    public init(value: [UInt8]) throws(CommandDecodingError) {
        self.init()
        var tags: Set<BERTag> = []
        for object in try BERTLV.commandData(value) {
            guard tags.insert(object.tag).inserted else { throw .tlv(.duplicate(object.tag)) }
            guard !object.value.isEmpty else { throw .invalid(field: "\(object.tag)", value: []) }
            switch object.tag {
            case Self.identificationNumberTag: identificationNumber = object.value
            case Self.imageNumberTag: imageNumber = object.value
            case Self.applicationProviderTag: applicationProvider = object.value
            case Self.numberTag:
                guard object.value.count <= Self.numberLengthMax else {
                    throw .invalid(field: "93", value: object.value)
                }
                number = object.value.reduce(0) { $0 << 8 | UInt64($1) }
            default: throw .invalid(field: "tag in B6", value: object.bytes)
            }
        }
    }

    /// The whole object; the number in as few bytes as it needs.
    public var object: BERTLV {
        var parts: [BERTLV] = []
        if let identificationNumber { parts.append(BERTLV(Self.identificationNumberTag, identificationNumber)) }
        if let imageNumber { parts.append(BERTLV(Self.imageNumberTag, imageNumber)) }
        if let applicationProvider { parts.append(BERTLV(Self.applicationProviderTag, applicationProvider)) }
        if let number { parts.append(BERTLV(Self.numberTag, Self.bytes(of: number))) }
        return BERTLV(Self.tag, parts)
    }

    /// The number as tag 93 and a receipt carry it: big-endian, without leading zeros.
    public static func bytes(of number: UInt64) -> [UInt8] {
        let bytes = (0..<numberLengthMax).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
        return Array(bytes.dropLast().drop { $0 == 0 }) + bytes.suffix(1)
    }
}
