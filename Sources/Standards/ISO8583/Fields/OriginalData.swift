/// Field 90: which message a reversal undoes.
///
///     message type (4) | field 11 (6) | field 7 (10) | field 32 (11) | field 33 (11), numbers with zeros in front
public struct OriginalData: Hashable, Sendable, CustomStringConvertible {
    public let messageType: MessageType
    public let systemTraceAuditNumber: Int
    public let transmissionTime: TransmissionTime
    /// Without the zeros in front.
    public let acquiringInstitution: String

    public static let length = 42

    public init(
        messageType: MessageType, systemTraceAuditNumber: Int, transmissionTime: TransmissionTime,
        acquiringInstitution: String
    ) {
        self.messageType = messageType
        self.systemTraceAuditNumber = systemTraceAuditNumber
        self.transmissionTime = transmissionTime
        self.acquiringInstitution = String(acquiringInstitution.drop { $0 == "0" })
    }

    /// What is to be undone when `message` is; `nil` when it lacks field 7 or 11.
    public init?(of message: Message) {
        guard let number = message.systemTraceAuditNumber, let time = message.transmissionTime else { return nil }
        self.init(
            messageType: message.type, systemTraceAuditNumber: number, transmissionTime: time,
            acquiringInstitution: message[.acquiringInstitution] ?? "")
    }

    /// - Returns: `nil` for what names no message.
    public init?(_ text: String) {
        guard text.utf8.count == Self.length, text.utf8.allSatisfy(Digits.isDigit),
            let type = Digits.number(text.prefix(4), count: 4).flatMap({ MessageType($0) }),
            let number = Digits.number(text.dropFirst(4).prefix(6), count: 6),
            let time = TransmissionTime(text.dropFirst(10).prefix(10))
        else { return nil }
        self.init(
            messageType: type, systemTraceAuditNumber: number, transmissionTime: time,
            acquiringInstitution: String(text.dropFirst(20).prefix(11)))
    }

    public var text: String {
        let institution = String(repeating: "0", count: max(0, 11 - acquiringInstitution.utf8.count))
        return "\(messageType)" + Digits.text(UInt64(systemTraceAuditNumber), count: 6) + transmissionTime.text
            + institution + acquiringInstitution + String(repeating: "0", count: 11)
    }

    public var description: String {
        "\(messageType) \(Digits.text(UInt64(systemTraceAuditNumber), count: 6)) of \(transmissionTime)"
    }
}
