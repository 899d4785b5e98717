/// A currency of ISO 4217: its alphabetic code, its numeric code, and how many decimals its amounts have.
///
/// ```swift
/// Currency("JPY")?.exponent   // 0
/// Currency(numeric: 978)      // EUR
/// ```
public struct Currency: Hashable, Sendable, CustomStringConvertible {
    /// Three capital letters, such as `EUR`.
    public let code: String
    /// 1 to 999: 978 is the euro.
    public let numeric: Int
    /// Decimals of an amount: ten to this power minor units are one of the currency.
    public let exponent: Int

    /// - Returns: `nil` for a code that is not in the list.
    public init?(_ code: String) {
        guard let known = Self.byCode[code] else { return nil }
        self = known
    }

    /// - Returns: `nil` for a number that is not in the list.
    public init?(numeric: Int) {
        guard let known = Self.byNumber[numeric] else { return nil }
        self = known
    }

    init(code: String, numeric: Int, exponent: Int) {
        self.code = code
        self.numeric = numeric
        self.exponent = exponent
    }

    public var description: String { code }

    /// Minor units in one of the currency.
    var minorUnitsPerUnit: Int64 { (0..<exponent).reduce(1) { units, _ in units * 10 } }
}

extension Currency: Codable {
    /// - Throws: `DecodingError` for a text that is no code of the list.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let code = try container.decode(String.self)
        guard let known = Currency(code) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(code.prefix(8)) is no currency of ISO 4217")
        }
        self = known
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(code)
    }
}

extension Currency {
    /// ISO 4217:2015, list one: the currencies in circulation, without funds, metals and testing codes.
    static let all: [Currency] = table.split(whereSeparator: \.isNewline).flatMap { line -> [Currency] in
        let fields = line.split(separator: " ")
        guard let first = fields.first, let exponent = Int(first) else { return [] }
        return fields.dropFirst().compactMap { entry in
            Int(entry.dropFirst(3)).map {
                Currency(code: String(entry.prefix(3)), numeric: $0, exponent: exponent)
            }
        }
    }

    private static let byCode = Dictionary(uniqueKeysWithValues: all.map { ($0.code, $0) })
    private static let byNumber = Dictionary(uniqueKeysWithValues: all.map { ($0.numeric, $0) })

    /// The exponent, then code and number of every currency that has it.
    private static let table = """
        0 BIF108 CLP152 DJF262 GNF324 ISK352 JPY392 KMF174 KRW410 PYG600 RWF646 UGX800 VND704 VUV548 XAF950 XOF952 XPF953
        3 BHD048 IQD368 JOD400 KWD414 LYD434 OMR512 TND788
        2 AED784 AFN971 ALL008 AMD051 AOA973 ARS032 AUD036 AWG533 AZN944 BAM977 BBD052 BDT050 BMD060 BND096 BOB068
        2 BRL986 BSD044 BTN064 BWP072 BYN933 BZD084 CAD124 CDF976 CHF756 CNY156 COP170 CRC188 CUP192 CVE132 CZK203
        2 DKK208 DOP214 DZD012 EGP818 ERN232 ETB230 EUR978 FJD242 FKP238 GBP826 GEL981 GHS936 GIP292 GMD270 GTQ320
        2 GYD328 HKD344 HNL340 HTG332 HUF348 IDR360 ILS376 INR356 IRR364 JMD388 KES404 KGS417 KHR116 KPW408 KYD136
        2 KZT398 LAK418 LBP422 LKR144 LRD430 LSL426 MAD504 MDL498 MGA969 MKD807 MMK104 MNT496 MOP446 MRU929 MUR480
        2 MVR462 MWK454 MXN484 MYR458 MZN943 NAD516 NGN566 NIO558 NOK578 NPR524 NZD554 PAB590 PEN604 PGK598 PHP608
        2 PKR586 PLN985 QAR634 RON946 RSD941 RUB643 SAR682 SBD090 SCR690 SDG938 SEK752 SGD702 SHP654 SLE925 SOS706
        2 SRD968 SSP728 STN930 SVC222 SYP760 SZL748 THB764 TJS972 TMT934 TOP776 TRY949 TTD780 TWD901 TZS834 UAH980
        2 USD840 UYU858 UZS860 VES928 WST882 XCD951 YER886 XCG532 ZAR710 ZMW967 ZWG924
        """
}
