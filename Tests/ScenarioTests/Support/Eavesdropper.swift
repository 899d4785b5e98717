import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import Synchronization

/// Whoever sees all APDUs of a card and knows some key sets: the central TSM, a mobile network, both together.
///
/// It plays back every session whose keys it knows, as the card would, and so reads everything in it. Then it tries what
/// it has seen as keys, as ciphertexts under keys that it knows, and as shared secrets.
final class Eavesdropper: Sendable {
    struct Exchange: Sendable {
        var command: CommandAPDU
        var response: ResponseAPDU
    }

    private let exchanges = Mutex<[Exchange]>([])

    func note(_ command: CommandAPDU, _ response: ResponseAPDU) {
        exchanges.withLock { $0.append(Exchange(command: command, response: response)) }
    }

    var all: [Exchange] { exchanges.withLock { $0 } }

    // MARK: Reading

    /// Everything seen: as it went over the air, and in plain wherever a known key set opens the session.
    func seen(knowing keySets: [SCP03KeySet]) -> [[UInt8]] {
        var texts = all.flatMap { [$0.command.data, $0.response.data] }
        for keys in keySets { texts += opened(by: keys) }
        return texts.filter { !$0.isEmpty }
    }

    /// The plain commands of the sessions that run with `keys`, and their answers as far as they are not encrypted.
    func opened(by keys: SCP03KeySet) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        var selected: AID?
        var handshake: SCP03CardHandshake?
        var session: SCP03CardSession?
        for exchange in all {
            let command = exchange.command
            switch command.instruction {
            case SelectCommand.instruction:
                (selected, handshake, session) = (try? AID(command.data), nil, nil)
            case InitializeUpdateCommand.instruction:
                handshake = selected.flatMap { Self.handshake(exchange, $0, keys) }
                session = nil
            case ExternalAuthenticateCommand.instruction:
                session = try? handshake?.authenticate(command)
            default:
                guard command.classByte.indicatesSecureMessaging, let plain = try? session?.unwrap(command) else {
                    continue
                }
                texts.append(plain.data)
            }
        }
        return texts
    }

    private static func handshake(_ exchange: Exchange, _ invoker: AID, _ keys: SCP03KeySet) -> SCP03CardHandshake? {
        guard let answer = try? InitializeUpdateResponse(bytes: exchange.response.data),
            let counter = answer.sequenceCounter
        else { return nil }
        let handshake = try? SCP03CardHandshake(
            exchange.command, keys: keys, keyVersionNumber: answer.keyVersionNumber,
            implementation: answer.implementation, keyDiversificationData: answer.keyDiversificationData,
            challenge: .pseudoRandom(counter, invoker: invoker))
        return handshake?.response.data == exchange.response.data ? handshake : nil
    }

    // MARK: Breaking in

    /// A session that somebody else opened: whoever has its K-MAC knows the card's cryptogram beforehand.
    struct Lock: Sendable {
        var hostChallenge: [UInt8]
        var answer: InitializeUpdateResponse

        func opens(_ key: AESKey) -> Bool {
            SCP03KeySet(repeating: key).cardCryptogram(
                hostChallenge: hostChallenge, cardChallenge: answer.cardChallenge) == answer.cardCryptogram
        }
    }

    /// How many secrets were tried, and whether one of them was the key.
    struct Attack: Sendable {
        var tried = 0
        var succeeded = false
    }

    /// Tries everything that was seen on a session with the new keys.
    func attack(_ lock: Lock, knowing keySets: [SCP03KeySet]) -> Attack {
        var attack = Attack()
        func attempt(_ bytes: some Collection<UInt8>) {
            guard let key = try? AESKey(bytes) else { return }
            attack.tried += 1
            attack.succeeded = attack.succeeded || lock.opens(key)
        }
        for keys in keySets { for key in [keys.enc, keys.mac, keys.dek] { attempt(key.bytes.revealed()) } }
        for text in seen(knowing: keySets) {
            for size in AESKey.Size.allCases {
                guard text.count >= size.rawValue else { continue }
                for start in 0...(text.count - size.rawValue) {
                    let window = Array(text[start..<start + size.rawValue])
                    attempt(window)
                    // What a known DEK encrypts is read.
                    for keys in keySets {
                        if let key = try? keys.decryptKey(window, size: size) { attempt(key.bytes.revealed()) }
                    }
                    // An x-coordinate is a shared secret, if it is the right one.
                    guard size == .aes256 else { continue }
                    for length in AESKey.Size.allCases {
                        let agreed = AgreedKeySet(
                            secret: SecretBytes(window), sharedInformation: [0x10, 0x88, UInt8(length.rawValue)],
                            size: length)
                        attempt(agreed.keys.mac.bytes.revealed())
                    }
                }
            }
        }
        return attack
    }
}

extension SCP03KeySet {
    /// GPC Amendment D v1.2 §6.2.2.2, by way of the library's own card: the challenge is the only thing that it is told.
    fileprivate func cardCryptogram(hostChallenge: [UInt8], cardChallenge: [UInt8]) -> [UInt8]? {
        guard let implementation = SCP03Implementation(rawValue: 0x60) else { return nil }
        let command = CommandAPDU(0x80, 0x50, 0x00, 0x00, data: hostChallenge, expectedLength: 256)
        let handshake = try? SCP03CardHandshake(
            command, keys: self, keyVersionNumber: 0x01, implementation: implementation,
            keyDiversificationData: [UInt8](repeating: 0, count: 10), challenge: .random(cardChallenge))
        return handshake.flatMap { try? InitializeUpdateResponse(bytes: $0.response.data) }?.cardCryptogram
    }
}

/// A card as its handset reaches it, overheard.
struct OverheardChannel: CardChannel {
    let channel: CutChannel
    let eavesdropper: Eavesdropper

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        let response = try await channel.transmit(command)
        eavesdropper.note(command, response)
        return response
    }

    func reset() async throws(CardUnreachable) { try await channel.reset() }
}
