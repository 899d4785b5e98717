import CardCryptography
import CardTesting
import ISO7816
import SecureChannel
import Testing

func hex(_ digits: String, sourceLocation: SourceLocation = #_sourceLocation) -> [UInt8] {
    do {
        return try [UInt8](hex: digits, allowingSpaces: true)
    } catch {
        Issue.record("\(digits) is not hex: \(error)", sourceLocation: sourceLocation)
        return []
    }
}

/// A card and its host before they meet: keys, challenges and card data, all from a seed.
struct Situation: Sendable {
    let keys: SCP03KeySet
    let implementation: SCP03Implementation
    let hostChallenge: [UInt8]
    let diversificationData: [UInt8]
    let keyVersionNumber: UInt8 = 0x30
    let invoker: AID = "A000000151000000"
    /// What the card uses for the next session.
    var counter = SequenceCounter(rawValue: 0x01_02_03) ?? .zero

    init(
        _ size: AESKey.Size = .aes128, mode: SCP03Mode = .s8, isPseudoRandom: Bool = true,
        responseSecurity: SCP03Implementation.ResponseSecurity = .macAndEncryption, seed: UInt64 = 1
    ) throws {
        let random = SeededRandomSource(seed: seed)
        keys = try SCP03KeySet(
            enc: .random(count: size.rawValue, from: random), mac: .random(count: size.rawValue, from: random),
            dek: .random(count: size.rawValue, from: random))
        implementation = SCP03Implementation(
            mode: mode, isPseudoRandom: isPseudoRandom, responseSecurity: responseSecurity)
        hostChallenge = random.bytes(mode.length)
        diversificationData = random.bytes(KeyDiversification.dataLength)
    }

    func handshake(
        level: SecurityLevel, keyVersionNumber: UInt8? = nil, logicalChannel: Int = 0
    ) throws -> SCP03Handshake {
        try SCP03Handshake(
            level: level, mode: implementation.mode, keyVersionNumber: keyVersionNumber ?? self.keyVersionNumber,
            hostChallenge: hostChallenge, invoker: invoker, logicalChannel: logicalChannel)
    }

    /// The card's answer to INITIALIZE UPDATE.
    func card(_ initializeUpdate: CommandAPDU) throws(SecureChannelCardError) -> SCP03CardHandshake {
        try SCP03CardHandshake(
            initializeUpdate, keys: keys, keyVersionNumber: keyVersionNumber, implementation: implementation,
            keyDiversificationData: diversificationData,
            challenge: implementation.isPseudoRandom
                ? .pseudoRandom(counter, invoker: invoker)
                : .random(SeededRandomSource(seed: 99).bytes(implementation.mode.length)))
    }

    var expectedCard: SCP03Forecast.ExpectedCard {
        SCP03Forecast.ExpectedCard(
            keyVersionNumber: keyVersionNumber, implementation: implementation, sequenceCounter: counter,
            invoker: invoker, keyDiversificationData: diversificationData)
    }

    func forecast(level: SecurityLevel = .full, _ commands: [CommandAPDU]) throws(SCP03ForecastError) -> SCP03Forecast {
        try SCP03Forecast(
            keys: keys, hostChallenge: hostChallenge, card: expectedCard, level: level, commands: commands)
    }
}

/// Both ends of one open session.
struct Pair: ~Copyable {
    var host: SCP03Session
    var card: SCP03CardSession

    init(_ situation: Situation, level: SecurityLevel) throws {
        let handshake = try situation.handshake(level: level)
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
}

/// The card's answers to a script that was made beforehand: stops at the first refusal, as a local agent does.
func play(
    _ script: [CommandAPDU], to situation: Situation, answering answer: (Int, CommandAPDU) -> ResponseAPDU
) throws -> [ResponseAPDU] {
    let handshake = try situation.card(script[0])
    var responses = [handshake.response]
    guard script.count > 1 else { return responses }
    var session: SCP03CardSession
    do {
        session = try handshake.authenticate(script[1])
        responses.append(ResponseAPDU(.success))
    } catch {
        return responses + [ResponseAPDU(error.statusWord)]
    }
    for (index, command) in script.dropFirst(2).enumerated() {
        do {
            responses.append(session.wrap(answer(index, try session.unwrap(command))))
        } catch {
            responses.append(ResponseAPDU(error.statusWord))
        }
        if let last = responses.last, last.statusWord.isRefusal { break }
    }
    return responses
}
