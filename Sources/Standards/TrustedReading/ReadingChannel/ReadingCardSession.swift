public import CardCryptography
public import ISO7816
public import SecureChannel

/// SA1's end of channel 1 between INITIALIZE UPDATE and EXTERNAL AUTHENTICATE.
public struct ReadingCardHandshake: Equatable, Sendable {
    /// Which TEE application's keys.
    public let application: UInt8
    private let handshake: SCP03CardHandshake

    /// S8, random challenges, R-MAC and R-ENCRYPTION.
    static let implementation = SCP03Implementation(
        mode: .s8, isPseudoRandom: false, responseSecurity: .macAndEncryption)
    /// SA1's keys are its own, not derived from a master key.
    static let keyDiversificationData = [UInt8](repeating: 0, count: KeyDiversification.dataLength)

    /// - Throws: ``SecureChannelCardError``.
    public init(
        _ command: CommandAPDU, keys: ReadingApplicationKeys, random: any RandomSource
    ) throws(SecureChannelCardError) {
        application = keys.version
        handshake = try SCP03CardHandshake(
            command, keys: keys.keys, keyVersionNumber: keys.version, implementation: Self.implementation,
            keyDiversificationData: Self.keyDiversificationData,
            challenge: .random(random.bytes(SCP03Mode.s8.length)))
    }

    public var response: ResponseAPDU { handshake.response }

    /// - Throws: ``SecureChannelCardError``; also when another level than 33 is asked for.
    public func opened(by command: CommandAPDU) throws(SecureChannelCardError) -> ReadingCardSession {
        guard command.p1 == SecurityLevel.full.rawValue else { throw .levelNotSupported(command.p1) }
        return ReadingCardSession(try handshake.authenticate(command), application: application)
    }
}

/// SA1's end of an open channel 1: a value, as everything in a card is.
public struct ReadingCardSession: Equatable, Sendable {
    public let application: UInt8
    private var session: SCP03CardSession

    init(_ session: SCP03CardSession, application: UInt8) {
        self.session = session
        self.application = application
    }

    /// - Throws: ``SecureChannelCardError``; the session is over then.
    public mutating func unwrap(_ command: CommandAPDU) throws(SecureChannelCardError) -> ReadingRequest {
        let plain = try session.unwrap(command)
        do throws(TrustedReadingMessageError) { return try ReadingRequest(plain) } catch { throw .malformedData }
    }

    public mutating func wrap(_ answer: ReadingAnswer) -> ResponseAPDU {
        session.wrap(ResponseAPDU(.success, data: answer.bytes))
    }
}
