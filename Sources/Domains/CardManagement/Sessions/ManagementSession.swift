import CardCryptography
public import GlobalPlatform
public import ISO7816
public import SecureChannel

/// An open session with one security domain. It has one owner, and one command is under way at a time.
///
///     var session = try await manager.open(SessionRequest(level: .full))
///     let registry = try await session.registry()
///     try await session.delete("A00000006203010C01", withRelated: true)
public struct ManagementSession: ~Copyable, Sendable {
    /// What was read before the session was opened.
    public let report: CardReport
    /// What tells this card from others, when it tells.
    public let card: CardIdentifier?
    /// The security domain at the other end.
    public let securityDomain: AID?
    /// The key set in use.
    public let keyVersion: KeyVersionNumber?
    public let diversificationData: [UInt8]
    let manager: CardManager
    /// What protects commands and responses.
    public let level: SecurityLevel
    private(set) var messaging: SecureChannelSession
    private let tagLength: Int

    init(
        _ messaging: consuming SecureChannelSession, level: SecurityLevel, manager: CardManager,
        card: CardIdentifier?, opening: SessionOpening
    ) {
        self.level = level
        tagLength = opening.trial.tagLength
        self.messaging = messaging
        self.manager = manager
        self.card = card
        report = opening.report
        securityDomain = opening.invoker
        keyVersion = opening.trial.usedVersion
        diversificationData = opening.trial.diversificationData
    }

    /// `02` or `03`.
    public var secureChannelProtocol: UInt8 { messaging.protocolIdentifier }

    /// The longest plain data field of one short command at this level, on this card (`9F65` in the answer to SELECT).
    public var commandDataLengthMax: Int {
        guard let bound = report.commandDataLengthMax, (Self.commandDataLengthMin..<255).contains(bound) else {
            return messaging.commandDataLengthMax
        }
        let body = bound - (level.hasCommandMAC ? tagLength : 0)
        // Padding takes one byte at least and fills whole blocks.
        return level.hasCommandDecryption ? body / sensitiveBlockLength * sensitiveBlockLength - 1 : body
    }

    /// Less than this is no bound that a card can mean: an INSTALL would not fit.
    private static let commandDataLengthMin = 64

    /// Sends one command through the session and answers whatever the card says.
    ///
    /// What is too long for one short APDU is cut: PUT KEY, INSTALL and DELETE by GlobalPlatform's command chaining.
    /// - Throws: ``CardManagementError``; a refusal is an answer and not thrown.
    public mutating func transmit(_ command: CommandAPDU) async throws(CardManagementError) -> ResponseAPDU {
        let command = try await approved(command)
        let parts: [CommandAPDU]
        do {
            if Self.chained.contains(command.instruction), command.data.count > commandDataLengthMax {
                parts = try messaging.wrapChained(command)
            } else {
                parts = [try messaging.wrap(command)]
            }
        } catch { throw .secureChannel(error) }
        for part in parts.dropLast() {
            // The parts before the last are answered bare.
            let response = try await manager.transmit(part)
            guard response.statusWord.isSuccess else { return response }
        }
        guard let last = parts.last else { preconditionFailure("a command is at least one part") }
        let response = try await manager.transmit(last)
        do { return try messaging.unwrap(response) } catch { throw .secureChannel(error) }
    }

    /// The command with a token, where tokens are issued and it takes one.
    private func approved(_ command: CommandAPDU) async throws(CardManagementError) -> CommandAPDU {
        guard let tokens = manager.tokens, let bearing = ContentToken.missing(in: command) else { return command }
        do { return try await tokens.approved(bearing) } catch { throw .keysUnavailable(error) }
    }

    /// Sends one command that must succeed.
    ///
    /// - Parameter name: as the standard prints it, for the error.
    /// - Throws: ``CardManagementError``, `cardRefused` included.
    @discardableResult
    public mutating func send(
        _ command: CommandAPDU, _ name: String
    ) async throws(CardManagementError) -> [UInt8] {
        let response = try await transmit(command)
        guard !response.statusWord.isRefusal else {
            throw .cardRefused(CommandRefusal(command: name, statusWord: response.statusWord))
        }
        return response.data
    }

    /// GPC v2.3.1 §11.1.5.1: DELETE, INSTALL and PUT KEY.
    private static let chained: Set<UInt8> = [
        DeleteCommand.instruction, InstallCommand.instruction, PutKeyCommand.instruction,
    ]
}
