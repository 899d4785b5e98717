import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel

@testable import SecureElement

/// A session that stays open over several commands, on any logical channel and at any level.
struct OpenSession: ~Copyable {
    private var session: SCP03Session
    let channel: Int
    private let keys: SCP03KeySet

    /// SELECTs the security domain on an open channel, and opens a session with it.
    init(
        _ domain: AID = TestCard.central, _ card: inout TestCard, keys: SCP03KeySet = TestCard.centralKeys,
        version: UInt8 = 0, level: SecurityLevel = .full, mode: SCP03Mode = .s8, channel: Int = 0, seed: UInt64 = 1
    ) throws {
        let selection = card.transmit(SelectCommand(domain).command, channel)
        guard selection.statusWord.isSuccess || selection.statusWord == .selectedFileInvalidated else {
            throw CardRefused(selection.statusWord)
        }
        let handshake = try SCP03Handshake(
            level: level, mode: mode, keyVersionNumber: version,
            hostChallenge: SeededRandomSource(seed: seed).bytes(mode.length), invoker: domain, logicalChannel: channel)
        let initializeUpdate = handshake.initializeUpdate
        let pending = try handshake.authenticated(by: card.transmit(initializeUpdate), keys: keys)
        let externalAuthenticate = pending.externalAuthenticate
        session = try pending.opened(by: card.transmit(externalAuthenticate))
        self.channel = channel
        self.keys = keys
    }

    /// The command on this session's channel, secured.
    mutating func wrap(_ command: CommandAPDU) throws -> CommandAPDU {
        try session.wrap(command.on(channel))
    }

    mutating func unwrap(_ response: ResponseAPDU) throws -> ResponseAPDU { try session.unwrap(response) }

    @discardableResult
    mutating func send(_ command: CommandAPDU, _ card: inout TestCard) throws -> ResponseAPDU {
        try session.unwrap(card.transmit(try wrap(command)))
    }

    /// The parts of a command that is secured whole and then cut.
    mutating func wrapChained(_ command: CommandAPDU) throws -> [CommandAPDU] {
        try session.wrapChained(command.on(channel))
    }

    /// PUT KEY under the DEK of this session's keys.
    func putKey(
        _ new: SCP03KeySet, version: KeyVersionNumber, replacing: KeyVersionNumber? = nil,
        format: KeyDataField.AESFormat = .withClearLength
    ) -> CommandAPDU {
        putKey([new.enc, new.mac, new.dek], version: version, replacing: replacing, format: format)
    }

    func putKey(
        _ new: [AESKey], first: KeyIdentifier = .encryption, version: KeyVersionNumber,
        replacing: KeyVersionNumber? = nil, format: KeyDataField.AESFormat = .withClearLength,
        keyCheckValue: [UInt8]? = nil
    ) -> CommandAPDU {
        PutKeyCommand(
            replacing: replacing, newVersion: version, firstIdentifier: first,
            keys: new.map { key in
                .aes(
                    ciphertext: keys.encryptKey(key), clearLength: key.size.rawValue,
                    keyCheckValue: keyCheckValue ?? key.keyCheckValue, format: format)
            }
        ).command
    }
}

extension CommandAPDU {
    func on(_ channel: Int) -> CommandAPDU {
        var command = self
        command.classByte = classByte.on(channel: channel) ?? classByte
        return command
    }
}
