public import ISO7816

/// The card's end of an open session of either protocol. A value: a copy is a snapshot.
///
/// One of the two is there. They stand side by side, not in an enum, so that the ciphers are worked with where they
/// are and never copied.
public struct SecureChannelCardSession: Equatable, Sendable {
    private var scp02: SCP02CardSession?
    private var scp03: SCP03CardSession?

    public init(_ session: SCP02CardSession) { scp02 = session }
    public init(_ session: SCP03CardSession) { scp03 = session }

    /// `02` or `03`.
    public var protocolIdentifier: UInt8 { scp02 == nil ? 0x03 : 0x02 }

    /// Whether commands carry a C-MAC.
    public var hasCommandMAC: Bool { scp02?.level.hasCommandMAC ?? scp03?.level.hasCommandMAC ?? false }

    /// The longest plain response data whose wrapped form fits a short response.
    public var responseDataLengthMax: Int { scp02?.responseDataLengthMax ?? scp03?.responseDataLengthMax ?? 0 }

    /// The command in plain, after its C-MAC was checked. A chain of commands is joined by ``BodyChaining`` before.
    ///
    /// - Throws: ``SecureChannelCardError``; the session is aborted then.
    public mutating func unwrap(_ command: CommandAPDU) throws(SecureChannelCardError) -> CommandAPDU {
        if let plain = try scp02?.unwrap(command) { return plain }
        guard let plain = try scp03?.unwrap(command) else { throw .sessionAborted }
        return plain
    }

    /// The response to the last command, as the level says; a refusal goes bare.
    public mutating func wrap(_ response: ResponseAPDU) -> ResponseAPDU {
        scp02?.wrap(response) ?? scp03?.wrap(response) ?? response
    }

    /// Takes up BEGIN or END R-MAC SESSION, which SCP03 does not offer here; the session goes on if not.
    ///
    /// - Throws: ``SecureChannelCardError`` when it has no place here.
    public mutating func announce(_ command: ResponseMACSessionCommand) throws(SecureChannelCardError) {
        guard scp02 != nil else { throw .noResponseMACSession }
        try scp02?.announce(command)
    }

    /// What the host encrypts keys with in this session, which runs with `keys`.
    public func sensitiveDataKey(_ keys: SecureChannelKeySet) -> SensitiveDataKey {
        switch (scp02, keys) {
        case (let session?, _): session.sensitiveDataKey
        case (nil, .scp03(let keys)): SensitiveDataKey(keys)
        case (nil, .scp02): preconditionFailure("a session runs with keys of its own protocol")
        }
    }
}
