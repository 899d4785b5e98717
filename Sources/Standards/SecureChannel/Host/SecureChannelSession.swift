public import CardCryptography
public import ISO7816

/// The off-card end of an open session of either protocol. One owner wraps a command, sends it, and unwraps its
/// response, in turn.
public enum SecureChannelSession: ~Copyable, Sendable {
    case scp02(SCP02Session)
    case scp03(SCP03Session)

    /// `02` or `03`.
    public var protocolIdentifier: UInt8 {
        switch self {
        case .scp02: 0x02
        case .scp03: 0x03
        }
    }

    /// The longest plain data field that ``wrap(_:)`` accepts in a short command.
    public var commandDataLengthMax: Int {
        switch self {
        case .scp02(let session): session.commandDataLengthMax
        case .scp03(let session): session.commandDataLengthMax
        }
    }

    /// The length of the blocks in which ``encryptSensitive(_:)-([UInt8])`` works.
    public var sensitiveBlockLength: Int {
        switch self {
        case .scp02: 8
        case .scp03: 16
        }
    }

    /// The command as the card wants it.
    ///
    /// - Throws: ``SecureChannelError/dataTooLong(count:max:)`` when a short command would no longer be one.
    public mutating func wrap(_ command: CommandAPDU) throws(SecureChannelError) -> CommandAPDU {
        switch consume self {
        case .scp02(var session):
            let result = Result { () throws(SecureChannelError) in try session.wrap(command) }
            self = .scp02(session)
            return try result.get()
        case .scp03(var session):
            let result = Result { () throws(SecureChannelError) in try session.wrap(command) }
            self = .scp03(session)
            return try result.get()
        }
    }

    /// The short commands that carry `command`: secured whole and cut by ``BodyChaining`` where one is not enough.
    /// Only the response to the last goes through ``unwrap(_:)``.
    ///
    /// - Throws: ``SecureChannelError/dataTooLong(count:max:)`` beyond ``BodyChaining/bodyLengthMax``.
    public mutating func wrapChained(_ command: CommandAPDU) throws(SecureChannelError) -> [CommandAPDU] {
        switch consume self {
        case .scp02(var session):
            let result = Result { () throws(SecureChannelError) in try session.wrapChained(command) }
            self = .scp02(session)
            return try result.get()
        case .scp03(var session):
            let result = Result { () throws(SecureChannelError) in try session.wrapChained(command) }
            self = .scp03(session)
            return try result.get()
        }
    }

    /// The response to the last command, checked and in plain.
    ///
    /// - Throws: ``SecureChannelError``; the session is over then.
    public mutating func unwrap(_ response: ResponseAPDU) throws(SecureChannelError) -> ResponseAPDU {
        switch consume self {
        case .scp02(var session):
            let result = Result { () throws(SecureChannelError) in try session.unwrap(response) }
            self = .scp02(session)
            return try result.get()
        case .scp03(var session):
            let result = Result { () throws(SecureChannelError) in try session.unwrap(response) }
            self = .scp03(session)
            return try result.get()
        }
    }

    /// Sensitive data for PUT KEY and STORE DATA: under the session DEK in SCP02, the static Key-DEK in SCP03.
    ///
    /// - Parameter data: whole blocks of ``sensitiveBlockLength``.
    /// - Throws: ``CryptographyError/notBlockAligned(count:blockLength:)``.
    public func encryptSensitive(_ data: [UInt8]) throws(CryptographyError) -> [UInt8] {
        switch self {
        case .scp02(let session): try session.encryptSensitive(data)
        case .scp03(let session): try session.encryptSensitive(data)
        }
    }

    /// A secret key for PUT KEY, followed by zeros up to whole blocks.
    public func encryptKey(_ key: SecretBytes) -> [UInt8] {
        let padding = (sensitiveBlockLength - key.count % sensitiveBlockLength) % sensitiveBlockLength
        let padded = key + SecretBytes(count: padding) { _ in }
        do {
            return try encryptSensitive(padded.revealed())
        } catch {
            preconditionFailure("the key was padded to whole blocks: \(error)")
        }
    }
}
