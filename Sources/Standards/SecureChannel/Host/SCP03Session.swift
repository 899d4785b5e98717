public import CardCryptography
public import ISO7816

/// The off-card end of an open session. One owner wraps a command, sends it, and unwraps its response, in turn.
public struct SCP03Session: ~Copyable, Sendable {
    /// What the card reported when the session was opened.
    public let card: InitializeUpdateResponse
    private var messaging: SecureMessaging
    private let keys: SCP03KeySet
    private var isAborted = false

    init(_ messaging: SecureMessaging, card: InitializeUpdateResponse, keys: SCP03KeySet) {
        self.messaging = messaging
        self.card = card
        self.keys = keys
    }

    public var level: SecurityLevel { messaging.level }
    public var mode: SCP03Mode { messaging.mode }

    /// The longest plain data field that ``wrap(_:)`` accepts in a short command.
    public var commandDataLengthMax: Int { level.commandDataLengthMax(mode) }

    /// The command as the card wants it: encrypted and with its C-MAC, as the level says.
    ///
    /// A command marked as extended, or with more than 255 bytes, stays or becomes an extended one.
    /// - Throws: ``SecureChannelError/dataTooLong(count:max:)`` when a short command would no longer be one.
    public mutating func wrap(_ command: CommandAPDU) throws(SecureChannelError) -> CommandAPDU {
        guard !isAborted else { throw .sessionAborted }
        try messaging.checkLength(of: command)
        return messaging.wrapCommand(command)
    }

    /// The short commands that carry `command`: secured whole and cut by ``BodyChaining`` where one is not enough.
    /// Only the response to the last goes through ``unwrap(_:)``.
    ///
    /// - Throws: ``SecureChannelError/dataTooLong(count:max:)`` beyond ``BodyChaining/bodyLengthMax``.
    public mutating func wrapChained(_ command: CommandAPDU) throws(SecureChannelError) -> [CommandAPDU] {
        guard !isAborted else { throw .sessionAborted }
        return BodyChaining.split(try messaging.wrapWhole(command))
    }

    /// The response to the last command, checked and in plain.
    ///
    /// A refusal carries no R-MAC (Amd D §6.2.5): it is a claim, not a proof.
    /// - Throws: ``SecureChannelError``; the session is over then.
    public mutating func unwrap(_ response: ResponseAPDU) throws(SecureChannelError) -> ResponseAPDU {
        guard !isAborted else { throw .sessionAborted }
        do {
            return try messaging.unwrapResponse(response, after: messaging.state)
        } catch {
            isAborted = true
            throw error
        }
    }

    /// Sensitive data under the static Key-DEK; whole blocks.
    ///
    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public func encryptSensitive(_ data: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try keys.encryptSensitive(data)
    }

    /// Sensitive data under the static Key-DEK; whole blocks.
    ///
    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public func encryptSensitive(_ secret: SecretBytes) throws(CryptographyError) -> [UInt8] {
        try keys.encryptSensitive(secret)
    }

    /// An AES key under the static Key-DEK, for PUT KEY.
    public func encryptKey(_ key: AESKey) -> [UInt8] { keys.encryptKey(key) }
}

extension SecureMessaging {
    /// Refuses a short command that wrapping would make too long.
    func checkLength(of command: CommandAPDU) throws(SecureChannelError) {
        let max = command.isExtended ? CommandAPDU.dataLengthMax : 255
        guard wrappedDataCount(command) <= max else {
            let dataMax = command.isExtended ? CommandAPDU.dataLengthMax - 32 : level.commandDataLengthMax(mode)
            throw .dataTooLong(count: command.data.count, max: dataMax)
        }
    }

    /// Wraps a body of any length for ``BodyChaining``: Lc has three bytes in the C-MAC beyond 255.
    mutating func wrapWhole(_ command: CommandAPDU) throws(SecureChannelError) -> CommandAPDU {
        guard wrappedDataCount(command) <= BodyChaining.bodyLengthMax else {
            throw .dataTooLong(count: command.data.count, max: BodyChaining.bodyLengthMax - 32)
        }
        var command = command
        command.isExtended = false
        command.expectedLength = command.expectedLength.map { min($0, 256) }
        return wrapCommand(command)
    }
}
