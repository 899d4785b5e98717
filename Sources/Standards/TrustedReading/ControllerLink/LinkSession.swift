import CardCryptography

/// Which end of channel 2 holds a session.
public enum LinkRole: Sendable {
    case secondApplication
    case controller
}

/// One end of an open channel 2: frames that are encrypted, authenticated and counted. A value, because a card is one;
/// the NFC controller owns its end through ``ControllerLink``.
///
///     03 | length (2) | counter (4) | ciphertext | MAC (8)
///
/// The length counts what follows it. The two directions have keys and counters of their own; the MAC is the first half of
/// an AES-CMAC over everything before it. Whatever fails erases the keys.
public struct LinkSession: Equatable, Sendable {
    private struct Keys: Equatable, Sendable {
        let sendEncryption: AESKey
        let sendMAC: AESKey
        let receiveEncryption: AESKey
        let receiveMAC: AESKey
    }

    private var keys: Keys?
    private var sent: UInt32 = 0
    private var received: UInt32 = 0

    static let frameKind: UInt8 = 0x03
    static let macLength = 8
    private static let headLength = 7
    /// kind, length, counter, the longest message with its kind, padding, MAC.
    public static let frameLengthMax = headLength + (TrustedReading.messageLengthMax / 16 + 1) * 16 + 16 + macLength

    /// From the pairing key and both nonces.
    init(_ pairing: AESKey, nonces: [UInt8], role: LinkRole) {
        func key(_ constant: UInt8) -> AESKey {
            let bytes = CounterModeKDF.deriveGlobalPlatform(
                key: pairing, constant: constant, context: nonces, count: pairing.size.rawValue)
            guard let key = try? AESKey(bytes) else { preconditionFailure("the derived key is as long as the other") }
            return key
        }
        let down = (encryption: key(0xA1), mac: key(0xA2))
        let up = (encryption: key(0xA3), mac: key(0xA4))
        let (send, receive) = role == .secondApplication ? (down, up) : (up, down)
        keys = Keys(
            sendEncryption: send.encryption, sendMAC: send.mac, receiveEncryption: receive.encryption,
            receiveMAC: receive.mac)
    }

    /// Whether the keys are there.
    public var isOpen: Bool { keys != nil }

    /// The keys are gone.
    public mutating func erase() { keys = nil }

    /// The frame that carries a message.
    ///
    /// - Throws: ``LinkError``; the session is over then.
    public mutating func seal(_ message: [UInt8]) throws(LinkError) -> [UInt8] {
        guard let keys else { throw .sessionOver }
        guard message.count <= TrustedReading.messageLengthMax + 1, sent < .max else {
            erase()
            throw sent < .max ? .tooLong(message.count) : .counterExhausted
        }
        sent += 1
        let counter = Self.bytes(sent)
        let padded = PaddingMethod2.padded(message)
        var cipher = AESCBC(key: keys.sendEncryption)
        guard let ciphertext = try? cipher.encrypt(padded, initialValue: Self.initialValue(sent, keys.sendEncryption))
        else { preconditionFailure("padding fills whole blocks") }
        let length = counter.count + ciphertext.count + Self.macLength
        let head = [Self.frameKind, UInt8(length >> 8), UInt8(length & 0xFF)] + counter
        return head + ciphertext + Self.mac(head + ciphertext, keys.sendMAC)
    }

    /// The message of a frame, after its MAC and its counter were checked.
    ///
    /// - Throws: ``LinkError``; the session is over then.
    public mutating func open(_ frame: [UInt8]) throws(LinkError) -> [UInt8] {
        guard let keys else { throw .sessionOver }
        do throws(LinkError) {
            let message = try Self.check(frame, keys, after: received)
            received += 1
            return message
        } catch {
            erase()
            throw error
        }
    }

    private static func check(_ frame: [UInt8], _ keys: Keys, after received: UInt32) throws(LinkError) -> [UInt8] {
        guard frame.count >= headLength + 16 + macLength, frame.count <= frameLengthMax, frame[0] == frameKind,
            Int(frame[1]) << 8 | Int(frame[2]) == frame.count - 3
        else { throw .malformed }
        let signed = Array(frame.dropLast(macLength))
        guard constantTimeEqual(mac(signed, keys.receiveMAC), Array(frame.suffix(macLength))) else {
            throw .macDoesNotMatch
        }
        let counter = frame[3..<headLength].reduce(0) { $0 << 8 | UInt32($1) }
        guard received < .max, counter == received + 1 else {
            throw .outOfOrder(expected: received &+ 1, found: counter)
        }
        var cipher = AESCBC(key: keys.receiveEncryption)
        guard
            let padded = try? cipher.decrypt(
                signed.dropFirst(headLength), initialValue: initialValue(counter, keys.receiveEncryption)),
            let message = try? PaddingMethod2.unpadded(padded)
        else { throw .malformed }
        return message
    }

    private static func bytes(_ counter: UInt32) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(counter >> $0 & 0xFF) }
    }

    private static func initialValue(_ counter: UInt32, _ key: AESKey) -> AESBlock {
        var cipher = AESECB(key: key)
        var block = AESBlock.zero
        for (index, byte) in bytes(counter).enumerated() { block[12 + index] = byte }
        return cipher.encrypt(block)
    }

    private static func mac(_ bytes: [UInt8], _ key: AESKey) -> [UInt8] {
        var mac = AESCMAC(key: key)
        return Array(mac.tag(of: bytes).bytes.prefix(macLength))
    }
}

/// Why channel 2 ended.
public enum LinkError: Error, Equatable, Sendable, CustomStringConvertible {
    case malformed
    /// The other end does not hold the pairing key, or somebody changed what it said.
    case proofDoesNotMatch
    case macDoesNotMatch
    /// A frame was replayed, dropped or overtaken.
    case outOfOrder(expected: UInt32, found: UInt32)
    case tooLong(Int)
    case counterExhausted
    case sessionOver

    public var description: String {
        switch self {
        case .malformed: "the frame is malformed"
        case .proofDoesNotMatch: "the other end does not hold the pairing key"
        case .macDoesNotMatch: "the frame's MAC does not match"
        case .outOfOrder(let expected, let found): "frame \(found) came where frame \(expected) was due"
        case .tooLong(let count): "a message of \(count) bytes is too long"
        case .counterExhausted: "the link has no counter left"
        case .sessionOver: "the link is closed"
        }
    }
}
