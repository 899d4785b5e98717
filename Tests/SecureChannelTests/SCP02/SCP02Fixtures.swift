import CardCryptography
import CardTesting
import ISO7816
import SecureChannel

/// A card that speaks SCP02 and its host before they meet, all from a seed.
struct SCP02Situation: Sendable {
    let keys: SCP02KeySet
    let implementation: SCP02Implementation
    let hostChallenge: [UInt8]
    let diversificationData: [UInt8]
    let keyVersionNumber: UInt8 = 0x20
    let invoker: AID = "A000000151000000"
    var counter = SCP02SequenceCounter(rawValue: 0x00A5)

    init(_ implementation: SCP02Implementation = .i15, seed: UInt64 = 1) throws {
        let random = SeededRandomSource(seed: seed)
        if implementation.hasThreeKeys {
            keys = try SCP02KeySet(
                enc: .random(count: 16, from: random), mac: .random(count: 16, from: random),
                dek: .random(count: 16, from: random))
        } else {
            keys = try SCP02KeySet(repeating: .random(count: 16, from: random))
        }
        self.implementation = implementation
        hostChallenge = random.bytes(8)
        diversificationData = random.bytes(KeyDiversification.dataLength)
    }

    func handshake(
        level: SCP02SecurityLevel, keyVersionNumber: UInt8? = nil, logicalChannel: Int = 0
    ) throws -> SCP02Handshake {
        try SCP02Handshake(
            level: level, implementation: implementation, keyVersionNumber: keyVersionNumber ?? self.keyVersionNumber,
            hostChallenge: hostChallenge, invoker: invoker, logicalChannel: logicalChannel)
    }

    /// The card's answer to INITIALIZE UPDATE.
    func card(_ initializeUpdate: CommandAPDU) throws(SecureChannelCardError) -> SCP02CardHandshake {
        try SCP02CardHandshake(
            initializeUpdate, keys: keys, keyVersionNumber: keyVersionNumber, implementation: implementation,
            keyDiversificationData: diversificationData, counter: counter,
            challenge: implementation.isPseudoRandom
                ? .pseudoRandom(invoker: invoker) : .random(SeededRandomSource(seed: 99).bytes(6)))
    }

    /// Every implementation that Table E-1 allows.
    static let implementations = (UInt8.min...UInt8.max).compactMap { SCP02Implementation(rawValue: $0) }
}

/// Both ends of one open SCP02 session.
struct SCP02Pair: ~Copyable {
    var host: SCP02Session
    var card: SCP02CardSession

    init(_ situation: SCP02Situation, level: SCP02SecurityLevel, logicalChannel: Int = 0) throws {
        guard situation.implementation.isExplicit else {
            host = SCP02Session(
                implicit: situation.implementation, keys: situation.keys, counter: situation.counter,
                invoker: situation.invoker)
            card = SCP02CardSession(
                implicit: situation.implementation, keys: situation.keys, counter: situation.counter,
                invoker: situation.invoker)
            return
        }
        let handshake = try situation.handshake(level: level, logicalChannel: logicalChannel)
        let card = try situation.card(handshake.initializeUpdate)
        let pending = try handshake.authenticated(by: card.response, keys: situation.keys)
        let session = try card.authenticate(pending.externalAuthenticate)
        let host = try pending.opened(by: ResponseAPDU(.success))
        self.card = session
        self.host = host
    }

    /// One command and its answer, over the wire and back: what the card saw and what the host saw.
    mutating func exchange(
        _ command: CommandAPDU, answering response: ResponseAPDU = ResponseAPDU(.success)
    ) throws -> (command: CommandAPDU, response: ResponseAPDU) {
        let seen = try card.unwrap(CommandAPDU(bytes: host.wrap(command).bytes))
        return (seen, try host.unwrap(ResponseAPDU(bytes: card.wrap(response).bytes)))
    }

    /// BEGIN or END R-MAC SESSION, accepted by the card.
    ///
    /// - Returns: the response on the wire.
    mutating func exchange(_ command: ResponseMACSessionCommand) throws -> ResponseAPDU {
        let seen = try card.unwrap(host.wrap(command))
        if let read = try ResponseMACSessionCommand(seen) { try card.announce(read) }
        let wrapped = card.wrap(ResponseAPDU(.success))
        _ = try host.unwrap(wrapped)
        return wrapped
    }
}
