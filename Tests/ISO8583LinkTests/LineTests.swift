import CardCryptography
import EMV
import ISO7816
import ISO8583
import Testing

@testable import ISO8583Link

@Suite("A line between an acquirer and an issuer", .serialized)
struct LineTests {
    @Test(
        "carries a purchase: field 39 is 00, field 38 the issuer's code, field 55 the proof for the chip",
        arguments: [false, true])
    func purchase(byteByByte: Bool) async throws {
        let issuer = try IssuerUnderTest()
        let chip = try await issuer.chip()
        try await Street.run(issuer, byteByByte: byteByByte, timeout: .seconds(60)) { (street: Street) async throws in
            let request = try chip.request(1)
            let answer = try await street.ask(request)
            #expect(answer.type == .financialResponse && answer.responseCode == .approved)
            #expect(answer[.authorizationCode]?.count == 6)
            #expect(try BERTLV.sequence(answer.bytes(.chipData) ?? []).map(\.tag) == [0x91])
            #expect(answer[.terminal] == "TERM0001" && answer.amount == 1_250)
            #expect(!answer.has(.primaryAccountNumber) && !answer.has(.track2))
            #expect(try await issuer.balance(chip) == 8_750)
            let authorization = try await street.ask(chip.request(2, type: .authorizationRequest))
            #expect(authorization.type == .authorizationResponse && authorization.responseCode == .approved)
            #expect(!street.log.texts.contains { $0.contains(chip.number.revealed()) })
        }
        try issuer.discard()
    }

    @Test("a decline says why in field 39")
    func declined() async throws {
        let issuer = try IssuerUnderTest()
        let chip = try await issuer.chip(balance: 1_000)
        try await Street.run(issuer) { (street: Street) async throws in
            #expect(try await street.ask(chip.request(1)).responseCode == .insufficientFunds)
            // The counter was used up.
            #expect(try await street.ask(chip.request(2, counter: 1, amount: 10)).responseCode == .securityViolation)
            var other = try chip.request(3)
            try other.set(.primaryAccountNumber, "4761739001010010")
            #expect(try await street.ask(other).responseCode == .invalidCardNumber)
            try other.set(.primaryAccountNumber, "4761739001010011")
            #expect(try await street.ask(other).responseCode == .invalidCardNumber)
            #expect(try await issuer.balance(chip) == 1_000)
        }
        try issuer.discard()
    }

    @Test(
        "a request without what the issuer needs is a format error; another type or class is no valid transaction",
        arguments: [
            DataElement.primaryAccountNumber, .processingCode, .amount, .cardSequenceNumber, .acquiringInstitution,
            .terminal, .cardAcceptor, .currency, .chipData,
        ])
    func incomplete(_ element: DataElement) async throws {
        let issuer = try IssuerUnderTest()
        let chip = try await issuer.chip()
        var request = try chip.request(1)
        request.remove(element)
        #expect(await issuer.door.answer(request)?.responseCode == .formatError)
        var refund = try chip.request(2)
        try refund.set(.processingCode, "200000")
        #expect(await issuer.door.answer(refund)?.responseCode == .invalidTransaction)
        refund.type = try #require(MessageType(600))
        #expect(await issuer.door.answer(refund)?.responseCode == .invalidTransaction)
        var other = try chip.request(3)
        try other.set(.track2, "4761739001010010=30122010000000000000")
        #expect(await issuer.door.answer(other)?.responseCode == .formatError)
        var amount = try chip.request(4)
        try amount.set(amount: 1_251)
        #expect(await issuer.door.answer(amount)?.responseCode == .formatError)
        #expect(try await issuer.balance(chip) == 10_000)
        try issuer.discard()
    }

    @Test("an issuer that restarts is found again, and answers what it answered before")
    func restart() async throws {
        let first = try IssuerUnderTest()
        let chip = try await first.chip()
        let request = try chip.request(1)
        let answer = await first.door.answer(request)
        #expect(answer?.responseCode == .approved)
        let second = try first.restarted()
        try await Street.run(second) { (street: Street) async throws in
            #expect(try await street.ask(request) == answer)
            #expect(try await second.balance(chip) == 8_750)
        }
        try second.discard()
    }

    @Test("a request that comes twice is done once, and both answers are alike")
    func doubled() async throws {
        let issuer = try IssuerUnderTest()
        let chip = try await issuer.chip()
        try await Street.run(issuer) { (street: Street) async throws in
            street.wire.next(.doubleRequest)
            let answer = try await street.ask(chip.request(1))
            #expect(answer.responseCode == .approved)
            #expect(try await street.log.untilContains("late, ignored: 0210"))
            #expect(try await issuer.balance(chip) == 8_750)
            // The same fields 7, 11, 32 and 41 with other contents are another thing.
            #expect(
                try await street.ask(chip.request(1, counter: 2, amount: 99)).responseCode == .duplicateTransmission)
            #expect(try await issuer.balance(chip) == 8_750)
        }
        try issuer.discard()
    }

    @Test("answers that overtake each other reach whoever asked")
    func overtaken() async throws {
        let issuer = try IssuerUnderTest()
        let chip = try await issuer.chip()
        try await Street.run(issuer, timeout: .seconds(5)) { (street: Street) async throws in
            await street.line.untilUp()
            street.wire.next(.overtakenAnswer)
            let (small, large) = (try chip.request(1, amount: 100), try chip.request(2, amount: 200))
            async let first = street.line.request(small)
            try await Task.sleep(for: .milliseconds(100))
            async let second = street.line.request(large)
            #expect(try await second.amount == 200)
            #expect(try await first.amount == 100)
        }
        try issuer.discard()
    }

    @Test(
        "after a cut the acquirer knows that it does not know; a reversal puts the money back, once",
        arguments: [
            (FaultyWire.Fault.cutBeforeRequest, IssuerLineError.connectionLost),
            (.cutAfterRequest, .connectionLost), (.loseRequest, .timedOut), (.loseAnswer, .timedOut),
            (.lateAnswer(6_000), .timedOut),
        ])
    func cut(_ fault: FaultyWire.Fault, _ expected: IssuerLineError) async throws {
        let issuer = try IssuerUnderTest()
        let chip = try await issuer.chip()
        try await Street.run(issuer) { (street: Street) async throws in
            let request = try chip.request(1)
            street.wire.next(fault)
            await street.line.untilUp()
            let error = await #expect(throws: IssuerLineError.self) { try await street.line.request(request) }
            #expect(error == expected && error?.mayHaveArrived == true)
            // The reversal's own answer is lost, too.
            street.wire.next(.cutAfterRequest)
            let reversal = try Chip.reversal(of: request, 2)
            await #expect(throws: IssuerLineError.self) { try await street.ask(reversal) }
            let again = try await street.insist(Chip.reversal(of: request, 3, type: .reversalRepeat))
            #expect(again.type == .reversalResponse && again.responseCode == .approved)
            #expect(try await issuer.balance(chip) == 10_000)
            // What comes now comes too late.
            let late = try await street.insist(request)
            let wasSeen = fault != .cutBeforeRequest && fault != .loseRequest
            #expect(late.responseCode == (wasSeen ? .approved : .doNotHonour))
            #expect(try await issuer.balance(chip) == 10_000)
        }
        try issuer.discard()
    }

    @Test("a reversal names what it undoes, and undoes nobody else's")
    func reversal() async throws {
        let issuer = try IssuerUnderTest()
        let chip = try await issuer.chip()
        let request = try chip.request(1)
        #expect(await issuer.door.answer(request)?.responseCode == .approved)
        var reversal = try Chip.reversal(of: request, 2)
        reversal.remove(.originalData)
        #expect(await issuer.door.answer(reversal)?.responseCode == .formatError)
        reversal = try Chip.reversal(of: request, 2)
        try reversal.set(.acquiringInstitution, "12345679")
        #expect(await issuer.door.answer(reversal)?.responseCode == .formatError)
        // Another acquirer with a transaction of the same name.
        var other = request
        try other.set(.acquiringInstitution, "12345679")
        #expect(await issuer.door.answer(try Chip.reversal(of: other, 3))?.responseCode == .approved)
        try reversal.set(.terminal, "TERM0002")
        #expect(try await issuer.balance(chip) == 8_750)
        let advice = try #require(MessageType(421))
        let answer = await issuer.door.answer(try Chip.reversal(of: request, 4, type: advice))
        #expect(answer?.type == .reversalAdviceResponse && answer?.responseCode == .approved)
        #expect(try await issuer.balance(chip) == 10_000)
        try issuer.discard()
    }

    @Test("a line that is silent is asked after; sign-on comes first")
    func echo() async throws {
        try await Street.run(answering: { try? $0.networkAnswerForTest() }, echo: .milliseconds(50)) {
            (street: Street) async throws in
            #expect(try await street.log.untilContains("received: 0810 7=1127120000 11=000001 39=00 70=001"))
            #expect(try await street.log.untilContains("received: 0810 7=1127120000 11=000003 39=00 70=301"))
        }
    }

    @Test("tells how it is: since when it is signed on, when an echo was answered, when the issuer last said anything")
    func state() async throws {
        let monitor = AcquirerMonitor(now: { NoonClock.noon + 5 })
        #expect(monitor.state == nil)
        monitor.opens(isEncrypted: false)
        let before = IssuerLine(IssuerLineConfiguration(host: "127.0.0.1", port: 1), now: { 0 })
        #expect(
            await before.state
                == LineState(signedOnAt: nil, isEncrypted: false, lastEchoAt: nil, lastHeardAt: nil, waiting: 0))
        try await Street.run(
            answering: { message in
                monitor.record(.received(message))
                return try? message.networkAnswerForTest()
            }, echo: .milliseconds(50)
        ) { (street: Street) async throws in
            await street.line.untilUp()
            #expect(try await street.log.untilContains("received: 0810 7=1127120000 11=000003 39=00 70=301"))
            let noon = NoonClock.noon
            #expect(
                await street.line.state
                    == LineState(
                        signedOnAt: noon, isEncrypted: false, lastEchoAt: noon, lastHeardAt: noon, waiting: 0))
        }
        for event in [LineEvent.connected(peer: "p"), .connected(peer: "q"), .disconnected(reason: "over")] {
            monitor.record(event)
        }
        monitor.record(.refused(reason: "no message"))
        var expected = AcquirerMonitor.State(isEncrypted: false)
        (expected.connections, expected.refused) = (1, 1)
        (expected.lastSignOnAt, expected.lastEchoAt) = (NoonClock.noon + 5, NoonClock.noon + 5)
        expected.lastMessageAt = NoonClock.noon + 5
        #expect(monitor.state == expected)
    }

    @Test("an echo that nobody answers ends the connection, and the line comes back")
    func deadEcho() async throws {
        let answered = Counter()
        try await Street.run(
            answering: { message in
                // The first sign-on, then nothing until the next connection.
                guard message.networkManagementCode == .signOn else { return nil }
                answered.add()
                return try? message.networkAnswerForTest()
            }, timeout: .milliseconds(50), echo: .milliseconds(50)
        ) { (street: Street) async throws in
            for _ in 0..<200 where answered.value < 2 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(answered.value >= 2)
        }
    }

    @Test("while the line is down a request does not leave, and whoever asks is told so")
    func down() async throws {
        var configuration = IssuerLineConfiguration(host: "127.0.0.1", port: 1)
        configuration.backOffMin = .milliseconds(10)
        let line = IssuerLine(configuration, now: { 0 })
        let running = Task { await line.run() }
        var message = Message(.financialRequest)
        try message.set(.transmissionTime, "1127120000")
        try message.set(systemTraceAuditNumber: 1)
        await #expect(throws: IssuerLineError.notConnected) { try await line.request(message) }
        running.cancel()
        await running.value
    }
}
