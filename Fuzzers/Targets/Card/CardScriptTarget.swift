import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// A card under a script: its first byte chooses the card, then one byte an action and some more its details.
///
///     00 … 01  any command, any bytes                           plain
///     02 … 03  a sound command, as it is or altered             plain
///     04 … 05  SELECT, INITIALIZE UPDATE, EXTERNAL AUTHENTICATE
///     06 … 10  a sound command                                  secured
///     11       a sound command, altered                         altered, then secured
///     12       any command                                      secured
///     13       a sound command                                  secured, then altered
///     14       power off and on
///     15       a load file, whole or with a flaw                secured
func fuzzCardScript(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    var input = FuzzInput(bytes)
    var run = CardRun(input.choice(of: FuzzedCard.cards))
    for _ in 0..<CardScript.actionsMax where !input.isAtEnd {
        try CardScript.act(&run, &input)
    }
    try run.finish()
    return run.accepted
}

enum CardScript {
    /// Longer scripts are not more telling, only slower.
    static let actionsMax = 48

    static func act(_ run: inout CardRun, _ input: inout FuzzInput) throws(FuzzViolation) {
        // Most scripts stay on one channel.
        let selector = input.byte()
        let channel = selector & 0x80 == 0 ? 0 : input.number(below: SecureElement.channelsMax)
        switch selector & 0x0F {
        case 0: try run.send(input.command())
        case 1:
            if let command = try? CommandAPDU(bytes: input.lengthPrefixed()) { try run.send(command) }
        case 2: try run.send(CardTemplates.command(&input, encrypting: run.encryption(on: channel)).on(channel))
        case 3:
            let command = CardTemplates.command(&input, encrypting: run.encryption(on: channel)).on(channel)
            try run.send(Mutation.apply(to: command, &input))
        case 4, 5:
            try run.open(
                input.choice(of: FuzzedCard.domains), input.choice(of: FuzzedCard.keySets),
                input.choice(of: SecurityLevel.allCases), version: input.choice(of: [0, 0, 0x01, 0x30, 0x31, 0x20]),
                channel: channel)
        case 11:
            let command = CardTemplates.command(&input, encrypting: run.encryption(on: channel))
            try run.secure(Mutation.apply(to: command, &input), channel: channel)
        case 12: try run.secure(input.command(), channel: channel)
        case 13:
            let command = CardTemplates.command(&input, encrypting: run.encryption(on: channel))
            var alteration = input
            try run.secure(command, channel: channel) { Mutation.apply(to: $0, &alteration) }
            input = alteration
        case 14: try run.reset()
        case 15: try load(&run, &input, channel)
        default:
            try run.secure(CardTemplates.command(&input, encrypting: run.encryption(on: channel)), channel: channel)
        }
    }

    /// INSTALL [for load] and the blocks: one may be altered, left out or sent twice.
    private static func load(
        _ run: inout CardRun, _ input: inout FuzzInput, _ channel: Int
    ) throws(FuzzViolation) {
        var commands = CardTemplates.load(FuzzedCard.package, blockLength: 40 + input.number(below: 160))
        let index = input.number(below: commands.count)
        switch input.number(below: 5) {
        case 0: commands[index] = Mutation.apply(to: commands[index], &input)
        case 1: commands.remove(at: index)
        case 2: commands.insert(commands[index], at: index)
        default: break
        }
        for command in commands { try run.secure(command, channel: channel) }
    }
}
