import ISO7816

/// The Application File Locator (tag 94): the records that a terminal reads. EMV Book 3 §10.2.
///
///     SFI in b8–b4 (1) | first record (1) | last record (1) | of them signed (1) | …
public struct ApplicationFileLocator: Hashable, Sendable {
    public let entries: [Entry]

    /// The length that a file locator has at most, in bytes (EMV Book 3, Annex A).
    public static let lengthMax = 252

    /// Records of one file that follow each other.
    public struct Entry: Hashable, Sendable {
        /// 1 to 30.
        public let shortFileIdentifier: UInt8
        public let records: ClosedRange<UInt8>
        /// So many of the first records take part in offline data authentication.
        public let signedCount: UInt8

        /// - Throws: ``ApplicationFileLocatorError`` as for the first entry of a file locator.
        public init(
            file: UInt8, records: ClosedRange<UInt8>, signedCount: UInt8 = 0
        ) throws(ApplicationFileLocatorError) {
            try self.init([file << 3, records.lowerBound, records.upperBound, signedCount], offset: 0)
        }

        fileprivate init(_ bytes: [UInt8], offset: Int) throws(ApplicationFileLocatorError) {
            let (file, first, last) = (bytes[0] >> 3, bytes[1], bytes[2])
            guard bytes[0] & 0x07 == 0, (1...30).contains(file) else { throw .file(bytes[0], offset: offset) }
            guard first >= 1, first <= last else { throw .records(first: first, last: last, offset: offset) }
            guard Int(bytes[3]) <= Int(last) - Int(first) + 1 else { throw .signedCount(bytes[3], offset: offset) }
            shortFileIdentifier = file
            records = first...last
            signedCount = bytes[3]
        }

        var bytes: [UInt8] { [shortFileIdentifier << 3, records.lowerBound, records.upperBound, signedCount] }
    }

    /// - Throws: ``ApplicationFileLocatorError/length(_:)``.
    public init(_ entries: [Entry]) throws(ApplicationFileLocatorError) {
        guard !entries.isEmpty, entries.count * 4 <= Self.lengthMax else { throw .length(entries.count * 4) }
        self.entries = entries
    }

    /// Reads the value of tag 94.
    ///
    /// - Throws: ``ApplicationFileLocatorError``, naming the byte.
    public init(bytes: [UInt8]) throws(ApplicationFileLocatorError) {
        guard bytes.count % 4 == 0 else { throw .length(bytes.count) }
        var entries: [Entry] = []
        for offset in stride(from: 0, to: bytes.count, by: 4) {
            entries.append(try Entry(Array(bytes[offset..<offset + 4]), offset: offset))
        }
        try self.init(entries)
    }

    public var bytes: [UInt8] { entries.flatMap(\.bytes) }
}

/// Why bytes are no Application File Locator; offsets count from its start.
public enum ApplicationFileLocatorError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not four bytes an entry, none, or too many.
    case length(Int)
    case file(UInt8, offset: Int)
    case records(first: UInt8, last: UInt8, offset: Int)
    case signedCount(UInt8, offset: Int)

    public var description: String {
        switch self {
        case .length(let count): "a file locator has 4 to 252 bytes in entries of four, not \(count)"
        case .file(let byte, let offset): "byte \(offset) of the file locator, \([byte].hex), names no file"
        case .records(let first, let last, let offset):
            "the file locator's entry at byte \(offset) goes from record \(first) to \(last)"
        case .signedCount(let count, let offset):
            "the file locator's entry at byte \(offset) has fewer than \(count) records to be signed"
        }
    }
}
