import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// The card in process: what it answers in plain, and what secured commands cost it beyond their secure messaging.
///
/// The secured command is a STORE DATA of 226 bytes to the central SD at level 33, which writes persistent memory; the
/// bare work is the unwrapping of the same commands and the wrapping of the same responses by the card's end alone.
func benchmarkCard() -> [Measurement] {
    do {
        return try measureCard()
    } catch {
        preconditionFailure("the benchmark's own commands are sound: \(error)")
    }
}

private let commandCount = 10_000
private let rounds = 7

private func measureCard() throws -> [Measurement] {
    let bench = CardBench()
    var ratios: [Double] = []
    var secured: [Double] = []
    var selections: [Double] = []
    var appletSelections: [Double] = []
    var readings: [Double] = []
    for _ in 1...rounds {
        let card = try bench.securedSeconds()
        let bare = try bench.bareSeconds()
        ratios.append(bare / card)
        secured.append(Double(commandCount) / card)
        selections.append(bench.plainPerSecond(SelectCommand(CardConfiguration.issuerSecurityDomain).command))
        appletSelections.append(bench.plainPerSecond(SelectCommand(CardConfiguration.paymentSystemEnvironment).command))
        readings.append(bench.plainPerSecond(GetDataCommand.keyInformationTemplate.command))
    }
    return [
        Measurement(
            "Card, STORE DATA of 226 bytes at level 33, speed relative to bare unwrap + wrap", median(ratios)),
        Measurement("Card, STORE DATA of 226 bytes at level 33", median(secured), "APDUs/s", goal: .atLeast(50_000)),
        Measurement("Card, SELECT of the central SD", median(selections), "APDUs/s", goal: .atLeast(100_000)),
        Measurement("Card, SELECT of PPSE", median(appletSelections), "APDUs/s", goal: .atLeast(100_000)),
        Measurement("Card, GET DATA E0", median(readings), "APDUs/s", goal: .atLeast(100_000)),
    ]
}

/// One card, fresh from the factory, and one host.
private struct CardBench {
    let keys = SCP03KeySet.random(.aes128)
    let card: SecureElement
    /// Two that differ, so that every command changes what is stored.
    let commands: [CommandAPDU]

    init() {
        // i = 70: pseudo-random challenges, R-MAC and R-ENC.
        let implementation = SCP03Implementation(mode: .s8, isPseudoRandom: true, responseSecurity: .macAndEncryption)
        let keys = keys
        card = SecureElement.manufacture(
            identity: CardIdentity(
                issuerIdentificationNumber: [0x48, 0x20], cardImageNumber: [1, 2, 3, 4, 5, 6, 7, 8],
                keyDiversificationData: [UInt8](repeating: 0, count: KeyDiversification.dataLength),
                implementation: implementation)
        ) { _ in keys }
        commands = [UInt8(1), 2].map { filler in
            let object = BERTLV(0x5F50, [UInt8](repeating: filler, count: 222))
            return StoreDataCommand(data: object.bytes, blockNumber: 0, isLastBlock: true, structure: .berTLV).command
        }
    }

    /// The session as the host has it, and the card behind it.
    private func opened() throws -> (host: Host, card: SecureElement, answer: ResponseAPDU, opening: CommandAPDU) {
        var card = card
        let handshake = try SCP03Handshake(level: .full, hostChallenge: [1, 2, 3, 4, 5, 6, 7, 8])
        let answer = card.process(handshake.initializeUpdate)
        let pending = try handshake.authenticated(by: answer, keys: keys)
        let opening = pending.externalAuthenticate
        let session = try pending.opened(by: card.process(opening))
        return (Host(session), card, answer, opening)
    }

    private func wrapped(_ host: Host) throws -> [CommandAPDU] {
        try (0..<commandCount).map { try host.session.wrap(commands[$0 % 2]) }
    }

    func securedSeconds() throws -> Double {
        var (host, card, _, _) = try opened()
        let wrapped = try wrapped(host)
        var successes = 0
        let time = seconds {
            for command in wrapped where card.process(command).statusWord == .success { successes += 1 }
        }
        precondition(successes == commandCount, "every command was accepted")
        return time
    }

    /// The card's end of the same session, with nothing behind it.
    func bareSeconds() throws -> Double {
        let (host, _, _, opening) = try opened()
        let wrapped = try wrapped(host)
        guard let counter = SequenceCounter(rawValue: 1) else { preconditionFailure("one is a counter") }
        let handshake = try SCP03CardHandshake(
            CommandAPDU(0x80, 0x50, 0, 0, data: [1, 2, 3, 4, 5, 6, 7, 8], expectedLength: 256), keys: keys,
            keyVersionNumber: 1, implementation: host.session.card.implementation,
            keyDiversificationData: [UInt8](repeating: 0, count: KeyDiversification.dataLength),
            challenge: .pseudoRandom(counter, invoker: CardConfiguration.issuerSecurityDomain))
        var session = try handshake.authenticate(opening)
        var total = 0
        let time = try seconds {
            for command in wrapped {
                total &+= try session.unwrap(command).data.count
                total &+= session.wrap(ResponseAPDU(.success)).data.count
            }
        }
        precondition(total == commandCount * (226 + 8), "every command was read")
        return time
    }

    func plainPerSecond(_ command: CommandAPDU) -> Double {
        var card = card
        var successes = 0
        let time = seconds {
            for _ in 0..<commandCount where card.process(command).statusWord == .success { successes += 1 }
        }
        precondition(successes == commandCount, "every command was accepted")
        return Double(commandCount) / time
    }
}

/// A place for a session in a tuple.
private final class Host {
    var session: SCP03Session

    init(_ session: consuming SCP03Session) { self.session = session }
}
