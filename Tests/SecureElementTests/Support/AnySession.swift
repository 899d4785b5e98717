import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel

@testable import SecureElement

/// A session of either protocol, on any logical channel and at any level that the protocol has.
struct AnySession: ~Copyable {
    private var session: SecureChannelSession
    let channel: Int

    /// SELECTs the security domain on an open channel, and opens a session with it.
    init(
        _ domain: AID = TestCard.central, _ card: inout TestCard, keys: SecureChannelKeySet, version: UInt8 = 0,
        level: SecurityLevel = .commandMACAndDecryption, mode: SCP03Mode = .s8, channel: Int = 0, seed: UInt64 = 1
    ) throws {
        let selection = card.transmit(SelectCommand(domain).command, channel)
        guard selection.statusWord.isSuccess else { throw CardRefused(selection.statusWord) }
        let handshake = try SecureChannelHandshake(
            level: level, mode: mode, scp02: card.element.memory.identity.scp02 ?? .i15, keyVersionNumber: version,
            hostChallenge: SeededRandomSource(seed: seed).bytes(mode.length), invoker: domain, logicalChannel: channel)
        let initializeUpdate = handshake.initializeUpdate
        let pending = try handshake.authenticated(by: card.transmit(initializeUpdate), keys: keys)
        let externalAuthenticate = pending.externalAuthenticate
        session = try pending.opened(by: card.transmit(externalAuthenticate))
        self.channel = channel
    }

    var protocolIdentifier: UInt8 { session.protocolIdentifier }

    mutating func wrap(_ command: CommandAPDU) throws -> CommandAPDU { try session.wrap(command.on(channel)) }

    mutating func unwrap(_ response: ResponseAPDU) throws -> ResponseAPDU { try session.unwrap(response) }

    /// Sends a command, in parts when it is long.
    @discardableResult
    mutating func send(_ command: CommandAPDU, _ card: inout TestCard) throws -> ResponseAPDU {
        let parts = try session.wrapChained(command.on(channel))
        for part in parts.dropLast() {
            let answer = card.transmit(part)
            guard answer == ResponseAPDU(.success) else { return answer }
        }
        return try session.unwrap(card.transmit(parts[parts.count - 1]))
    }

    /// A symmetric key as PUT KEY carries it.
    func field(_ key: SymmetricTestKey, format: KeyDataField.AESFormat = .ciphertextOnly) -> KeyDataField {
        let ciphertext = session.encryptKey(key.bytes)
        // A value that was padded needs its length.
        let data =
            ciphertext.count != key.bytes.count || format == .withClearLength
            ? [UInt8(key.bytes.count)] + ciphertext : ciphertext
        return KeyDataField(
            components: [.init(type: key.type, data: data)], keyCheckValue: key.keyCheckValue)
    }

    /// Whole blocks under the data encryption key.
    func encrypted(_ value: SecretBytes) -> [UInt8] { session.encryptKey(value) }

    /// A secret component of a private key.
    func component(_ type: KeyType, _ value: SecretBytes) -> KeyDataField.Component {
        let ciphertext = session.encryptKey(value)
        let length = ciphertext.count == value.count ? [] : BERTLV.lengthBytes(value.count)
        return .init(type: type, data: length + ciphertext)
    }

    /// PUT KEY of a whole set.
    func putKey(
        _ keys: SecureChannelKeySet, version: KeyVersionNumber, replacing: KeyVersionNumber? = nil
    ) -> CommandAPDU {
        PutKeyCommand(
            replacing: replacing, newVersion: version, firstIdentifier: .encryption,
            keys: keys.testKeys.map { field($0) }
        ).command
    }
}

/// An AES or DES key.
enum SymmetricTestKey {
    case aes(AESKey)
    case tripleDES(TripleDESKey)

    var bytes: SecretBytes {
        switch self {
        case .aes(let key): key.bytes
        case .tripleDES(let key): key.bytes
        }
    }

    var type: KeyType {
        switch self {
        case .aes: .aes
        case .tripleDES: .des
        }
    }

    var keyCheckValue: [UInt8] {
        switch self {
        case .aes(let key): key.keyCheckValue
        case .tripleDES(let key): key.keyCheckValue
        }
    }
}

extension SecureChannelKeySet {
    var testKeys: [SymmetricTestKey] {
        switch self {
        case .scp02(let keys): [.tripleDES(keys.enc), .tripleDES(keys.mac), .tripleDES(keys.dek)]
        case .scp03(let keys): [.aes(keys.enc), .aes(keys.mac), .aes(keys.dek)]
        }
    }

    /// The same bytes as DES keys.
    static func tripleDES(_ keys: SCP03KeySet) -> SecureChannelKeySet {
        do {
            return .scp02(try SCP02KeySet(enc: keys.enc.bytes, mac: keys.mac.bytes, dek: keys.dek.bytes))
        } catch {
            preconditionFailure("16 bytes are a Triple-DES key: \(error)")
        }
    }
}

extension TestCard {
    /// The DES keys that ``speaksSCP02(_:_:)`` puts.
    static let desKeys = SecureChannelKeySet.tripleDES(keySet(0x70))

    /// A card with SCP02, whose issuer security domain has a DES key set of version 20 beside its AES keys.
    init(scp02: UInt8, failuresMax: Int? = nil, implementation: UInt8 = 0x70) throws {
        try self.init(implementation: implementation, failuresMax: failuresMax)
        try speakSCP02(scp02, in: Self.central)
    }

    /// Gives a security domain DES keys of version 20, and the card the protocol for them.
    mutating func speakSCP02(_ parameter: UInt8, in domain: AID) throws {
        guard let scp02 = SCP02Implementation(rawValue: parameter) else { throw CardRefused(.incorrectParameters) }
        element.memory.identity.scp02 = scp02
        let keys = scp02.hasThreeKeys ? Self.desKeys.testKeys : [Self.desKeys.testKeys[0]]
        element.memory.updateSecurityDomain(domain) { domain in
            domain.put(
                zip([KeyIdentifier.encryption, .mac, .dataEncryption], keys).map {
                    StoredKey(version: 0x20, identifier: $0, type: .des, bytes: $1.bytes)
                }, replacing: nil)
        }
    }

    /// The host's view of ``desKeys`` under the card's implementation.
    func desKeys() throws -> SecureChannelKeySet {
        guard case .scp02(let keys) = Self.desKeys, element.memory.identity.scp02?.hasThreeKeys == false else {
            return Self.desKeys
        }
        return .scp02(try SCP02KeySet(repeating: keys.enc.bytes))
    }
}
