import CardCryptography
import CardTesting
import ISO7816
import SecureChannel
import Testing

@Suite("Forecasts")
struct ForecastTests {
    static let levels = SecurityLevel.allCases.filter(\.hasCommandDecryption)
    let commands = [
        CommandAPDU(0x80, 0xE6, 0x0C, 0x00, data: Array(1...40), expectedLength: 256),
        CommandAPDU(0x80, 0xF2, 0x80, 0x02),
        CommandAPDU(0x80, 0xCA, 0x00, 0xE0, expectedLength: 256),
        CommandAPDU(0x80, 0xE2, 0x80, 0x00, data: [UInt8](repeating: 9, count: 200)),
    ]

    func answer(_ index: Int, _ command: CommandAPDU) -> ResponseAPDU {
        ResponseAPDU(.success, data: [UInt8](repeating: UInt8(index), count: index * 7))
    }

    var answers: [ResponseAPDU] { commands.enumerated().map { answer($0.offset, $0.element) } }

    @Test(
        "a forecast is the interactive exchange, byte for byte", arguments: levels,
        AESKey.Size.allCases.flatMap { size in SCP03Mode.allCases.map { (size, $0) } })
    func sameBytes(level: SecurityLevel, kind: (size: AESKey.Size, mode: SCP03Mode)) throws {
        let situation = try Situation(kind.size, mode: kind.mode)
        let forecast = try situation.forecast(level: level, commands)
        let handshake = try situation.handshake(level: level)
        var script = [handshake.initializeUpdate]
        let card = try situation.card(handshake.initializeUpdate)
        let pending = try handshake.authenticated(by: card.response, keys: situation.keys)
        script.append(pending.externalAuthenticate)
        var host = try pending.opened(by: ResponseAPDU(.success))
        var session = try card.authenticate(script[1])
        for (index, command) in commands.enumerated() {
            script.append(try host.wrap(command))
            let plain = try session.unwrap(script[index + 2])
            #expect(try host.unwrap(session.wrap(answer(index, plain))) == answer(index, plain))
        }
        #expect(forecast.script == script)
        #expect(forecast.initializeUpdate == script[0])
        #expect(forecast.externalAuthenticate == script[1])
        #expect(Array(forecast.commands) == Array(script[2...]))
    }

    @Test("a forecast whose answers all came is complete", arguments: levels, SCP03Mode.allCases)
    func complete(level: SecurityLevel, mode: SCP03Mode) throws {
        let situation = try Situation(mode: mode)
        let forecast = try situation.forecast(level: level, commands)
        let responses = try play(forecast.script, to: situation, answering: answer)
        #expect(forecast.interpret(responses) == .complete(answers))
    }

    @Test("a forecast made again after a restart reads the answers to the first")
    func restart() throws {
        let situation = try Situation()
        let first = try situation.forecast(commands)
        let responses = try play(first.script, to: situation, answering: answer)
        _ = consume first
        let second = try situation.forecast(commands)
        #expect(second.interpret(responses) == .complete(answers))
    }

    @Test("a forecast without commands opens the session and is complete")
    func empty() throws {
        let situation = try Situation()
        let forecast = try situation.forecast([])
        #expect(forecast.script.count == 2)
        let responses = try play(forecast.script, to: situation, answering: answer)
        #expect(forecast.interpret(responses) == .complete([]))
    }

    @Test("missing answers are torn at the first step that has none", arguments: 0...5)
    func torn(count: Int) throws {
        let situation = try Situation()
        let forecast = try situation.forecast(commands)
        let responses = try play(forecast.script, to: situation, answering: answer)
        let step: SCP03Forecast.Step =
            count == 0 ? .initializeUpdate : count == 1 ? .externalAuthenticate : .command(count - 2)
        #expect(step.scriptIndex == count)
        #expect(
            forecast.interpret(Array(responses.prefix(count)))
                == .torn(at: step, answered: Array(answers.prefix(max(0, count - 2)))))
    }

    @Test("a refused command stops the script there", arguments: 0..<4)
    func stopped(index: Int) throws {
        let situation = try Situation()
        let forecast = try situation.forecast(commands)
        let responses = try play(forecast.script, to: situation) { position, command in
            position == index ? ResponseAPDU(0x6A80) : answer(position, command)
        }
        #expect(responses.count == index + 3)
        #expect(
            forecast.interpret(responses)
                == .stopped(
                    at: .command(index), 0x6A80,
                    answered: Array(answers.prefix(index)) + [ResponseAPDU(0x6A80)]))
    }

    @Test("a warning does not stop the script")
    func warnings() throws {
        let situation = try Situation()
        let forecast = try situation.forecast(commands)
        let responses = try play(forecast.script, to: situation) { _, _ in ResponseAPDU(0x6310, data: [1]) }
        #expect(forecast.interpret(responses) == .complete(commands.map { _ in ResponseAPDU(0x6310, data: [1]) }))
    }

    @Test("a refusal of the opening stops the script there")
    func openingRefused() throws {
        let situation = try Situation()
        let missing = try situation.forecast(commands)
        #expect(
            missing.interpret([ResponseAPDU(.referencedDataNotFound)])
                == .stopped(at: .initializeUpdate, 0x6A88, answered: []))
        let forecast = try situation.forecast(commands)
        let responses = try play(forecast.script, to: situation, answering: answer)
        #expect(
            forecast.interpret([responses[0], ResponseAPDU(.securityStatusNotSatisfied)])
                == .stopped(at: .externalAuthenticate, 0x6982, answered: []))
    }

    @Test("a card at another counter is stale, tells its own, and a second forecast runs", arguments: [-2, -1, 1, 5])
    func stale(difference: Int) throws {
        let situation = try Situation()
        var card = situation
        card.counter = try #require(
            SequenceCounter(rawValue: UInt32(Int(situation.counter.rawValue) + difference)))
        let forecast = try situation.forecast(commands)
        let responses = try play(forecast.script, to: card, answering: answer)
        #expect(responses.count == 2, "the card does not accept EXTERNAL AUTHENTICATE")
        #expect(forecast.interpret(responses) == .staleCounter(reported: card.counter))

        card.counter = try #require(card.counter.next)
        let again = try card.forecast(commands)
        let answersAgain = try play(again.script, to: card, answering: answer)
        #expect(again.interpret(answersAgain) == .complete(answers))
    }

    @Test("a counter that the card has not proved is not believed")
    func forgedCounter() throws {
        let situation = try Situation()
        let forecast = try situation.forecast(commands)
        var responses = try play(forecast.script, to: situation, answering: answer)
        responses[0].data[responses[0].data.count - 1] ^= 1
        #expect(
            forecast.interpret(Array(responses.prefix(1)))
                == .cardMisbehaved(at: .initializeUpdate, .cardChallengeMismatch, answered: []))
    }

    @Test("a card with other keys is told from one at another counter")
    func wrongKeys() throws {
        let situation = try Situation()
        let other = try Situation(seed: 2)
        let forecast = try SCP03Forecast(
            keys: other.keys, hostChallenge: situation.hostChallenge, card: situation.expectedCard, level: .full,
            commands: commands)
        let responses = try play(forecast.script, to: situation, answering: answer)
        #expect(responses.count == 2)
        #expect(forecast.interpret(responses) == .wrongKeys)
    }

    @Test("answers mixed from two runs do not pass for a card that did nothing")
    func mixedAnswers() throws {
        let situation = try Situation()
        var later = situation
        later.counter = try #require(situation.counter.next)
        let forecast = try situation.forecast(commands)
        var responses = try play(forecast.script, to: situation, answering: answer)
        responses[0] = try later.card(forecast.initializeUpdate).response
        #expect(
            forecast.interpret(responses)
                == .cardMisbehaved(at: .externalAuthenticate, .cardCryptogramMismatch, answered: []))
    }

    @Test("an answer altered on its way is found where it is", arguments: 0..<4)
    func altered(index: Int) throws {
        let situation = try Situation()
        let forecast = try situation.forecast(commands)
        var responses = try play(forecast.script, to: situation, answering: answer)
        responses[index + 2].data[0] ^= 1
        #expect(
            forecast.interpret(responses)
                == .cardMisbehaved(
                    at: .command(index), .responseMACMismatch, answered: Array(answers.prefix(index))))
    }

    @Test("swapped answers are found")
    func swapped() throws {
        let situation = try Situation()
        let forecast = try situation.forecast(commands)
        var responses = try play(forecast.script, to: situation, answering: answer)
        responses.swapAt(3, 4)
        #expect(
            forecast.interpret(responses)
                == .cardMisbehaved(at: .command(1), .responseMACMismatch, answered: Array(answers.prefix(1))))
    }

    @Test("more answers than commands are not a card's")
    func tooMany() throws {
        let situation = try Situation()
        let forecast = try situation.forecast(commands)
        let responses = try play(forecast.script, to: situation, answering: answer) + [ResponseAPDU(.success)]
        #expect(
            forecast.interpret(responses)
                == .cardMisbehaved(at: .command(3), .tooManyResponses(count: 7, expected: 6), answered: []))
    }

    @Test("the card must be the expected one: key version, implementation, diversification data")
    func otherCard() throws {
        let situation = try Situation()
        let responses = try play(situation.forecast(commands).script, to: situation, answering: answer)
        func outcome(_ change: (inout SCP03Forecast.ExpectedCard) -> Void) throws -> SCP03ForecastOutcome {
            var card = situation.expectedCard
            change(&card)
            return try SCP03Forecast(
                keys: situation.keys, hostChallenge: situation.hostChallenge, card: card, level: .full,
                commands: commands
            ).interpret(Array(responses.prefix(1)))
        }
        func misbehaved(_ error: SecureChannelError) -> SCP03ForecastOutcome {
            .cardMisbehaved(at: .initializeUpdate, error, answered: [])
        }
        #expect(
            try outcome { $0.keyVersionNumber = 0x31 } == misbehaved(.keyVersionMismatch(asked: 0x31, reported: 0x30)))
        #expect(try outcome { $0.keyVersionNumber = 0 } == .torn(at: .externalAuthenticate, answered: []))
        #expect(
            try outcome { $0.keyDiversificationData = [UInt8](repeating: 0, count: 10) }
                == misbehaved(.keyDiversificationDataMismatch))
        #expect(try outcome { $0.keyDiversificationData = nil } == .torn(at: .externalAuthenticate, answered: []))
        #expect(try outcome { $0.invoker = "A000000003000000" } == misbehaved(.cardChallengeMismatch))
        let malformed = try situation.forecast(commands).interpret([ResponseAPDU(.success, data: [1])])
        #expect(
            malformed
                == misbehaved(
                    .malformedInitializeUpdateResponse(
                        .layout(
                            .truncated(field: "key diversification data", offset: 0, needed: 10, available: 1)))))
        let plain = try Situation(isPseudoRandom: false)
        #expect(
            try situation.forecast(commands).interpret([
                plain.card(plain.handshake(level: .full).initializeUpdate).response
            ])
                == misbehaved(
                    .implementationMismatch(expected: situation.implementation, reported: plain.implementation)))
    }

    @Test("a forecast requires C-DECRYPTION", arguments: SecurityLevel.allCases)
    func requiresDecryption(level: SecurityLevel) throws {
        let situation = try Situation()
        if level.hasCommandDecryption {
            _ = try situation.forecast(level: level, commands)
        } else {
            expectError(SCP03ForecastError.requiresCommandDecryption(level)) {
                _ = try situation.forecast(level: level, commands)
            }
        }
    }

    @Test("a forecast requires pseudo-random challenges, a level the card has, and a fitting host challenge")
    func requirements() throws {
        let random = try Situation(isPseudoRandom: false)
        expectError(SCP03ForecastError.requiresPseudoRandomChallenge(random.implementation)) {
            _ = try random.forecast(commands)
        }
        let bare = try Situation(responseSecurity: .none)
        expectError(SCP03ForecastError.opening(.levelNotSupported(.full, by: bare.implementation))) {
            _ = try bare.forecast(commands)
        }
        let situation = try Situation()
        expectError(SCP03ForecastError.opening(.hostChallengeLength(found: 7, expected: 8))) {
            _ = try SCP03Forecast(
                keys: situation.keys, hostChallenge: [UInt8](repeating: 0, count: 7), card: situation.expectedCard,
                level: .full, commands: commands)
        }
    }

    @Test("a command that does not fit is named by its index")
    func tooLong() throws {
        let situation = try Situation()
        let long = CommandAPDU(0x80, 0xE2, 0x00, 0x00, data: [UInt8](repeating: 0, count: 240))
        expectError(SCP03ForecastError.command(1, .dataTooLong(count: 240, max: 239))) {
            _ = try situation.forecast([commands[0], long])
        }
    }

    @Test("a forecast holds a bounded number of commands")
    func bound() throws {
        let situation = try Situation()
        let command = CommandAPDU(0x80, 0xF2, 0x80, 0x02)
        let longest = [CommandAPDU](repeating: command, count: SCP03Forecast.commandsMax)
        #expect(try situation.forecast(longest).script.count == SCP03Forecast.commandsMax + 2)
        expectError(
            SCP03ForecastError.tooManyCommands(
                count: SCP03Forecast.commandsMax + 1, max: SCP03Forecast.commandsMax)
        ) {
            _ = try situation.forecast(longest + [command])
        }
    }
}
