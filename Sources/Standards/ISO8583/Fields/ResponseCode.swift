/// Field 39: what became of a request. Other codes than those named here exist and are kept as they came.
public struct ResponseCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// Two letters or digits.
    public let rawValue: String

    public static let approved = ResponseCode(rawValue: "00")
    public static let doNotHonour = ResponseCode(rawValue: "05")
    public static let invalidTransaction = ResponseCode(rawValue: "12")
    public static let invalidCardNumber = ResponseCode(rawValue: "14")
    public static let formatError = ResponseCode(rawValue: "30")
    public static let lostCard = ResponseCode(rawValue: "41")
    public static let insufficientFunds = ResponseCode(rawValue: "51")
    public static let expiredCard = ResponseCode(rawValue: "54")
    public static let incorrectPIN = ResponseCode(rawValue: "55")
    public static let notPermittedToCardholder = ResponseCode(rawValue: "57")
    public static let exceedsLimit = ResponseCode(rawValue: "61")
    public static let restrictedCard = ResponseCode(rawValue: "62")
    public static let securityViolation = ResponseCode(rawValue: "63")
    public static let responseTooLate = ResponseCode(rawValue: "68")
    public static let pinTriesExceeded = ResponseCode(rawValue: "75")
    public static let issuerInoperative = ResponseCode(rawValue: "91")
    public static let duplicateTransmission = ResponseCode(rawValue: "94")
    public static let systemMalfunction = ResponseCode(rawValue: "96")

    public init(rawValue: String) { self.rawValue = rawValue }

    public var description: String { rawValue }

    /// Whether a request that was answered so may have had its effect all the same: nobody got to a decision.
    public var leavesOpen: Bool { [.responseTooLate, .issuerInoperative, .systemMalfunction].contains(self) }
}
