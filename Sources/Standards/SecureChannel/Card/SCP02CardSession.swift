public import ISO7816

/// The card's end of an open SCP02 session. A value: a copy is a snapshot, equal until one of the two goes on.
public struct SCP02CardSession: Equatable, Sendable {
    private var messaging: SCP02Messaging
    /// A command failed its check: nothing is accepted any more (GPC v2.3.1 §E.1.6).
    public private(set) var isAborted = false

    init(_ messaging: SCP02Messaging) { self.messaging = messaging }

    /// A session with implicit initiation, which begins with the first command whose C-MAC is right (GPC v2.3.1
    /// §E.1.2.2). The owner stores ``SCP02SequenceCounter/next`` with it.
    public init(
        implicit implementation: SCP02Implementation, keys keySet: SCP02KeySet, counter: SCP02SequenceCounter,
        invoker: AID
    ) {
        precondition(!implementation.isExplicit, "an explicit session has a handshake")
        let keys = SCP02SessionKeys(keySet, counter: counter)
        messaging = SCP02Messaging(
            keys, implementation: implementation, level: .commandMAC,
            initialValue: SCP02Messaging.macOverAID(invoker, keys))
    }

    public var level: SCP02SecurityLevel { messaging.level }

    /// The longest plain response data whose wrapped form fits a short response.
    public var responseDataLengthMax: Int { messaging.responseMAC == .none ? 256 : 248 }

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

    /// The response to the last command, with its R-MAC where responses have one; bare once the session is aborted.
    public mutating func wrap(_ response: ResponseAPDU) -> ResponseAPDU {
        isAborted ? ResponseAPDU(response.statusWord) : messaging.wrapResponse(response)
    }

    /// Takes up BEGIN or END R-MAC SESSION; ``wrap(_:)`` of its response makes it hold. The session goes on if not.
    ///
    /// - Throws: ``SecureChannelCardError`` when it has no place here.
    public mutating func announce(_ command: ResponseMACSessionCommand) throws(SecureChannelCardError) {
        try messaging.announce(command)
    }

    /// What the host encrypts keys with.
    public var sensitiveDataKey: SensitiveDataKey { SensitiveDataKey(messaging.keys) }
}
