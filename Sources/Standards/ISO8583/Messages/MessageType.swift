/// The message type identifier of ISO 8583:1987: version, class, function and origin, a digit each.
///
/// ```swift
/// MessageType.financialRequest.response    // 0210
/// MessageType.reversalRepeat.withoutRepeat // 0400
/// ```
public struct MessageType: Hashable, Sendable, CustomStringConvertible {
    /// 0100 to 0899.
    public let number: Int

    public static let authorizationRequest = MessageType(known: 0100)
    public static let authorizationResponse = MessageType(known: 0110)
    public static let financialRequest = MessageType(known: 0200)
    public static let financialResponse = MessageType(known: 0210)
    public static let reversalRequest = MessageType(known: 0400)
    public static let reversalRepeat = MessageType(known: 0401)
    public static let reversalResponse = MessageType(known: 0410)
    public static let reversalAdvice = MessageType(known: 0420)
    public static let reversalAdviceRepeat = MessageType(known: 0421)
    public static let reversalAdviceResponse = MessageType(known: 0430)
    public static let networkManagementRequest = MessageType(known: 0800)
    public static let networkManagementResponse = MessageType(known: 0810)

    /// - Returns: `nil` for another version than 1987 (0), a class that is none (1 to 8), or an origin that is none (0 to 5).
    public init?(_ number: Int) {
        guard (100...899).contains(number), number % 10 <= 5 else { return nil }
        self.number = number
    }

    private init(known number: Int) { self.number = number }

    /// 1 authorization, 2 financial, 4 reversal, 8 network management.
    public var messageClass: Int { number / 100 }

    /// Whether an answer is due: a request (0) or an advice (2).
    public var isRequest: Bool { number / 10 % 10 == 0 || number / 10 % 10 == 2 }

    /// What a request is answered with; `nil` for anything else.
    public var response: MessageType? {
        isRequest ? MessageType(number - number % 10 + 10) : nil
    }

    /// The last digit of a repetition is odd.
    public var isRepeat: Bool { number % 2 == 1 }

    /// The type of the first of repeated messages.
    public var withoutRepeat: MessageType { MessageType(known: number - number % 2) }

    /// Four digits.
    public var description: String { Digits.text(UInt64(number), count: 4) }
}
