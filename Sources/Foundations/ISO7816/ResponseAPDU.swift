/// A response APDU: data field and status word. ISO/IEC 7816-4 §5.3.
public struct ResponseAPDU: Hashable, Sendable {
    public var data: [UInt8]
    public var statusWord: StatusWord

    public init(_ statusWord: StatusWord, data: [UInt8] = []) {
        self.data = data
        self.statusWord = statusWord
    }

    /// Reads a response from its bytes.
    ///
    /// - Throws: ``ResponseAPDUDecodingError`` when not even a status word is there.
    public init(bytes: some BidirectionalCollection<UInt8>) throws(ResponseAPDUDecodingError) {
        let bytes = Array(bytes)
        guard bytes.count >= 2 else { throw .tooShort(count: bytes.count) }
        data = Array(bytes.dropLast(2))
        statusWord = StatusWord(bytes[bytes.count - 2], bytes[bytes.count - 1])
    }

    /// Reads a response from hex digits.
    public init(hex: some StringProtocol) throws(ResponseAPDUDecodingError) {
        let bytes: [UInt8]
        do { bytes = try [UInt8](hex: hex, allowingSpaces: true) } catch { throw .notHex(error) }
        try self.init(bytes: bytes)
    }

    /// The response as it goes over the wire.
    public var bytes: [UInt8] { data + [statusWord.sw1, statusWord.sw2] }
}

/// Why some bytes are not a response APDU.
public enum ResponseAPDUDecodingError: Error, Equatable, Sendable, CustomStringConvertible {
    case tooShort(count: Int)
    case notHex(HexDecodingError)

    public var description: String {
        switch self {
        case .tooShort(let count): "a response APDU has at least 2 bytes, found \(count)"
        case .notHex(let error): "\(error)"
        }
    }
}

extension ResponseAPDU: CustomStringConvertible {
    /// Length and status word only: a response may carry what must not be logged.
    public var description: String { data.isEmpty ? "\(statusWord)" : "‹\(data.count) bytes› \(statusWord)" }
}
