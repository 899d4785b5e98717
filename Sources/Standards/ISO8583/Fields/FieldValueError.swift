/// Why a value cannot stand in a field; the value itself never stands in the error.
public struct FieldValueError: Error, Equatable, Sendable, CustomStringConvertible {
    public let element: DataElement
    public let reason: Reason

    public init(element: DataElement, reason: Reason) {
        self.element = element
        self.reason = reason
    }

    /// What is wrong with it.
    public enum Reason: Hashable, Sendable {
        /// So many characters or bytes.
        case length(Int)
        /// A character that the format does not have, counted from 0.
        case character(at: Int)
        /// The digits say no time, date or month.
        case notATime
    }

    public var description: String {
        switch reason {
        case .length(let count): "\(element) is \(element.format), found \(count)"
        case .character(let position): "\(element) is \(element.format): not so its character \(position)"
        case .notATime: "\(element) says no time that there is"
        }
    }
}

extension DataElement {
    /// - Throws: ``FieldValueError`` for what is not of the element's format.
    func check(_ value: [UInt8]) throws(FieldValueError) {
        guard format.length.allows(value.count) else {
            throw FieldValueError(element: self, reason: .length(value.count))
        }
        if let position = value.firstIndex(where: { !format.content.allows($0) }) {
            throw FieldValueError(element: self, reason: .character(at: position))
        }
        guard saysATime(value) else { throw FieldValueError(element: self, reason: .notATime) }
    }

    /// Whether a time, a date or a month is one; `true` for all other elements.
    private func saysATime(_ digits: [UInt8]) -> Bool {
        let pairs = stride(from: 0, to: digits.count - 1, by: 2).map {
            Int(digits[$0] &- 0x30) * 10 + Int(digits[$0 + 1] &- 0x30)
        }
        switch self {
        case .transmissionTime: return Self.isDate(pairs[0], pairs[1]) && Self.isTime(Array(pairs[2...]))
        case .localTime: return Self.isTime(pairs)
        case .localDate: return Self.isDate(pairs[0], pairs[1])
        case .expirationDate: return (1...12).contains(pairs[1])
        default: return true
        }
    }

    private static func isTime(_ pairs: [Int]) -> Bool { pairs[0] < 24 && pairs[1] < 60 && pairs[2] < 60 }

    private static func isDate(_ month: Int, _ day: Int) -> Bool {
        (1...12).contains(month) && (1...TransmissionTime.dayCount(month)).contains(day)
    }
}
