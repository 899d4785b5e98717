/// What a request and its answer have in common: fields 7, 11, 32 and 41.
public struct MatchingKey: Hashable, Sendable, CustomStringConvertible {
    public let transmissionTime: TransmissionTime
    public let systemTraceAuditNumber: Int
    public let acquiringInstitution: String?
    public let terminal: String?

    /// - Returns: `nil` for a message without field 7 or 11.
    public init?(_ message: Message) {
        guard let time = message.transmissionTime, let number = message.systemTraceAuditNumber else { return nil }
        transmissionTime = time
        systemTraceAuditNumber = number
        acquiringInstitution = message[.acquiringInstitution]
        terminal = message[.terminal]
    }

    /// Whether a message with the key `answer` answers the one with this key: fields 32 and 41 are left out of answers
    /// by some issuers, and count when they are there.
    public func isAnswered(by answer: MatchingKey) -> Bool {
        transmissionTime == answer.transmissionTime && systemTraceAuditNumber == answer.systemTraceAuditNumber
            && (answer.acquiringInstitution ?? acquiringInstitution) == acquiringInstitution
            && (answer.terminal ?? terminal) == terminal
    }

    public var description: String {
        let number = Digits.text(UInt64(systemTraceAuditNumber), count: 6)
        return "\(transmissionTime)/\(number)/\(acquiringInstitution ?? "-")/\(terminal ?? "-")"
    }
}
