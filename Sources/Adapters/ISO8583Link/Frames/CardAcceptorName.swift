/// A merchant's name as field 42 shows it.
enum CardAcceptorName {
    static let length = 15

    /// As many printable ASCII characters as there is room for.
    static func shown(_ name: String) -> String {
        let characters = name.utf8.filter { (0x20...0x7E).contains($0) }.prefix(length)
        let shown = String(decoding: characters, as: UTF8.self)
        return shown.allSatisfy { $0 == " " } ? "MERCHANT" : shown
    }
}

extension String {
    /// Without the spaces behind.
    var trimmingSpacesBehind: String { String(reversed().drop { $0 == " " }.reversed()) }
}
