extension Message: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The type and every field by its number: account numbers masked, and no track, PIN or chip data.
    public var description: String {
        (["\(type)"] + elements.map { "\($0.rawValue)=\(shown($0))" }).joined(separator: " ")
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// An element as it may be seen by anybody who reads logs.
    public func shown(_ element: DataElement) -> String {
        guard let text = self[element] else { return "" }
        switch element {
        case .primaryAccountNumber: return Self.masked(text)
        // 48, 126 and 127 carry what parties agree on; 53 is about keys.
        case .track2, .pinData, .additionalData, .securityControl, .privateData, .privateDataContinued:
            return "‹\(text.utf8.count) characters›"
        case .chipData: return "‹\(text.utf8.count / 2) bytes›"
        default: return text
        }
    }

    /// First six and last four digits, the others hidden.
    private static func masked(_ number: String) -> String {
        guard number.utf8.count > 10 else { return String(repeating: "•", count: number.utf8.count) }
        return number.prefix(6) + String(repeating: "•", count: number.utf8.count - 10) + number.suffix(4)
    }
}
