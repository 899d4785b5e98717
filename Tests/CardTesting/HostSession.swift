public import CardCryptography
public import GlobalPlatform
public import ISO7816
public import SecureChannel

/// The host's end of a session with a card that is called like a function: for tests of cards.
public struct HostSession: ~Copyable {
    private var session: SCP03Session
    private let keys: SCP03KeySet

    /// SELECTs the security domain, and opens a session with it.
    public init(
        _ securityDomain: AID, keys: SCP03KeySet, keyVersion: UInt8 = 0, level: SecurityLevel = .full,
        mode: SCP03Mode = .s8, random: any RandomSource = SeededRandomSource(seed: 1),
        _ transmit: (CommandAPDU) -> ResponseAPDU
    ) throws {
        let selection = transmit(SelectCommand(securityDomain).command)
        guard selection.statusWord.isSuccess else { throw CardRefused(selection.statusWord) }
        let handshake = try SCP03Handshake(
            level: level, mode: mode, keyVersionNumber: keyVersion, hostChallenge: random.bytes(mode.length),
            invoker: securityDomain)
        let initializeUpdate = handshake.initializeUpdate
        let pending = try handshake.authenticated(by: transmit(initializeUpdate), keys: keys)
        let externalAuthenticate = pending.externalAuthenticate
        session = try pending.opened(by: transmit(externalAuthenticate))
        self.keys = keys
    }

    /// Sends one command through the session.
    public mutating func send(
        _ command: CommandAPDU, _ transmit: (CommandAPDU) -> ResponseAPDU
    ) throws -> ResponseAPDU {
        try session.unwrap(transmit(try session.wrap(command)))
    }

    /// The wrapped form of a command; the session moves on as if it had been sent.
    public mutating func wrap(_ command: CommandAPDU) throws -> CommandAPDU { try session.wrap(command) }

    /// PUT KEY of a key set, encrypted under the DEK of this session's keys.
    public func putKey(
        _ new: SCP03KeySet, version: KeyVersionNumber, replacing: KeyVersionNumber? = nil
    ) -> CommandAPDU {
        PutKeyCommand(
            replacing: replacing, newVersion: version, firstIdentifier: .encryption,
            keys: [new.enc, new.mac, new.dek].map { key in
                KeyDataField.aes(
                    ciphertext: keys.encryptKey(key), clearLength: key.size.rawValue, keyCheckValue: key.keyCheckValue)
            }
        ).command
    }
}

/// The card answered a status word other than success where a test needs success.
public struct CardRefused: Error, Equatable {
    public let statusWord: StatusWord

    public init(_ statusWord: StatusWord) { self.statusWord = statusWord }
}
