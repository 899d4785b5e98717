import ISO7816
import Testing

/// Bytes written in hex in a test; spaces are allowed.
func hex(_ digits: String, sourceLocation: SourceLocation = #_sourceLocation) -> [UInt8] {
    do {
        return try [UInt8](hex: digits, allowingSpaces: true)
    } catch {
        Issue.record("\(digits) is not hex: \(error)", sourceLocation: sourceLocation)
        return []
    }
}
