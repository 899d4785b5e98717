import ISO8583
import Synchronization

final class Counter: Sendable {
    private let count = Mutex(0)
    func add() { count.withLock { $0 += 1 } }
    var value: Int { count.withLock { $0 } }
}

extension Message {
    /// 00, with what identifies the request.
    func networkAnswerForTest() throws -> Message? {
        guard let type = type.response else { return nil }
        var answer = Message(type)
        answer.copy([.transmissionTime, .systemTraceAuditNumber, .networkManagementCode], from: self)
        try answer.set(.responseCode, "00")
        return answer
    }
}
