public import ISO7816

/// The card's end of an open session. A value: a copy is a snapshot, equal until one of the two goes on.
public struct SCP03CardSession: Equatable, Sendable {
    private var messaging: SecureMessaging
    /// A command failed its check: nothing is accepted any more (GPC Amendment D v1.2 §5.6).
    public private(set) var isAborted = false

    init(_ messaging: SecureMessaging) { self.messaging = messaging }

    public var level: SecurityLevel { messaging.level }
    public var mode: SCP03Mode { messaging.mode }

    /// The longest plain response data whose wrapped form fits a short response.
    public var responseDataLengthMax: Int { level.responseDataLengthMax(mode) }

    /// The command in plain, after its C-MAC was checked. A chain of commands is joined by ``BodyChaining`` before.
    ///
    /// - Throws: ``SecureChannelCardError``; the session is aborted then.
    public mutating func unwrap(_ command: CommandAPDU) throws(SecureChannelCardError) -> CommandAPDU {
        guard !isAborted else { throw .sessionAborted }
        do {
            return try messaging.unwrapCommand(command)
        } catch {
            isAborted = true
            throw error
        }
    }

    /// The response to the last command, encrypted and with its R-MAC, as the level says; a refusal goes bare.
    public mutating func wrap(_ response: ResponseAPDU) -> ResponseAPDU {
        isAborted ? ResponseAPDU(response.statusWord) : messaging.wrapResponse(response)
    }
}
