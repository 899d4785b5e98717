import CardCryptography

/// The content of a file that says what it is, and shows whether it is whole.
///
///     heading and a newline | content | SHA-256 of both (32)
struct DigestedContent {
    /// The first line, such as `SENESCHAL TAG`.
    let heading: String
    /// What the file is for people, such as `a tag's file`.
    let kind: String

    private static let digestLength = 32

    private var start: [UInt8] { Array(heading.utf8) + [UInt8(ascii: "\n")] }

    func bytes(of content: [UInt8]) -> [UInt8] {
        let digested = start + content
        return digested + Digest.hash(digested)
    }

    /// - Throws: ``FileError`` for another kind of file, and for one that was cut short, extended or altered.
    func content(of bytes: [UInt8], at path: String) throws(FileError) -> [UInt8] {
        guard bytes.starts(with: start) else { throw FileError(path: path, reason: "is not \(kind)") }
        guard bytes.count > start.count + Self.digestLength else {
            throw FileError(path: path, reason: "is cut short: \(bytes.count) bytes are less than \(kind) has")
        }
        let digested = bytes.dropLast(Self.digestLength)
        guard Digest.hash(Array(digested)) == Array(bytes.suffix(Self.digestLength)) else {
            throw FileError(path: path, reason: "is damaged: its digest is not that of its content")
        }
        return Array(digested.dropFirst(start.count))
    }
}
