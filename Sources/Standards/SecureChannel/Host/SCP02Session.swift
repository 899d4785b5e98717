public import CardCryptography
public import ISO7816

/// The off-card end of an open SCP02 session. One owner wraps a command, sends it, and unwraps its response, in turn.
public struct SCP02Session: ~Copyable, Sendable {
    /// What the card reported when the session was opened; `nil` in an implicit session.
    public let card: SCP02InitializeUpdateResponse?
    private var messaging: SCP02Messaging
    private var isAborted = false

    init(_ messaging: SCP02Messaging, card: SCP02InitializeUpdateResponse?) {
        self.messaging = messaging
        self.card = card
    }

    /// A session with implicit initiation: its first command opens it on the card, at level 01. GPC v2.3.1 §E.1.2.2.
    ///
    /// - Parameters:
    ///   - counter: the sequence counter of the key set, as GET DATA C1 tells it.
    ///   - invoker: the AID of the selected application.
    public init(
        implicit implementation: SCP02Implementation, keys: SCP02KeySet, counter: SCP02SequenceCounter, invoker: AID
    ) {
        precondition(!implementation.isExplicit, "an explicit session has a handshake")
        let sessionKeys = SCP02SessionKeys(keys, counter: counter)
        messaging = SCP02Messaging(
            sessionKeys, implementation: implementation, level: .commandMAC,
            initialValue: SCP02Messaging.macOverAID(invoker, sessionKeys))
        card = nil
    }

    public var level: SCP02SecurityLevel { messaging.level }
    public var implementation: SCP02Implementation { messaging.implementation }

    /// The longest plain data field that ``wrap(_:)`` accepts in a short command.
    public var commandDataLengthMax: Int { level.commandDataLengthMax }

    /// The command as the card wants it: with its C-MAC and encrypted, as the level says.
    ///
    /// A command marked as extended, or with more than 255 bytes, stays or becomes an extended one.
    /// - Throws: ``SecureChannelError/dataTooLong(count:max:)`` when a short command would no longer be one.
    public mutating func wrap(_ command: CommandAPDU) throws(SecureChannelError) -> CommandAPDU {
        guard !isAborted else { throw .sessionAborted }
        let max = command.isExtended ? CommandAPDU.dataLengthMax : 255
        guard messaging.wrappedDataCount(command) <= max else {
            let dataMax = command.isExtended ? CommandAPDU.dataLengthMax - 16 : level.commandDataLengthMax
            throw .dataTooLong(count: command.data.count, max: dataMax)
        }
        return messaging.wrapCommand(command)
    }

    /// The short commands that carry `command`: secured whole and cut by ``BodyChaining`` where one is not enough.
    /// Only the response to the last goes through ``unwrap(_:)``.
    ///
    /// - Throws: ``SecureChannelError/dataTooLong(count:max:)`` beyond ``BodyChaining/bodyLengthMax``.
    public mutating func wrapChained(_ command: CommandAPDU) throws(SecureChannelError) -> [CommandAPDU] {
        guard !isAborted else { throw .sessionAborted }
        guard messaging.wrappedDataCount(command) <= BodyChaining.bodyLengthMax else {
            throw .dataTooLong(count: command.data.count, max: BodyChaining.bodyLengthMax - 16)
        }
        var command = command
        command.isExtended = false
        command.expectedLength = command.expectedLength.map { min($0, 256) }
        return BodyChaining.split(messaging.wrapCommand(command))
    }

    /// The response to the last command, checked and in plain.
    ///
    /// A refusal without R-MAC is a claim, not a proof.
    /// - Throws: ``SecureChannelError``; the session is over then.
    public mutating func unwrap(_ response: ResponseAPDU) throws(SecureChannelError) -> ResponseAPDU {
        guard !isAborted else { throw .sessionAborted }
        do {
            return try messaging.unwrapResponse(response)
        } catch {
            isAborted = true
            throw error
        }
    }

    /// BEGIN or END R-MAC SESSION, wrapped; what it changes holds once its response is unwrapped.
    ///
    /// - Throws: ``SecureChannelError/responseMACSession(_:)`` when it has no place here.
    public mutating func wrap(_ command: ResponseMACSessionCommand) throws(SecureChannelError) -> CommandAPDU {
        guard !isAborted else { throw .sessionAborted }
        do { try messaging.announce(command) } catch { throw .responseMACSession(error) }
        return messaging.wrapCommand(command.command)
    }

    /// Sensitive data under the session DEK; whole blocks of eight bytes. GPC v2.3.1 §E.4.7.
    ///
    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public func encryptSensitive(_ data: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try messaging.keys.dek.encryptECB(data)
    }

    /// Sensitive data under the session DEK; whole blocks of eight bytes.
    ///
    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public func encryptSensitive(_ secret: SecretBytes) throws(CryptographyError) -> [UInt8] {
        try messaging.keys.dek.encryptECB(secret.revealed())
    }
}
