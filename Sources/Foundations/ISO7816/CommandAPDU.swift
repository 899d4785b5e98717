/// A command APDU: header, data field, expected length. ISO/IEC 7816-4 §5.2.
///
///     CLA INS P1 P2                                  case 1
///     CLA INS P1 P2 Le                               case 2
///     CLA INS P1 P2 Lc data                          case 3
///     CLA INS P1 P2 Lc data Le                       case 4
///
/// Extended length: Lc is `00 hi lo`; Le is `00 hi lo` without data and `hi lo` after it.
public struct CommandAPDU: Hashable, Sendable {
    public var classByte: ClassByte
    public var instruction: UInt8
    public var p1: UInt8
    public var p2: UInt8
    /// The command data field, at most 65 535 bytes.
    public var data: [UInt8]
    /// Ne, the number of response bytes expected at most: 1–65 536, or `nil` when Le is absent.
    public var expectedLength: Int?
    /// Written with extended length fields even where short ones would do.
    public var isExtended: Bool

    public static let dataLengthMax = 65_535
    public static let expectedLengthMax = 65_536

    /// A command from its parts; lengths that no encoding can express stop the program.
    public init(
        _ classByte: ClassByte, _ instruction: UInt8, _ p1: UInt8, _ p2: UInt8, data: [UInt8] = [],
        expectedLength: Int? = nil, isExtended: Bool = false
    ) {
        precondition(data.count <= Self.dataLengthMax, "a data field holds 65 535 bytes at most")
        precondition(expectedLength.map { (1...Self.expectedLengthMax).contains($0) } ?? true, "Ne is 1 to 65 536")
        self.classByte = classByte
        self.instruction = instruction
        self.p1 = p1
        self.p2 = p2
        self.data = data
        self.expectedLength = expectedLength
        self.isExtended = isExtended || data.count > 255 || (expectedLength ?? 0) > 256
    }

    public var apduCase: APDUCase {
        switch (data.isEmpty, expectedLength == nil) {
        case (true, true): .case1
        case (true, false): .case2
        case (false, true): .case3
        case (false, false): .case4
        }
    }

    /// CLA, INS, P1, P2.
    public var header: [UInt8] { [classByte.rawValue, instruction, p1, p2] }
}

/// The four shapes of a command. ISO/IEC 7816-3 §12.1.
public enum APDUCase: Int, Sendable, CaseIterable {
    case case1 = 1
    case case2, case3, case4
}

/// Why some bytes are not a command APDU.
public enum CommandAPDUDecodingError: Error, Equatable, Sendable, CustomStringConvertible {
    case tooShort(count: Int)
    case lengthMismatch(lc: Int, available: Int)
    case zeroExtendedLc
    case notHex(HexDecodingError)

    public var description: String {
        switch self {
        case .tooShort(let count): "a command APDU has at least 4 bytes, found \(count)"
        case .lengthMismatch(let lc, let available): "Lc announces \(lc) bytes, \(available) follow"
        case .zeroExtendedLc: "an extended Lc of zero is not allowed"
        case .notHex(let error): "\(error)"
        }
    }
}

// MARK: - Bytes

extension CommandAPDU {
    /// Reads a command from its bytes, all of them.
    ///
    /// - Throws: ``CommandAPDUDecodingError``.
    public init(bytes: some Collection<UInt8>) throws(CommandAPDUDecodingError) {
        let bytes = Array(bytes)
        guard bytes.count >= 4 else { throw .tooShort(count: bytes.count) }
        let body = bytes[4...]
        let fields: (data: [UInt8], expectedLength: Int?, isExtended: Bool)
        switch body.count {
        case 0: fields = ([], nil, false)
        case 1: fields = ([], Self.shortNe(body[4]), false)
        case _ where body[4] != 0: fields = try Self.parseShort(body)
        case 3: fields = ([], Self.extendedNe(body[5], body[6]), true)
        default: fields = try Self.parseExtended(body)
        }
        classByte = ClassByte(bytes[0])
        instruction = bytes[1]
        p1 = bytes[2]
        p2 = bytes[3]
        (data, expectedLength, isExtended) = fields
    }

    /// Reads a command from hex digits.
    public init(hex: some StringProtocol) throws(CommandAPDUDecodingError) {
        let bytes: [UInt8]
        do { bytes = try [UInt8](hex: hex, allowingSpaces: true) } catch { throw .notHex(error) }
        try self.init(bytes: bytes)
    }

    /// The command as it goes over the wire.
    public var bytes: [UInt8] {
        var bytes = header
        bytes.reserveCapacity(data.count + 10)
        if isExtended {
            if !data.isEmpty { bytes += [0, UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data }
            if let expectedLength {
                if data.isEmpty { bytes.append(0) }
                bytes += [UInt8(expectedLength >> 8 & 0xFF), UInt8(expectedLength & 0xFF)]
            }
        } else {
            if !data.isEmpty {
                bytes.append(UInt8(data.count))
                bytes += data
            }
            if let expectedLength { bytes.append(UInt8(expectedLength & 0xFF)) }
        }
        return bytes
    }

    private typealias Fields = (data: [UInt8], expectedLength: Int?, isExtended: Bool)

    private static func parseShort(_ body: ArraySlice<UInt8>) throws(CommandAPDUDecodingError) -> Fields {
        let lc = Int(body[4])
        let rest = body.dropFirst()
        switch rest.count {
        case lc: return (Array(rest), nil, false)
        case lc + 1: return (Array(rest.prefix(lc)), shortNe(rest[rest.endIndex - 1]), false)
        default: throw .lengthMismatch(lc: lc, available: rest.count)
        }
    }

    private static func parseExtended(_ body: ArraySlice<UInt8>) throws(CommandAPDUDecodingError) -> Fields {
        guard body.count > 3 else { throw .lengthMismatch(lc: 0, available: body.count - 1) }
        let lc = Int(body[5]) << 8 | Int(body[6])
        guard lc != 0 else { throw .zeroExtendedLc }
        let rest = body.dropFirst(3)
        switch rest.count {
        case lc:
            return (Array(rest), nil, true)
        case lc + 2:
            return (Array(rest.prefix(lc)), extendedNe(rest[rest.endIndex - 2], rest[rest.endIndex - 1]), true)
        default:
            throw .lengthMismatch(lc: lc, available: rest.count)
        }
    }

    private static func shortNe(_ le: UInt8) -> Int { le == 0 ? 256 : Int(le) }

    private static func extendedNe(_ high: UInt8, _ low: UInt8) -> Int {
        let le = Int(high) << 8 | Int(low)
        return le == 0 ? expectedLengthMax : le
    }
}

extension CommandAPDU: CustomStringConvertible {
    /// Header and lengths only: the data field of a command may carry keys or a PAN.
    public var description: String {
        let le = expectedLength.map { " Le \($0)" } ?? ""
        return data.isEmpty ? "\(header.hex)\(le)" : "\(header.hex) ‹\(data.count) bytes›\(le)"
    }
}
