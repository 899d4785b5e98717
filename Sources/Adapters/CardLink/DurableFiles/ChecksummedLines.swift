import CardCryptography
import ISO7816

/// The lines of a file that is appended to: a line that a power failure tore is told from a whole one.
///
///     checksum (16 hex digits: SHA-256, truncated) | space | content | newline
enum ChecksummedLines {
    private static let newline = UInt8(ascii: "\n")
    private static let checksumDigits = 16

    /// - Parameter content: without a newline.
    static func line(_ content: [UInt8]) -> [UInt8] {
        Array(checksum(content).utf8) + [UInt8(ascii: " ")] + content + [newline]
    }

    /// The contents of all whole lines, and how many bytes those lines take.
    ///
    /// - Throws: ``FileError`` for a damaged line that is not the last: no power failure does that.
    static func parse(
        _ bytes: [UInt8], path: String
    ) throws(FileError) -> (contents: [[UInt8]], validCount: Int) {
        var contents: [[UInt8]] = []
        var offset = 0
        while offset < bytes.count {
            let end = bytes[offset...].firstIndex(of: newline) ?? bytes.count
            guard end < bytes.count, let content = content(ofLine: bytes[offset..<end]) else {
                guard bytes.dropFirst(end + 1).isEmpty else {
                    throw FileError(path: path, reason: "the line at byte \(offset) is damaged and not the last one")
                }
                return (contents, offset)
            }
            contents.append(content)
            offset = end + 1
        }
        return (contents, offset)
    }

    private static func content(ofLine line: ArraySlice<UInt8>) -> [UInt8]? {
        guard line.count > checksumDigits + 1, line[line.startIndex + checksumDigits] == UInt8(ascii: " ") else {
            return nil
        }
        let content = Array(line.dropFirst(checksumDigits + 1))
        return Array(checksum(content).utf8) == Array(line.prefix(checksumDigits)) ? content : nil
    }

    private static func checksum(_ bytes: [UInt8]) -> String { Digest.hash(bytes).prefix(checksumDigits / 2).hex }
}
