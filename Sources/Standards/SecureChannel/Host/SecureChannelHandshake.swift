public import ISO7816

/// The off-card end before the card has answered, when it is not known which protocol the card speaks.
///
///     let handshake = try SecureChannelHandshake(level: .commandMAC, hostChallenge: random.bytes(8))
///     let answer = await card.transmit(handshake.initializeUpdate)
///     let pending = try handshake.authenticated(by: answer) { report in keySet(for: report) }
///     var session = try pending.opened(by: await card.transmit(pending.externalAuthenticate))
///     let response = try session.unwrap(await card.transmit(session.wrap(command)))
public struct SecureChannelHandshake: ~Copyable, Sendable {
    public let level: SecurityLevel
    /// INITIALIZE UPDATE, to be sent as it is.
    public let initializeUpdate: CommandAPDU
    private let mode: SCP03Mode
    private let scp02: SCP02Implementation
    private let keyVersionNumber: UInt8
    private let hostChallenge: [UInt8]
    private let invoker: AID?
    private let logicalChannel: Int

    /// - Parameters:
    ///   - mode: S16 if the card speaks SCP03 so; its host challenge has 16 bytes, SCP02 does not know it.
    ///   - scp02: what the card is if it speaks SCP02, as its card recognition data say.
    ///   - keyVersionNumber: the key set asked for; 0 leaves the choice to the card.
    ///   - hostChallenge: as many bytes as the mode says, never used before.
    ///   - invoker: the AID of the selected application; with it, a pseudo-random card challenge is checked.
    /// - Throws: ``SecureChannelError``: challenge or channel.
    public init(
        level: SecurityLevel, mode: SCP03Mode = .s8, scp02: SCP02Implementation = .i15, keyVersionNumber: UInt8 = 0,
        hostChallenge: [UInt8], invoker: AID? = nil, logicalChannel: Int = 0
    ) throws(SecureChannelError) {
        self.level = level
        self.mode = mode
        self.scp02 = scp02
        self.keyVersionNumber = keyVersionNumber
        self.hostChallenge = hostChallenge
        self.invoker = invoker
        self.logicalChannel = logicalChannel
        initializeUpdate = try .initializeUpdate(
            keyVersionNumber: keyVersionNumber, hostChallenge: hostChallenge, mode: mode,
            logicalChannel: logicalChannel)
    }

    /// Checks that the card holds the keys that `keys` finds for what it reports.
    ///
    /// - Throws: ``SecureChannelError``: refused, misbehaved, `keysForOtherProtocol`, or `cardCryptogramMismatch`.
    public consuming func authenticated(
        by response: ResponseAPDU,
        keys keySet: (SecureChannelReport) throws(SecureChannelError) -> SecureChannelKeySet
    ) throws(SecureChannelError) -> SecureChannelPending {
        guard response.statusWord == .success else { throw .cardRefused(response.statusWord) }
        let report: SecureChannelReport
        do { report = try SecureChannelReport(bytes: response.data) } catch {
            throw .malformedInitializeUpdateResponse(error)
        }
        switch (report, try keySet(report)) {
        case (.scp02, .scp02(let keys)):
            guard let level = SCP02SecurityLevel(level) else { throw .levelUnknownToSCP02(level) }
            let handshake = try SCP02Handshake(
                level: level, implementation: scp02, keyVersionNumber: keyVersionNumber, hostChallenge: hostChallenge,
                invoker: invoker, logicalChannel: logicalChannel)
            return .scp02(try handshake.authenticated(by: response, keys: keys))
        case (.scp03, .scp03(let keys)):
            let handshake = try SCP03Handshake(
                level: level, mode: mode, keyVersionNumber: keyVersionNumber, hostChallenge: hostChallenge,
                invoker: invoker, logicalChannel: logicalChannel)
            return .scp03(try handshake.authenticated(by: response, keys: keys))
        default:
            throw .keysForOtherProtocol(reported: report.protocolIdentifier)
        }
    }

    /// Checks that the card holds `keys`.
    ///
    /// - Throws: ``SecureChannelError``, as with a choice of keys.
    public consuming func authenticated(
        by response: ResponseAPDU, keys: SecureChannelKeySet
    ) throws(SecureChannelError) -> SecureChannelPending {
        try authenticated(by: response) { _ in keys }
    }
}

/// The off-card end after the card has proved itself, of either protocol; EXTERNAL AUTHENTICATE is due.
public enum SecureChannelPending: ~Copyable, Sendable {
    case scp02(SCP02Pending)
    case scp03(SCP03Pending)

    /// What the card reported.
    public var card: SecureChannelReport {
        switch self {
        case .scp02(let pending): .scp02(pending.card)
        case .scp03(let pending): .scp03(pending.card)
        }
    }

    /// EXTERNAL AUTHENTICATE, to be sent as it is.
    public var externalAuthenticate: CommandAPDU {
        switch self {
        case .scp02(let pending): pending.externalAuthenticate
        case .scp03(let pending): pending.externalAuthenticate
        }
    }

    /// The session, once the card has accepted the host.
    ///
    /// - Throws: ``SecureChannelError/cardRefused(_:)``, `6300` when the card does not accept the host cryptogram.
    public consuming func opened(by response: ResponseAPDU) throws(SecureChannelError) -> SecureChannelSession {
        switch consume self {
        case .scp02(let pending): .scp02(try pending.opened(by: response))
        case .scp03(let pending): .scp03(try pending.opened(by: response))
        }
    }
}
