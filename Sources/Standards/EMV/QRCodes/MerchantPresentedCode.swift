import ISO7816

/// What a merchant's code says (EMV QRCPS, merchant-presented mode): whom the consumer pays, and how much.
///
///     00 01 | 01 11 static or 12 dynamic | 02–51 merchant accounts | 52 category | 53 currency | 54 amount | 55–57 tip |
///     58 country | 59 name | 60 city | 61 postal code | 62 additional data | 64 other language | 80–99 templates | 63 CRC
///
/// A value of this type keeps the rules; its objects keep their order.
public struct MerchantPresentedCode: Hashable, Sendable {
    /// All data objects but the CRC, in the order of the code.
    public let objects: [QRDataObject]

    /// Characters, as EMV bounds the code.
    public static let lengthMax = 512

    /// Identifiers of the data objects. EMV QRCPS Merchant-Presented Mode, Table 3.5.
    public enum Identifier {
        public static let payloadFormat = 0
        public static let pointOfInitiation = 1
        public static let merchantAccounts = 2...51
        /// Those that are templates with a globally unique identifier.
        public static let merchantAccountTemplates = 26...51
        public static let category = 52
        public static let currency = 53
        public static let amount = 54
        public static let tipIndicator = 55
        public static let fixedTip = 56
        public static let tipPercentage = 57
        public static let country = 58
        public static let name = 59
        public static let city = 60
        public static let postalCode = 61
        public static let additionalData = 62
        public static let checksum = 63
        public static let otherLanguage = 64
        public static let unreservedTemplates = 80...99
    }

    /// - Parameter objects: all but the CRC; 00 comes first.
    /// - Throws: ``MerchantPresentedCodeError``.
    public init(_ objects: [QRDataObject]) throws(MerchantPresentedCodeError) {
        guard !objects.contains(where: { $0.identifier == Identifier.checksum }) else { throw .checksumNotLast }
        try MerchantCodeRules.check(objects)
        self.objects = objects
        let length = text.unicodeScalars.count
        guard length <= Self.lengthMax else { throw .tooLong(length) }
    }

    /// The code as a picture holds it, checksum and all.
    public var text: String {
        let start = objects.text + QRDataObject.twoDigits(Identifier.checksum) + "04"
        return start + Self.checksum(of: start)
    }

    /// Reads what a picture held.
    ///
    /// - Throws: ``MerchantPresentedCodeError``.
    public init(text: String) throws(MerchantPresentedCodeError) {
        let length = text.unicodeScalars.count
        guard length <= Self.lengthMax else { throw .tooLong(length) }
        let objects = try QRDataObject.sequence(text)
        guard let last = objects.last, objects.contains(where: { $0.identifier == Identifier.checksum }) else {
            throw .checksumMissing
        }
        guard last.identifier == Identifier.checksum,
            !objects.dropLast().contains(where: { $0.identifier == Identifier.checksum })
        else { throw .checksumNotLast }
        guard last.value.utf8.count == 4 else { throw .value([Identifier.checksum]) }
        let computed = Self.checksum(of: String(decoding: text.utf8.dropLast(4), as: UTF8.self))
        guard last.value == computed else { throw .checksum(found: last.value, computed: computed) }
        try self.init(objects.dropLast())
    }

    /// Four upper-case hex digits over the bytes up to and with `6304`.
    private static func checksum(of text: String) -> String { bigEndian(CRC16.checksum(text.utf8)).hex }
}

// MARK: - What it says

extension MerchantPresentedCode {
    /// Whether the code is for one transaction only; `nil` when it does not say.
    public var isDynamic: Bool? { objects[value: Identifier.pointOfInitiation].map { $0 == "12" } }

    /// The merchant's accounts, each with its scheme's identifier.
    public var merchantAccounts: [QRDataObject] {
        objects.filter { Identifier.merchantAccounts.contains($0.identifier) }
    }

    /// ISO 18245, four digits.
    public var merchantCategory: String { mandatory(Identifier.category) }
    /// ISO 4217, three digits.
    public var currency: String { mandatory(Identifier.currency) }
    /// Decimal, as the code writes it; `nil` when the consumer enters it.
    public var amount: String? { objects[value: Identifier.amount] }
    /// ISO 3166-1, two letters.
    public var country: String { mandatory(Identifier.country) }
    public var merchantName: String { mandatory(Identifier.name) }
    public var merchantCity: String { mandatory(Identifier.city) }

    /// What the consumer adds for service.
    public var tip: Tip? {
        switch objects[value: Identifier.tipIndicator] {
        case "01": .asked
        case "02": objects[value: Identifier.fixedTip].map(Tip.fixed)
        case "03": objects[value: Identifier.tipPercentage].map(Tip.percentage)
        default: nil
        }
    }

    /// A tip or convenience fee.
    public enum Tip: Hashable, Sendable {
        /// The consumer is asked.
        case asked
        case fixed(String)
        case percentage(String)
    }

    /// The data objects of template 62: 01 bill number, 05 reference, 07 terminal …; empty without one.
    public var additionalData: [QRDataObject] { template(Identifier.additionalData) }

    /// The data objects of template 64: 00 language, 01 name, 02 city; empty without one.
    public var otherLanguage: [QRDataObject] { template(Identifier.otherLanguage) }

    /// Templates were read when the code was.
    private func template(_ identifier: Int) -> [QRDataObject] {
        objects.first { $0.identifier == identifier }.flatMap { try? $0.objects() } ?? []
    }

    /// Its presence was checked when the code was made.
    private func mandatory(_ identifier: Int) -> String { objects[value: identifier] ?? "" }
}

/// Why a text is no merchant-presented code; offsets count characters, paths name identifiers from the outside in.
public enum MerchantPresentedCodeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No two digits where an identifier is expected.
    case identifier(offset: Int)
    /// No two digits where the length of this data object is expected.
    case length(Int, offset: Int)
    case truncated(Int, announced: Int, available: Int, offset: Int)
    case tooLong(Int)
    case checksumMissing
    case checksumNotLast
    case checksum(found: String, computed: String)
    case payloadFormat
    case duplicate([Int])
    case missing([Int])
    /// The value has another form than the standard gives it.
    case value([Int])
    case noMerchantAccount
    /// 56 and 57 are there exactly when 55 says so.
    case tip

    public var description: String {
        switch self {
        case .identifier(let offset): "no identifier at character \(offset)"
        case .length(let identifier, let offset): "no length of data object \(identifier) at character \(offset)"
        case .truncated(let identifier, let announced, let available, let offset):
            "data object \(identifier) at character \(offset) announces \(announced) characters, \(available) follow"
        case .tooLong(let count): "a code has \(MerchantPresentedCode.lengthMax) characters at most, not \(count)"
        case .checksumMissing: "the checksum (63) is missing"
        case .checksumNotLast: "the checksum (63) is not the last data object"
        case .checksum(let found, let computed): "the checksum is \(found) and ought to be \(computed)"
        case .payloadFormat: "a code begins with payload format indicator 01"
        case .duplicate(let path): "data object \(Self.text(path)) stands twice"
        case .missing(let path): "data object \(Self.text(path)) is missing"
        case .value(let path): "data object \(Self.text(path)) has a value that it cannot have"
        case .noMerchantAccount: "a code has at least one merchant account (02 to 51)"
        case .tip: "fixed tip (56) and tip percentage (57) do not go with the tip indicator (55)"
        }
    }

    private static func text(_ path: [Int]) -> String { path.map(QRDataObject.twoDigits).joined(separator: ".") }
}
