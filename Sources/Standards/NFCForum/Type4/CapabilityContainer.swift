public import ISO7816

/// What a Type 4 Tag tells about itself before its message is read. NFC Forum Type 4 Tag 2.0 §5.1.
///
///     CCLEN (2) | mapping version | MLe (2) | MLc (2) | 04 06 | file (2) | size (2) | read | write
public struct CapabilityContainer: Hashable, Sendable {
    /// Who may read or write the message. §5.1.2.
    public enum Access: UInt8, Hashable, Sendable {
        case free = 0x00
        case never = 0xFF
    }

    /// The most bytes that one READ BINARY gives.
    public let readLengthMax: Int
    /// The most bytes that one UPDATE BINARY takes.
    public let writeLengthMax: Int
    public let fileIdentifier: UInt16
    /// With the two bytes of NLEN.
    public let fileSize: Int
    public let readAccess: Access
    public let writeAccess: Access

    /// Major version 2, minor version 0.
    public static let mappingVersion: UInt8 = 0x20
    public static let length = 15
    public static let readLengthMin = 0x0F
    public static let fileSizes = 0x0005...0xFFFE
    private static let fileControl: [UInt8] = [0x04, 0x06]

    /// - Throws: ``CapabilityContainerError`` for a value that the specification reserves.
    public init(
        readLengthMax: Int, writeLengthMax: Int, fileIdentifier: UInt16 = 0xE104, fileSize: Int,
        readAccess: Access = .free, writeAccess: Access = .free
    ) throws(CapabilityContainerError) {
        guard (Self.readLengthMin...0xFFFF).contains(readLengthMax) else {
            throw .reserved(field: "MLe", readLengthMax)
        }
        guard (1...0xFFFF).contains(writeLengthMax) else { throw .reserved(field: "MLc", writeLengthMax) }
        guard Self.fileSizes.contains(fileSize) else { throw .reserved(field: "file size", fileSize) }
        // 3F00 and 3FFF are ISO's, E102 and E103 the NFC Forum's (§5.1.2.1).
        guard ![0x0000, 0x3F00, 0x3FFF, 0xE102, 0xE103, 0xFFFF].contains(fileIdentifier) else {
            throw .reserved(field: "file identifier", Int(fileIdentifier))
        }
        self.readLengthMax = readLengthMax
        self.writeLengthMax = writeLengthMax
        self.fileIdentifier = fileIdentifier
        self.fileSize = fileSize
        self.readAccess = readAccess
        self.writeAccess = writeAccess
    }

    /// Reads the first 15 bytes of the file `E103`. CCLEN may announce data objects behind the one for the message: they
    /// are for others (§5.1.2).
    ///
    /// - Throws: ``CapabilityContainerError``.
    public init(bytes: [UInt8]) throws(CapabilityContainerError) {
        var reader = ByteReader(bytes)
        do {
            let length = Int(try reader.uint16("CCLEN"))
            guard length >= Self.length else { throw CapabilityContainerError.reserved(field: "CCLEN", length) }
            let version = try reader.byte("mapping version")
            guard version >> 4 == Self.mappingVersion >> 4 else {
                throw CapabilityContainerError.mappingVersion(version)
            }
            let readLengthMax = try reader.uint16("MLe")
            let writeLengthMax = try reader.uint16("MLc")
            guard try reader.take(2, "file control") == Self.fileControl else {
                throw CapabilityContainerError.noMessageFile
            }
            try self.init(
                readLengthMax: Int(readLengthMax), writeLengthMax: Int(writeLengthMax),
                fileIdentifier: try reader.uint16("file identifier"), fileSize: Int(try reader.uint16("file size")),
                readAccess: try Self.access(try reader.byte("read access"), "read access"),
                writeAccess: try Self.access(try reader.byte("write access"), "write access"))
        } catch let error as CapabilityContainerError {
            throw error
        } catch let error as ByteLayoutError {
            throw .layout(error)
        } catch {
            preconditionFailure("only the two errors above are thrown")
        }
    }

    private static func access(_ byte: UInt8, _ field: String) throws(CapabilityContainerError) -> Access {
        guard let access = Access(rawValue: byte) else { throw .reserved(field: field, Int(byte)) }
        return access
    }

    /// The file `E103`.
    public var bytes: [UInt8] {
        Self.twoBytes(Self.length) + [Self.mappingVersion] + Self.twoBytes(readLengthMax)
            + Self.twoBytes(writeLengthMax) + Self.fileControl + Self.twoBytes(Int(fileIdentifier))
            + Self.twoBytes(fileSize) + [readAccess.rawValue, writeAccess.rawValue]
    }

    /// The longest message: the file without NLEN.
    public var messageLengthMax: Int { fileSize - 2 }

    static func twoBytes(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }
}

/// Why some bytes are no capability container.
public enum CapabilityContainerError: Error, Equatable, Sendable, CustomStringConvertible {
    case layout(ByteLayoutError)
    /// Another major version of the mapping.
    case mappingVersion(UInt8)
    /// The first data object is not NDEF File Control.
    case noMessageFile
    case reserved(field: String, Int)

    public var description: String {
        switch self {
        case .layout(let error): "\(error)"
        case .mappingVersion(let version): "mapping version \([version].hex) is not supported"
        case .noMessageFile: "the capability container does not start with an NDEF file"
        case .reserved(let field, let value): "\(field) has the reserved value \(value)"
        }
    }
}
