import CZlib

/// The part of ZIP that a JAR uses: stored and deflated entries, no encryption, no ZIP64. APPNOTE 6.3.10.
struct ZIPArchive {
    struct Entry: Hashable, Sendable {
        let name: String
        let method: UInt16
        let checksum: UInt32
        let compressedSize: Int
        let size: Int
        let localHeaderOffset: Int
    }

    let entries: [Entry]
    private let bytes: [UInt8]

    static let archiveBytesMax = 4 << 20
    static let entriesMax = 1_024

    init(_ bytes: [UInt8]) throws(ZIPError) {
        guard bytes.count <= Self.archiveBytesMax else { throw .archiveTooLarge(bytes.count) }
        self.bytes = bytes
        let end = try Self.findEnd(bytes)
        let count = Int(try bytes.uint16(end + 10))
        guard try bytes.uint16(end + 8) == count else { throw .severalDisks }
        guard count <= Self.entriesMax else { throw .tooManyEntries(count) }
        var offset = Int(try bytes.uint32(end + 16))
        var entries: [Entry] = []
        for _ in 0..<count {
            entries.append(try Self.readCentralHeader(bytes, &offset))
        }
        guard offset <= end else { throw .truncated(offset: offset) }
        self.entries = entries
    }

    /// The end of central directory record is last, before a comment of at most 65 535 bytes (§4.3.16).
    private static func findEnd(_ bytes: [UInt8]) throws(ZIPError) -> Int {
        var offset = bytes.count - 22
        let lowest = max(0, offset - 65_535)
        while offset >= lowest, offset >= 0 {
            if try bytes.uint32(offset) == 0x0605_4B50,
                offset + 22 + Int(try bytes.uint16(offset + 20)) == bytes.count
            {
                return offset
            }
            offset -= 1
        }
        throw .noCentralDirectory
    }

    /// §4.3.12.
    private static func readCentralHeader(_ bytes: [UInt8], _ offset: inout Int) throws(ZIPError) -> Entry {
        guard try bytes.uint32(offset) == 0x0201_4B50 else { throw .wrongSignature(offset: offset) }
        let flags = try bytes.uint16(offset + 8)
        let nameLength = Int(try bytes.uint16(offset + 28))
        let nameBytes = try bytes.range(offset + 46, nameLength)
        guard let name = String(validating: nameBytes, as: UTF8.self) else { throw .nameNotUTF8(offset: offset) }
        guard flags & 0x0001 == 0 else { throw .encrypted(name) }
        let entry = Entry(
            name: name, method: try bytes.uint16(offset + 10), checksum: try bytes.uint32(offset + 16),
            compressedSize: Int(try bytes.uint32(offset + 20)), size: Int(try bytes.uint32(offset + 24)),
            localHeaderOffset: Int(try bytes.uint32(offset + 42)))
        guard entry.method == 0 || entry.method == 8 else { throw .methodNotSupported(name, entry.method) }
        offset += 46 + nameLength + Int(try bytes.uint16(offset + 30)) + Int(try bytes.uint16(offset + 32))
        return entry
    }

    /// The entry's bytes: never more than `bytesMax`, whatever its headers or its deflated data claim.
    func content(of entry: Entry, bytesMax: Int) throws(ZIPError) -> [UInt8] {
        guard entry.size <= bytesMax else { throw .entryTooLarge(entry.name, entry.size) }
        let header = entry.localHeaderOffset
        guard try bytes.uint32(header) == 0x0403_4B50 else { throw .wrongSignature(offset: header) }
        let start = header + 30 + Int(try bytes.uint16(header + 26)) + Int(try bytes.uint16(header + 28))
        let stored = try bytes.range(start, entry.compressedSize)
        let content = entry.method == 0 ? stored : try Deflate.inflate(stored, size: entry.size, name: entry.name)
        guard content.count == entry.size else { throw .sizeMismatch(entry.name) }
        guard Deflate.checksum(content) == entry.checksum else { throw .checksumMismatch(entry.name) }
        return content
    }
}

/// Why some bytes are not a ZIP archive that we read.
public enum ZIPError: Error, Equatable, Sendable, CustomStringConvertible {
    case archiveTooLarge(Int)
    case tooManyEntries(Int)
    case severalDisks
    case noCentralDirectory
    case truncated(offset: Int)
    case wrongSignature(offset: Int)
    case nameNotUTF8(offset: Int)
    case encrypted(String)
    case methodNotSupported(String, UInt16)
    case entryTooLarge(String, Int)
    case notDeflated(String)
    case sizeMismatch(String)
    case checksumMismatch(String)

    public var description: String {
        switch self {
        case .archiveTooLarge(let count): "an archive of \(count) bytes is too large"
        case .tooManyEntries(let count): "an archive with \(count) entries is too large"
        case .severalDisks: "the archive spans several disks"
        case .noCentralDirectory: "the archive has no central directory"
        case .truncated(let offset): "the archive is truncated at byte \(offset)"
        case .wrongSignature(let offset): "the archive has a wrong signature at byte \(offset)"
        case .nameNotUTF8(let offset): "the name of the entry at byte \(offset) is not UTF-8"
        case .encrypted(let name): "\(name) is encrypted"
        case .methodNotSupported(let name, let method): "\(name) is compressed with unknown method \(method)"
        case .entryTooLarge(let name, let count): "\(name) unpacks to \(count) bytes, too many"
        case .notDeflated(let name): "\(name) is not valid deflated data"
        case .sizeMismatch(let name): "\(name) does not have the size announced"
        case .checksumMismatch(let name): "\(name) does not have the CRC announced"
        }
    }
}

extension [UInt8] {
    fileprivate func range(_ offset: Int, _ count: Int) throws(ZIPError) -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= self.count - count else { throw .truncated(offset: offset) }
        return Array(self[offset..<offset + count])
    }

    fileprivate func uint16(_ offset: Int) throws(ZIPError) -> UInt16 {
        let bytes = try range(offset, 2)
        return UInt16(bytes[0]) | UInt16(bytes[1]) << 8
    }

    fileprivate func uint32(_ offset: Int) throws(ZIPError) -> UInt32 {
        let bytes = try range(offset, 4)
        return UInt32(bytes[0]) | UInt32(bytes[1]) << 8 | UInt32(bytes[2]) << 16 | UInt32(bytes[3]) << 24
    }
}
