import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import SmartCardVerification

/// The first byte chooses: commands for a smart card, encrypted card data for a server, or a card's answers for a terminal.
func fuzzSmartCard(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    var input = FuzzInput(bytes)
    return switch input.number(below: 3) {
    case 0: try fuzzSmartCardCommands(&input)
    case 1: try fuzzCardData(&input)
    default: try fuzzCardAnswers(&input)
    }
}

// MARK: - The card

/// Whatever it is asked, the card answers challenges with its key and nothing else, counts them, and keeps key and data to
/// itself.
private func fuzzSmartCardCommands(_ input: inout FuzzInput) throws(FuzzViolation) -> Int {
    var run = CardRun(SmartCardFixture.element)
    var accepted = 0
    var answered: UInt8 = 0
    var isChained = false
    try require(
        run.send(SmartCardCommand.select(SmartCardFixture.application)).statusWord == .success, "it is there")
    for _ in 0..<24 where !input.isAtEnd {
        let command: CommandAPDU
        switch input.number(below: 8) {
        case 0: command = SmartCardCommand.select(SmartCardFixture.application)
        case 1: command = SmartCardCommand.getIdentification
        case 2: command = SmartCardCommand.getDataFile
        case 3, 4:
            guard let challenge = SmartCardFixture.challenge(&input) else { continue }
            command = SmartCardCommand.internalAuthenticate(challenge)
        case 5:
            guard let challenge = SmartCardFixture.challenge(&input) else { continue }
            command = Mutation.apply(to: SmartCardCommand.internalAuthenticate(challenge), &input)
        case 6:
            command = CommandAPDU(0x80, 0xCA, 0xDF, 0x20 + UInt8(input.number(below: 8)), expectedLength: 256)
        default: command = input.command()
        }
        let response = try run.send(command)
        try check(response)
        defer { isChained = command.classByte.rawValue & 0x10 != 0 }
        guard response.statusWord == .success else { continue }
        accepted += 1
        guard command.instruction == 0x88, response.data.count == SmartCardResponse.length else { continue }
        answered += 1
        guard !isChained else { continue }
        let challenge = try? SmartCardChallenge(bytes: command.data)
        try require(
            challenge.map { SmartCardFixture.card.key.response(of: SmartCardFixture.identification, to: $0).bytes }
                == response.data, "an answer is the key's, to the challenge that was read")
    }
    try checkCounter(&run, answered)
    return accepted
}

private func checkCounter(_ run: inout CardRun, _ answered: UInt8) throws(FuzzViolation) {
    guard try run.send(SmartCardCommand.select(SmartCardFixture.application)).statusWord == .success else { return }
    let counter = try run.send(CommandAPDU(0x80, 0xCA, 0xDF, 0x23, expectedLength: 256))
    try require(counter.data == BERTLV(0xDF23, [0, 0, 0, answered]).bytes, "every answer is counted, and nothing else")
}

private func check(_ response: ResponseAPDU) throws(FuzzViolation) {
    for secret in SmartCardFixture.secrets where response.data.count >= secret.count {
        for start in 0...response.data.count - secret.count {
            try require(response.data[start..<start + secret.count] != secret[...], "key and data stay in the card")
        }
    }
}

// MARK: - The server

/// A file is read as it was written, and opens with its card's key alone, unaltered.
private func fuzzCardData(_ input: inout FuzzInput) throws(FuzzViolation) -> Int {
    var accepted = 0
    let honest = SmartCardFixture.card.dataFile.bytes
    for _ in 0..<16 where !input.isAtEnd {
        let bytes: [UInt8]
        switch input.number(below: 4) {
        case 0: bytes = honest
        case 1: bytes = Mutation.apply(to: honest, &input)
        case 2: bytes = [EncryptedCardData.version] + input.lengthPrefixed()
        default: bytes = input.lengthPrefixed()
        }
        guard let file = try? EncryptedCardData(bytes: bytes) else {
            try require(bytes != honest, "a file is read")
            continue
        }
        try require(file.bytes == bytes, "a file is read as it was written")
        let (key, card) = (SmartCardFixture.card.key, SmartCardFixture.identification)
        try require(
            key.decrypt(file, of: card) == (bytes == honest ? SmartCardFixture.data : nil),
            "a file opens when it is the card's own, unaltered")
        try require(
            SmartCardFixture.otherKey.decrypt(file, of: card) == nil
                && key.decrypt(file, of: SmartCardFixture.otherIdentification) == nil,
            "a file opens with its card's key, as that card's")
        if bytes == honest { accepted += 1 }
    }
    return accepted
}

// MARK: - The terminal

/// A card's answers, a challenge and a personalization are read as they were written, or refused.
private func fuzzCardAnswers(_ input: inout FuzzInput) throws(FuzzViolation) -> Int {
    var accepted = 0
    for _ in 0..<16 where !input.isAtEnd {
        switch input.number(below: 4) {
        case 0:
            let answer = answer(SmartCardCommand.identificationTag, SmartCardFixture.identification.bytes, &input)
            guard let read = try? SmartCardCommand.identification(in: answer) else { continue }
            try require((try? SmartCardIdentification(text: read.text)) == read, "an identification has one text")
        case 1:
            let answer = answer(SmartCardCommand.dataFileTag, SmartCardFixture.card.dataFile.bytes, &input)
            guard let read = try? SmartCardCommand.dataFile(in: answer) else { continue }
            try require((try? EncryptedCardData(bytes: read.bytes)) == read, "a file is read again as it was")
        case 2:
            guard let challenge = SmartCardFixture.challenge(&input) else { continue }
            let bytes = input.flag() ? challenge.bytes : Mutation.apply(to: challenge.bytes, &input)
            guard let read = try? SmartCardChallenge(bytes: bytes) else { continue }
            try require(read.bytes == bytes, "a challenge is read as it was written")
            let (key, card) = (SmartCardFixture.card.key, SmartCardFixture.identification)
            try require(
                (key.response(of: card, to: read) == key.response(of: card, to: challenge)) == (read == challenge),
                "another challenge has another answer")
        default:
            var groupings: [UInt16: SecretBytes] = [:]
            for grouping in SmartCardFixture.card.groupings where input.number(below: 8) != 0 {
                let data = grouping.data.revealed()
                groupings[grouping.identifier] = SecretBytes(
                    input.number(below: 4) == 0 ? Mutation.apply(to: data, &input) : data)
            }
            guard let read = try? SmartCardPersonalization(groupings) else { continue }
            try require(
                Dictionary(uniqueKeysWithValues: read.groupings.map { ($0.identifier, $0.data) }) == groupings,
                "a personalization is read as it was written")
        }
        accepted += 1
    }
    return accepted
}

/// An answer to GET DATA: honest, altered, or bytes.
private func answer(_ tag: BERTag, _ value: [UInt8], _ input: inout FuzzInput) -> [UInt8] {
    let honest = BERTLV(tag, value).bytes
    return switch input.number(below: 4) {
    case 0: honest
    case 1: BERTLV(tag, Mutation.apply(to: value, &input)).bytes
    case 2: Mutation.apply(to: honest, &input)
    default: input.lengthPrefixed()
    }
}

// MARK: - One card

/// A secure element with one smart card, and what only the card and its server know.
private enum SmartCardFixture {
    static let application: AID = "F053454E45534348414C534301000001"
    static let data = SecretBytes(Array("member 4711, gold".utf8))
    static let identification = known { try SmartCardIdentification([0x53, 0x45, 0, 0, 0, 0, 0, 1]) }
    static let otherIdentification = known { try SmartCardIdentification([0x53, 0x45, 0, 0, 0, 0, 0, 2]) }
    static let otherKey = known { try SmartCardKey(SecretBytes([UInt8](repeating: 0x78, count: 32))) }

    static let card = known {
        let key = try SmartCardKey(SecretBytes([UInt8](repeating: 0x77, count: 32)))
        return SmartCardPersonalization(
            identification: identification, key: key,
            dataFile: try key.encrypt(data, for: identification, random: ConstantRandomSource()))
    }

    static let secrets = [card.key.bytes.revealed(), data.revealed()]

    static let element = known {
        var run = CardRun(FuzzedCard.cards[0])
        try run.open(CardConfiguration.issuerSecurityDomain, FuzzedCard.keySets[0], .commandMAC, channel: 0)
        try run.expectSuccess(
            CardTemplates.instantiate(
                application, module: BuiltInModule.smartCard, of: BuiltInModule.smartCardPackage, isSelectable: true))
        try run.expectSuccess(InstallCommand.forPersonalization(application: application).command)
        let groupings = card.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }
        for block in StoreDataCommand.blocks(of: groupings, blockLength: 200) { try run.expectSuccess(block.command) }
        run.card.reset()
        return run.card
    }

    static func challenge(_ input: inout FuzzInput) -> SmartCardChallenge? {
        let terminal = String(repeating: "t", count: 1 + input.number(below: 64))
        let terms = try? CardTransactionTerms(
            terminal: terminal, transaction: "t-1", amount: 1 + Int64(input.uint16()), currency: "EUR")
        return terms.flatMap { try? SmartCardChallenge(nonce: [UInt8](repeating: input.byte(), count: 16), terms: $0) }
    }

    private static func known<Value>(_ make: () throws -> Value) -> Value {
        do { return try make() } catch { preconditionFailure("this card can be made: \(error)") }
    }
}
