import CardCryptography
public import ISO7816

/// The off-card end of SCP02 before the card has answered: it has chosen a challenge and asks for a session.
///
///     let handshake = try SCP02Handshake(level: .commandMAC, hostChallenge: random.bytes(8))
///     let pending = try handshake.authenticated(by: await card.transmit(handshake.initializeUpdate), keys: keySet)
///     var session = try pending.opened(by: await card.transmit(pending.externalAuthenticate))
///     let answer = try session.unwrap(await card.transmit(session.wrap(command)))
public struct SCP02Handshake: ~Copyable, Sendable {
    public let level: SCP02SecurityLevel
    /// What the card is: its answer does not tell (card recognition data do).
    public let implementation: SCP02Implementation
    /// The key set asked for; 0 leaves the choice to the card.
    public let keyVersionNumber: UInt8
    /// INITIALIZE UPDATE, to be sent as it is.
    public let initializeUpdate: CommandAPDU
    private let hostChallenge: [UInt8]
    private let invoker: AID?
    private let logicalChannel: Int

    /// - Parameters:
    ///   - implementation: one with explicit initiation.
    ///   - hostChallenge: eight bytes, never used before.
    ///   - invoker: the AID of the selected application; with it, a pseudo-random card challenge is checked.
    /// - Throws: ``SecureChannelError``: challenge, channel, or a level that the implementation does not offer.
    public init(
        level: SCP02SecurityLevel, implementation: SCP02Implementation = .i15, keyVersionNumber: UInt8 = 0,
        hostChallenge: [UInt8], invoker: AID? = nil, logicalChannel: Int = 0
    ) throws(SecureChannelError) {
        precondition(implementation.isExplicit, "an implicit session has no handshake")
        guard implementation.supports(level) else { throw .scp02LevelNotSupported(level, by: implementation) }
        // The challenge is as long as in the S8 mode of SCP03.
        let command = try CommandAPDU.initializeUpdate(
            keyVersionNumber: keyVersionNumber, hostChallenge: hostChallenge, mode: .s8, logicalChannel: logicalChannel)
        self.level = level
        self.implementation = implementation
        self.keyVersionNumber = keyVersionNumber
        self.hostChallenge = hostChallenge
        self.invoker = invoker
        self.logicalChannel = logicalChannel
        initializeUpdate = command
    }

    /// Checks that the card holds `keys`.
    ///
    /// - Throws: ``SecureChannelError``: refused, misbehaved, or `cardCryptogramMismatch` when the keys are others.
    public consuming func authenticated(
        by response: ResponseAPDU, keys: SCP02KeySet
    ) throws(SecureChannelError) -> SCP02Pending {
        try authenticated(by: response) { _ in keys }
    }

    /// Checks that the card holds the keys that `keys` finds for what it reports: its diversification data and key
    /// version number.
    ///
    /// - Throws: ``SecureChannelError``.
    public consuming func authenticated(
        by response: ResponseAPDU,
        keys keySet: (SCP02InitializeUpdateResponse) throws(SCP02KeySetError) -> SCP02KeySet
    ) throws(SecureChannelError) -> SCP02Pending {
        guard response.statusWord == .success else { throw .cardRefused(response.statusWord) }
        let card: SCP02InitializeUpdateResponse
        do { card = try SCP02InitializeUpdateResponse(bytes: response.data) } catch {
            throw .malformedInitializeUpdateResponse(error)
        }
        guard keyVersionNumber == 0 || card.keyVersionNumber == keyVersionNumber else {
            throw .keyVersionMismatch(asked: keyVersionNumber, reported: card.keyVersionNumber)
        }
        let keys: SCP02KeySet
        do { keys = try keySet(card) } catch { throw .scp02KeySet(error) }
        let sessionKeys = SCP02SessionKeys(keys, counter: card.sequenceCounter)
        let cryptograms = SCP02Cryptograms(
            sessionKeys, hostChallenge: hostChallenge, counter: card.sequenceCounter, cardChallenge: card.cardChallenge)
        guard cryptograms.card == SecretBytes(card.cardCryptogram) else { throw .cardCryptogramMismatch }
        if let invoker, implementation.isPseudoRandom {
            guard sessionKeys.cardChallenge(invoker: invoker) == card.cardChallenge else {
                throw .cardChallengeMismatch
            }
        }
        var messaging = SCP02Messaging(sessionKeys, implementation: implementation, level: level)
        // The channel was checked when INITIALIZE UPDATE was made.
        let classByte = ClassByte(0x80).on(channel: logicalChannel) ?? 0x80
        let externalAuthenticate = messaging.wrapExternalAuthenticate(
            CommandAPDU(classByte, 0x82, level.rawValue, 0x00, data: cryptograms.host.revealed()))
        return SCP02Pending(card: card, externalAuthenticate: externalAuthenticate, messaging: messaging)
    }
}

/// The off-card end of SCP02 after the card has proved itself; EXTERNAL AUTHENTICATE is due.
public struct SCP02Pending: ~Copyable, Sendable {
    /// What the card reported.
    public let card: SCP02InitializeUpdateResponse
    /// EXTERNAL AUTHENTICATE, to be sent as it is.
    public let externalAuthenticate: CommandAPDU
    private let messaging: SCP02Messaging

    init(card: SCP02InitializeUpdateResponse, externalAuthenticate: CommandAPDU, messaging: SCP02Messaging) {
        self.card = card
        self.externalAuthenticate = externalAuthenticate
        self.messaging = messaging
    }

    /// The session, once the card has accepted the host.
    ///
    /// - Throws: ``SecureChannelError/cardRefused(_:)``, `6300` when the card does not accept the host cryptogram.
    public consuming func opened(by response: ResponseAPDU) throws(SecureChannelError) -> SCP02Session {
        guard response.statusWord == .success else { throw .cardRefused(response.statusWord) }
        guard response.data.isEmpty else { throw .unexpectedResponseData(count: response.data.count) }
        return SCP02Session(messaging, card: card)
    }
}
