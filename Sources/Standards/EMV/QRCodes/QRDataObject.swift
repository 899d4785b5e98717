/// One data object of a merchant-presented code: `identifier (2 digits) | length (2 digits) | value`.
/// EMV QRCPS Merchant-Presented Mode §3.1.
///
/// The length counts characters (Unicode scalars), not bytes.
public struct QRDataObject: Hashable, Sendable {
    /// 0 to 99.
    public let identifier: Int
    /// 1 to 99 characters.
    public let value: String

    public static let valueLengths = 1...99

    /// - Throws: ``MerchantPresentedCodeError/value(_:)`` for an empty or too long value.
    public init(_ identifier: Int, _ value: String) throws(MerchantPresentedCodeError) {
        precondition((0...99).contains(identifier), "an identifier has two digits")
        guard Self.valueLengths.contains(value.unicodeScalars.count) else { throw .value([identifier]) }
        self.identifier = identifier
        self.value = value
    }

    /// A template: data objects in the value.
    ///
    /// - Throws: ``MerchantPresentedCodeError/value(_:)`` when they are too long together.
    public init(_ identifier: Int, _ objects: [QRDataObject]) throws(MerchantPresentedCodeError) {
        try self.init(identifier, objects.text)
    }

    public var text: String {
        Self.twoDigits(identifier) + Self.twoDigits(value.unicodeScalars.count) + value
    }

    /// The data objects in the value, each identifier once.
    ///
    /// - Throws: ``MerchantPresentedCodeError``, with offsets from the start of the value.
    public func objects() throws(MerchantPresentedCodeError) -> [QRDataObject] {
        let objects = try Self.sequence(value)
        try Self.refuseDuplicates(objects, in: [identifier])
        return objects
    }

    static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Reads data objects until the text is used up.
    static func sequence(_ text: some StringProtocol) throws(MerchantPresentedCodeError) -> [QRDataObject] {
        let scalars = Array(text.unicodeScalars)
        var objects: [QRDataObject] = []
        var offset = 0
        while offset < scalars.count {
            guard let identifier = number(scalars, at: offset) else { throw .identifier(offset: offset) }
            guard let length = number(scalars, at: offset + 2) else { throw .length(identifier, offset: offset + 2) }
            let available = scalars.count - offset - 4
            guard length <= available else {
                throw .truncated(identifier, announced: length, available: available, offset: offset)
            }
            var value = String.UnicodeScalarView()
            value.append(contentsOf: scalars[(offset + 4)..<(offset + 4 + length)])
            objects.append(try QRDataObject(identifier, String(value)))
            offset += 4 + length
        }
        return objects
    }

    /// Two digits as a number.
    private static func number(_ scalars: [Unicode.Scalar], at offset: Int) -> Int? {
        guard offset + 2 <= scalars.count else { return nil }
        let digits = scalars[offset..<offset + 2].map { Int($0.value) - 0x30 }
        return digits.allSatisfy((0...9).contains) ? digits[0] * 10 + digits[1] : nil
    }

    static func refuseDuplicates(
        _ objects: [QRDataObject], in path: [Int]
    ) throws(MerchantPresentedCodeError) {
        var seen: Set<Int> = []
        for object in objects where !seen.insert(object.identifier).inserted {
            throw .duplicate(path + [object.identifier])
        }
    }
}

extension [QRDataObject] {
    /// The value of the data object with this identifier.
    public subscript(value identifier: Int) -> String? { first { $0.identifier == identifier }?.value }

    var text: String { map(\.text).joined() }
}
