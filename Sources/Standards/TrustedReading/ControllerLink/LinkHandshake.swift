public import CardCryptography

/// How channel 2 is opened: two nonces, a proof of the NFC controller; SA2's first frame is its own proof.
///
///     SA2 → controller   01 | nonce (16)
///     controller → SA2   02 | nonce (16) | proof (8)
public struct LinkHandshake: Equatable, Sendable {
    static let helloKind: UInt8 = 0x01
    static let answerKind: UInt8 = 0x02
    static let nonceLength = 16
    static let proofLength = 8

    private let pairing: AESKey
    private let nonce: [UInt8]

    /// SA2 begins.
    public init(pairing: AESKey, random: any RandomSource) {
        self.pairing = pairing
        nonce = random.bytes(Self.nonceLength)
    }

    /// SA2's first message.
    public var hello: [UInt8] { [Self.helloKind] + nonce }

    /// SA2's end, once the controller has proved itself.
    ///
    /// - Throws: ``LinkError``.
    public func opened(by answer: [UInt8]) throws(LinkError) -> LinkSession {
        guard answer.count == 1 + Self.nonceLength + Self.proofLength, answer[0] == Self.answerKind else {
            throw .malformed
        }
        let nonces = nonce + answer[1...Self.nonceLength]
        guard constantTimeEqual(Self.proof(pairing, nonces), Array(answer.suffix(Self.proofLength))) else {
            throw .proofDoesNotMatch
        }
        return LinkSession(pairing, nonces: nonces, role: .secondApplication)
    }

    static func proof(_ pairing: AESKey, _ nonces: [UInt8]) -> [UInt8] {
        CounterModeKDF.deriveGlobalPlatform(key: pairing, constant: 0xA0, context: nonces, count: proofLength)
            .revealed()
    }
}

/// The NFC controller's end of channel 2, with one owner.
public struct ControllerLink: ~Copyable, Sendable {
    /// The answer to SA2's first message.
    public let answer: [UInt8]
    private var session: LinkSession

    /// - Throws: ``LinkError/malformed`` when this is no first message.
    public init(answering hello: [UInt8], pairing: AESKey, random: any RandomSource) throws(LinkError) {
        guard Self.isHello(hello) else { throw .malformed }
        let own = random.bytes(LinkHandshake.nonceLength)
        let nonces = hello.dropFirst() + own
        answer = [LinkHandshake.answerKind] + own + LinkHandshake.proof(pairing, Array(nonces))
        session = LinkSession(pairing, nonces: Array(nonces), role: .controller)
    }

    /// Whether SA2 asks for a link.
    public static func isHello(_ message: [UInt8]) -> Bool {
        message.count == 1 + LinkHandshake.nonceLength && message[0] == LinkHandshake.helloKind
    }

    /// - Throws: ``LinkError``; the link is over then.
    public mutating func command(in frame: [UInt8]) throws(LinkError) -> ControllerCommand {
        let message = try session.open(frame)
        do throws(TrustedReadingMessageError) { return try ControllerCommand(bytes: message) } catch {
            session.erase()
            throw .malformed
        }
    }

    /// - Throws: ``LinkError``; the link is over then.
    public mutating func frame(of event: ControllerEvent) throws(LinkError) -> [UInt8] { try session.seal(event.bytes) }
}
