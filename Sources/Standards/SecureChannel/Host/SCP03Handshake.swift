import CardCryptography
public import ISO7816

/// The off-card end before the card has answered: it has chosen a challenge and asks for a session.
///
///     let handshake = try SCP03Handshake(level: .full, hostChallenge: random.bytes(8))
///     let pending = try handshake.authenticated(by: await card.transmit(handshake.initializeUpdate), keys: keySet)
///     var session = try pending.opened(by: await card.transmit(pending.externalAuthenticate))
///     let answer = try session.unwrap(await card.transmit(session.wrap(command)))
public struct SCP03Handshake: ~Copyable, Sendable {
    public let level: SecurityLevel
    public let mode: SCP03Mode
    /// The key set asked for; 0 leaves the choice to the card.
    public let keyVersionNumber: UInt8
    /// INITIALIZE UPDATE, to be sent as it is.
    public let initializeUpdate: CommandAPDU
    private let hostChallenge: [UInt8]
    private let invoker: AID?
    private let logicalChannel: Int

    /// - Parameters:
    ///   - hostChallenge: as many bytes as the mode says, never used before.
    ///   - invoker: the AID of the selected application; with it, a pseudo-random card challenge is checked.
    /// - Throws: ``SecureChannelError/hostChallengeLength(found:expected:)`` or
    ///   ``SecureChannelError/logicalChannelOutOfRange(_:)``.
    public init(
        level: SecurityLevel, mode: SCP03Mode = .s8, keyVersionNumber: UInt8 = 0, hostChallenge: [UInt8],
        invoker: AID? = nil, logicalChannel: Int = 0
    ) throws(SecureChannelError) {
        self.level = level
        self.mode = mode
        self.keyVersionNumber = keyVersionNumber
        self.hostChallenge = hostChallenge
        self.invoker = invoker
        self.logicalChannel = logicalChannel
        initializeUpdate = try .initializeUpdate(
            keyVersionNumber: keyVersionNumber, hostChallenge: hostChallenge, mode: mode,
            logicalChannel: logicalChannel)
    }

    /// Checks that the card holds `keys`.
    ///
    /// - Throws: ``SecureChannelError``: refused, misbehaved, or `cardCryptogramMismatch` when the keys are others.
    public consuming func authenticated(
        by response: ResponseAPDU, keys: SCP03KeySet
    ) throws(SecureChannelError) -> SCP03Pending {
        try authenticated(by: response) { _ in keys }
    }

    /// Checks that the card holds the keys that `keys` finds for what it reports: its diversification data and key
    /// version number.
    ///
    /// - Throws: ``SecureChannelError``.
    public consuming func authenticated(
        by response: ResponseAPDU,
        keys keySet: (InitializeUpdateResponse) throws(SCP03KeySetError) -> SCP03KeySet
    ) throws(SecureChannelError) -> SCP03Pending {
        guard response.statusWord == .success else { throw .cardRefused(response.statusWord) }
        let card: InitializeUpdateResponse
        do { card = try InitializeUpdateResponse(bytes: response.data) } catch {
            throw .malformedInitializeUpdateResponse(error)
        }
        guard card.implementation.mode == mode else {
            throw .modeMismatch(asked: mode, reported: card.implementation)
        }
        guard keyVersionNumber == 0 || card.keyVersionNumber == keyVersionNumber else {
            throw .keyVersionMismatch(asked: keyVersionNumber, reported: card.keyVersionNumber)
        }
        guard card.implementation.supports(level) else {
            throw .levelNotSupported(level, by: card.implementation)
        }
        let keys: SCP03KeySet
        do { keys = try keySet(card) } catch { throw .keySet(error) }
        let opening = SCP03Opening(
            keys: keys, hostChallenge: hostChallenge, cardChallenge: card.cardChallenge, level: level, mode: mode,
            logicalChannel: logicalChannel)
        guard opening.cryptograms.card == SecretBytes(card.cardCryptogram) else { throw .cardCryptogramMismatch }
        if let invoker, let counter = card.sequenceCounter {
            guard keys.cardChallenge(counter, invoker: invoker, mode: mode) == card.cardChallenge else {
                throw .cardChallengeMismatch
            }
        }
        return SCP03Pending(opening, card: card, keys: keys)
    }
}

/// The off-card end after the card has proved itself; EXTERNAL AUTHENTICATE is due.
public struct SCP03Pending: ~Copyable, Sendable {
    /// What the card reported.
    public let card: InitializeUpdateResponse
    /// EXTERNAL AUTHENTICATE, to be sent as it is.
    public let externalAuthenticate: CommandAPDU
    private let messaging: SecureMessaging
    private let keys: SCP03KeySet

    init(_ opening: SCP03Opening, card: InitializeUpdateResponse, keys: SCP03KeySet) {
        self.card = card
        self.keys = keys
        externalAuthenticate = opening.externalAuthenticate
        messaging = opening.messaging
    }

    /// The session, once the card has accepted the host.
    ///
    /// - Throws: ``SecureChannelError/cardRefused(_:)``, `6300` when the card does not accept the host cryptogram.
    public consuming func opened(by response: ResponseAPDU) throws(SecureChannelError) -> SCP03Session {
        guard response.statusWord == .success else { throw .cardRefused(response.statusWord) }
        guard response.data.isEmpty else { throw .unexpectedResponseData(count: response.data.count) }
        return SCP03Session(messaging, card: card, keys: keys)
    }
}

/// EXTERNAL AUTHENTICATE and the session behind it, from keys and challenges: the same for a handshake and a forecast.
struct SCP03Opening {
    let cryptograms: SCP03Cryptograms
    let externalAuthenticate: CommandAPDU
    let messaging: SecureMessaging

    init(
        keys: SCP03KeySet, hostChallenge: [UInt8], cardChallenge: [UInt8], level: SecurityLevel, mode: SCP03Mode,
        logicalChannel: Int
    ) {
        let context = hostChallenge + cardChallenge
        let sessionKeys = SCP03SessionKeys(keys, context: context)
        var mac = AESCMAC(key: sessionKeys.mac)
        cryptograms = SCP03Cryptograms(&mac, context: context, mode: mode)
        var messaging = SecureMessaging(sessionKeys, commandMAC: mac, level: level, mode: mode)
        // The channel was checked when INITIALIZE UPDATE was made.
        let classByte = ClassByte(0x80).on(channel: logicalChannel) ?? 0x80
        externalAuthenticate = messaging.wrapExternalAuthenticate(
            CommandAPDU(classByte, 0x82, level.rawValue, 0x00, data: cryptograms.host.revealed()))
        self.messaging = messaging
    }
}

extension CommandAPDU {
    /// INITIALIZE UPDATE. GPC Amendment D v1.2 Table 7-2.
    static func initializeUpdate(
        keyVersionNumber: UInt8, hostChallenge: [UInt8], mode: SCP03Mode, logicalChannel: Int
    ) throws(SecureChannelError) -> CommandAPDU {
        guard hostChallenge.count == mode.length else {
            throw .hostChallengeLength(found: hostChallenge.count, expected: mode.length)
        }
        guard let classByte = ClassByte(0x80).on(channel: logicalChannel) else {
            throw .logicalChannelOutOfRange(logicalChannel)
        }
        return CommandAPDU(classByte, 0x50, keyVersionNumber, 0x00, data: hostChallenge, expectedLength: 256)
    }
}
