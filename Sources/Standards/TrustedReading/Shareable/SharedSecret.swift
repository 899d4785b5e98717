public import CardCryptography
public import ISO7816

/// What SA1 and SA2 hold together: each call and each answer between them carries a MAC of it, bound to who calls whom.
public struct SharedSecret: Hashable, Sendable {
    private let key: AESKey

    public static let proofLength = 8

    /// - Throws: ``CryptographyError/keyLength(found:allowed:)``.
    public init(_ bytes: SecretBytes) throws(CryptographyError) { key = try AESKey(bytes) }

    /// For the card's state file, and for personalization.
    public var bytes: SecretBytes { key.bytes }

    /// The MAC of a call.
    public func proof(of message: [UInt8], from caller: AID, to callee: AID) -> [UInt8] {
        tag([0x01] + Self.prefixed(caller.bytes) + Self.prefixed(callee.bytes) + message)
    }

    /// The MAC of an answer, bound to the call.
    public func proof(ofAnswer answer: [UInt8], to call: [UInt8]) -> [UInt8] {
        tag([0x02] + Self.prefixed(call) + answer)
    }

    private func tag(_ bytes: [UInt8]) -> [UInt8] {
        var mac = AESCMAC(key: key)
        return Array(mac.tag(of: bytes).bytes.prefix(Self.proofLength))
    }

    private static func prefixed(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(bytes.count >> 8 & 0xFF), UInt8(bytes.count & 0xFF)] + bytes
    }
}

/// What SA1 asks of SA2 inside the card.
///
///     01 | 02 ControllerCommand | 03 | 04
public enum SharedCall: Hashable, Sendable {
    /// Opens channel 2 and switches the field on.
    case open
    case send(ControllerCommand)
    /// Takes what the controller said.
    case collect
    /// Switches the field off; SA2's keys are gone at once.
    case close

    public var bytes: [UInt8] {
        switch self {
        case .open: [0x01]
        case .send(let command): [0x02] + command.bytes
        case .collect: [0x03]
        case .close: [0x04]
        }
    }

    /// - Throws: ``TrustedReadingMessageError``.
    public init(bytes: [UInt8]) throws(TrustedReadingMessageError) {
        switch bytes.first {
        case 0x01 where bytes.count == 1: self = .open
        case 0x02: self = .send(try ControllerCommand(bytes: Array(bytes.dropFirst())))
        case 0x03 where bytes.count == 1: self = .collect
        case 0x04 where bytes.count == 1: self = .close
        default: throw .malformed
        }
    }
}
