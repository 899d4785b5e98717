import GlobalPlatform
import ISO7816
import SecureChannel

extension SecureElement {
    /// A command for the selected security domain: secure messaging first, then the command itself.
    mutating func processSecurityDomainCommand(
        _ command: CommandAPDU, on channel: Int
    ) throws(Refusal) -> ResponseAPDU {
        switch command.instruction {
        case InitializeUpdateCommand.instruction where command.classByte.isPlainProprietary:
            return try initializeUpdate(command, on: channel)
        case ExternalAuthenticateCommand.instruction:
            return try externalAuthenticate(command, on: channel)
        default:
            break
        }
        if command.classByte.indicatesSecureMessaging { try beginImplicitSession(with: command, on: channel) }
        guard case .open(var session, let keys)? = channels[channel]?.session else {
            guard !command.classByte.indicatesSecureMessaging else { throw Refusal(.securityStatusNotSatisfied) }
            return try execute(command, on: channel, in: nil)
        }
        guard let whole = try collectChain(command, on: channel) else { return ResponseAPDU(.success) }
        // The session has one owner while it works, or every command would copy its ciphers.
        channels[channel]?.session = .inUse(keys)
        let plain: CommandAPDU
        do throws(SecureChannelCardError) {
            plain = try session.unwrap(whole)
        } catch {
            // The session ends with the first command that fails its check (GPC v2.3.1 §E.1.6, Amd D §5.6).
            channels[channel]?.endSession()
            throw Refusal(error.statusWord)
        }
        let response: ResponseAPDU
        do throws(Refusal) {
            if try announceResponseMAC(plain, to: &session) {
                response = ResponseAPDU(.success)
            } else {
                response = try execute(plain, on: channel, in: SessionInForce(session, keys))
            }
        } catch {
            response = ResponseAPDU(error.statusWord)
        }
        let wrapped = session.wrap(response)
        // A command that deletes its own security domain, or locks it, ends the session with it.
        if case .inUse? = channels[channel]?.session { channels[channel]?.session = .open(session, keys) }
        return wrapped
    }

    /// The session that a command came in.
    struct SessionInForce {
        let hasCommandMAC: Bool
        let responseDataLengthMax: Int
        let keys: OpenKeySet
        /// What the host encrypts keys with.
        let sensitiveDataKey: SensitiveDataKey

        init(_ session: SecureChannelCardSession, _ keys: OpenKeySet) {
            hasCommandMAC = session.hasCommandMAC
            responseDataLengthMax = session.responseDataLengthMax
            self.keys = keys
            sensitiveDataKey = session.sensitiveDataKey(keys.keys)
        }
    }

    /// Collects the parts of a command that the host secured whole and then cut (GPC v2.3.1 §11.1.5.1).
    ///
    /// - Returns: the whole command with its last part, `nil` before.
    private mutating func collectChain(_ part: CommandAPDU, on channel: Int) throws(Refusal) -> CommandAPDU? {
        let parts = channels[channel]?.chain ?? []
        guard Self.chainedInstructions.contains(part.instruction) else {
            guard parts.isEmpty else {
                channels[channel]?.endSession()
                throw Refusal(.lastCommandOfChainExpected)
            }
            return part
        }
        let total = parts.reduce(part.data.count) { $0 + $1.data.count }
        guard total <= LogicalChannel.chainLengthMax else {
            channels[channel]?.endSession()
            throw Refusal(.notEnoughMemory)
        }
        if BodyChaining.announcesMore(part) {
            channels[channel]?.chain = parts + [part]
            return nil
        }
        channels[channel]?.chain = []
        guard parts.isEmpty else {
            guard let whole = BodyChaining.join(parts + [part]) else {
                channels[channel]?.endSession()
                throw Refusal(.incorrectParameters)
            }
            return whole
        }
        return part
    }

    static let chainedInstructions: Set<UInt8> = [
        InstallCommand.instruction, PutKeyCommand.instruction, DeleteCommand.instruction,
    ]

    /// Executes a command in plain. Reading what is public needs no session; everything else does.
    private mutating func execute(
        _ command: CommandAPDU, on channel: Int, in session: SessionInForce?
    ) throws(Refusal) -> ResponseAPDU {
        guard let selected = channels[channel]?.selected else { throw Refusal(.conditionsOfUseNotSatisfied) }
        if command.instruction == GetDataCommand.instruction {
            return try getData(try decode(command), of: selected)
        }
        guard let operation = SecurityDomainOperation(command) else { throw Refusal(.instructionNotSupported) }
        guard command.classByte.isProprietary else { throw Refusal(.classNotSupported) }
        guard let session, session.hasCommandMAC else { throw Refusal(.securityStatusNotSatisfied) }
        guard memory.role(of: selected).support(operation) != .refused else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        if memory.lifeCycle == .cardLocked { try checkAllowedOnLockedCard(operation) }
        switch operation {
        case .getStatus: return try getStatus(command, on: channel, by: selected, session)
        case .setStatus, .setCardStatus: return try setStatus(try decode(command), by: selected, on: channel)
        case .putKey: return try putKey(try decode(command), of: selected, session)
        case .deleteKey, .deleteContent: return try delete(command, by: selected, session.keys)
        case .storeData:
            return try storeData(try decode(command), of: selected, on: channel, session.sensitiveDataKey)
        case .load: return try load(try decode(command), on: channel)
        case .installForLoad, .installForInstall, .installForExtradition, .installForRegistryUpdate,
            .installForPersonalization:
            return try install(command, by: selected, on: channel)
        }
    }

    private func checkAllowedOnLockedCard(_ operation: SecurityDomainOperation) throws(Refusal) {
        switch operation {
        case .getStatus, .setCardStatus: return
        default: throw Refusal(.conditionsOfUseNotSatisfied)
        }
    }
}

extension ClassByte {
    /// GlobalPlatform's class without secure messaging: `80`–`83` and `C0`–`CF` (GPC v2.3.1 Tables 11-11 and 11-12).
    var isPlainProprietary: Bool { isProprietary && !indicatesSecureMessaging }
}
