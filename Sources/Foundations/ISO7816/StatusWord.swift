/// SW1 SW2, the card's verdict on a command: open, because `63Cx` or `6Cxx` carry a value. ISO/IEC 7816-4 §5.6.
public struct StatusWord: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public init(_ rawValue: UInt16) { self.rawValue = rawValue }
    public init(_ sw1: UInt8, _ sw2: UInt8) { rawValue = UInt16(sw1) << 8 | UInt16(sw2) }

    public var sw1: UInt8 { UInt8(rawValue >> 8) }
    public var sw2: UInt8 { UInt8(truncatingIfNeeded: rawValue) }

    /// `9000`, or `61xx` with more data waiting.
    public var isSuccess: Bool { rawValue == 0x9000 || sw1 == 0x61 }
    /// `62xx` and `63xx`: processed, with a remark. R-MAC and R-ENC apply to these too (GPC Amd D §6.2.5).
    public var isWarning: Bool { sw1 == 0x62 || sw1 == 0x63 }
    /// Neither processed nor processed with a remark.
    public var isRefusal: Bool { !isSuccess && !isWarning }

    /// `63Cx`: verification failed, x tries left.
    public var triesRemaining: Int? { rawValue & 0xFFF0 == 0x63C0 ? Int(rawValue & 0x000F) : nil }
    /// `61xx`: xx bytes wait for GET RESPONSE (`00` means 256 or more).
    public var bytesAvailable: Int? { sw1 == 0x61 ? (sw2 == 0 ? 256 : Int(sw2)) : nil }
    /// `6Cxx`: the Le the card wants instead.
    public var expectedLength: Int? { sw1 == 0x6C ? (sw2 == 0 ? 256 : Int(sw2)) : nil }
}

extension StatusWord {
    public static let success = StatusWord(0x9000)
    /// More data available with the next GET STATUS (GPC v2.3.1 Table 11-37).
    public static let moreDataAvailable = StatusWord(0x6310)
    /// Authentication of host cryptogram failed (GPC v2.3.1 Table E-… EXTERNAL AUTHENTICATE).
    public static let hostCryptogramFailed = StatusWord(0x6300)
    /// The card is locked, or the selected Application is (SELECT, GPC v2.3.1 §11.9.3.2).
    public static let selectedFileInvalidated = StatusWord(0x6283)
    public static let memoryFailure = StatusWord(0x6581)
    public static let wrongLength = StatusWord(0x6700)
    public static let logicalChannelNotSupported = StatusWord(0x6881)
    public static let secureMessagingNotSupported = StatusWord(0x6882)
    public static let lastCommandOfChainExpected = StatusWord(0x6883)
    public static let commandChainingNotSupported = StatusWord(0x6884)
    public static let securityStatusNotSatisfied = StatusWord(0x6982)
    public static let authenticationMethodBlocked = StatusWord(0x6983)
    public static let conditionsOfUseNotSatisfied = StatusWord(0x6985)
    public static let commandNotAllowed = StatusWord(0x6986)
    public static let secureMessagingObjectsMissing = StatusWord(0x6987)
    public static let secureMessagingObjectsIncorrect = StatusWord(0x6988)
    public static let applicationCannotBeSelected = StatusWord(0x6999)
    public static let incorrectData = StatusWord(0x6A80)
    public static let functionNotSupported = StatusWord(0x6A81)
    public static let fileNotFound = StatusWord(0x6A82)
    public static let notEnoughMemory = StatusWord(0x6A84)
    public static let incorrectParameters = StatusWord(0x6A86)
    public static let referencedDataNotFound = StatusWord(0x6A88)
    public static let wrongParameters = StatusWord(0x6B00)
    public static let instructionNotSupported = StatusWord(0x6D00)
    public static let classNotSupported = StatusWord(0x6E00)
    public static let noPreciseDiagnosis = StatusWord(0x6F00)
    /// Algorithm not supported (GPC v2.3.1 Table 11-10).
    public static let algorithmNotSupported = StatusWord(0x9484)
    /// Invalid key check value (GPC v2.3.1 Table 11-10).
    public static let invalidKeyCheckValue = StatusWord(0x9485)
}

extension StatusWord: CustomStringConvertible {
    public var description: String { [sw1, sw2].hex }
}

extension StatusWord: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: UInt16) { rawValue = value }
}
