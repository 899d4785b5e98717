public import CardCryptography
public import ISO7816
public import SecureChannel

/// Which TEE application is on the other end of channel 1: its key set in SA1, by the version number.
public struct ReadingApplicationKeys: Hashable, Sendable {
    /// 01 to 7F.
    public let version: UInt8
    public let keys: SCP03KeySet

    /// - Returns: `nil` for another version number.
    public init?(version: UInt8, keys: SCP03KeySet) {
        guard (0x01...0x7F).contains(version) else { return nil }
        self.version = version
        self.keys = keys
    }
}

/// A TEE application's end of channel 1 before it is open.
///
///     let handshake = try ReadingHandshake(keys, random: random)
///     let pending = try handshake.authenticated(by: await relay.transmit(handshake.initializeUpdate))
///     var session = try pending.opened(by: await relay.transmit(pending.externalAuthenticate))
public struct ReadingHandshake: ~Copyable, Sendable {
    private let handshake: SCP03Handshake
    private let keys: ReadingApplicationKeys

    public init(_ keys: ReadingApplicationKeys, random: any RandomSource) throws(SecureChannelError) {
        handshake = try SCP03Handshake(
            level: .full, keyVersionNumber: keys.version, hostChallenge: random.bytes(SCP03Mode.s8.length))
        self.keys = keys
    }

    public var initializeUpdate: CommandAPDU { handshake.initializeUpdate }

    /// - Throws: ``SecureChannelError``, also when SA1 does not hold the keys.
    public consuming func authenticated(by response: ResponseAPDU) throws(SecureChannelError) -> ReadingPending {
        let keys = keys.keys
        let pending = try handshake.authenticated(by: response, keys: keys)
        // Nothing of SA1's answer may be another than SA1's: what the cryptogram leaves open is fixed.
        guard pending.card.keyDiversificationData == ReadingCardHandshake.keyDiversificationData else {
            throw .keyDiversificationDataMismatch
        }
        guard pending.card.implementation == ReadingCardHandshake.implementation else {
            throw .implementationMismatch(
                expected: ReadingCardHandshake.implementation, reported: pending.card.implementation)
        }
        return ReadingPending(pending)
    }
}

/// A TEE application's end of channel 1 after SA1 has proved itself.
public struct ReadingPending: ~Copyable, Sendable {
    private let pending: SCP03Pending

    init(_ pending: consuming SCP03Pending) { self.pending = pending }

    public var externalAuthenticate: CommandAPDU {
        var command = pending.externalAuthenticate
        command.expectedLength = 256
        return command
    }

    /// - Throws: ``SecureChannelError``.
    public consuming func opened(by response: ResponseAPDU) throws(SecureChannelError) -> ReadingSession {
        guard response.statusWord == .success else { throw .cardRefused(response.statusWord) }
        // The channel number: whoever changes it makes every C-MAC wrong, because P1 is under it.
        guard response.data.count == 1 else { throw .unexpectedResponseData(count: response.data.count) }
        let number = response.data[0]
        return ReadingSession(try pending.opened(by: ResponseAPDU(.success)), channelNumber: number)
    }
}

/// A TEE application's end of an open channel 1, with one owner. Whatever fails ends it.
public struct ReadingSession: ~Copyable, Sendable {
    /// What the establishment gave: it names this TEE application's session in SA1.
    public let channelNumber: UInt8
    private var session: SCP03Session

    init(_ session: consuming SCP03Session, channelNumber: UInt8) {
        self.session = session
        self.channelNumber = channelNumber
    }

    public mutating func wrap(_ request: ReadingRequest) throws(SecureChannelError) -> CommandAPDU {
        try session.wrap(request.command(channel: channelNumber))
    }

    /// - Throws: ``ReadingSessionError``.
    public mutating func unwrap(_ response: ResponseAPDU) throws(ReadingSessionError) -> ReadingAnswer {
        let plain: ResponseAPDU
        do throws(SecureChannelError) { plain = try session.unwrap(response) } catch { throw .channel(error) }
        guard plain.statusWord == .success else { throw .refused(plain.statusWord) }
        do throws(TrustedReadingMessageError) { return try ReadingAnswer(bytes: plain.data) } catch { throw .malformed }
    }
}

/// Why a TEE application's session ended with an answer.
public enum ReadingSessionError: Error, Equatable, Sendable, CustomStringConvertible {
    case channel(SecureChannelError)
    /// SA1, or somebody in its place: a refusal has no MAC.
    case refused(StatusWord)
    case malformed

    public var description: String {
        switch self {
        case .channel(let error): "\(error)"
        case .refused(let statusWord): "the secure element answered \(statusWord)"
        case .malformed: "the secure element's answer is malformed"
        }
    }
}
