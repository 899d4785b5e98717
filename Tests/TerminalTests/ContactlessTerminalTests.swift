import CardCryptography
import CardTesting
import EMV
import ISO7816
import Synchronization
import Testing

@testable import Terminal

@Suite struct ContactlessTerminalTests {
    private func terminal(_ authorities: [CertificationAuthorityKey] = []) -> ContactlessTerminal {
        ContactlessTerminal(
            TerminalProfile(merchant: "Corner Shop", authorities: CertificationAuthorityKeys(authorities)),
            random: SeededRandomSource(seed: 6))
    }

    private func pay(
        _ card: PersonalizedCard, _ authorities: [CertificationAuthorityKey] = []
    ) async throws -> AuthorizationData {
        try await terminal(authorities).pay(Fixtures.purchase, with: card, at: Fixtures.now)
    }

    @Test("a card of the quick style pays in the answer to GET PROCESSING OPTIONS, and its cryptogram verifies")
    func quickStyle() async throws {
        let data = try Fixtures.quick()
        let card = PersonalizedCard([.init(identifier: Fixtures.visa, data: data)])
        let authorization = try await pay(card)
        #expect(card.commands.map(\.instruction) == [0xA4, 0xA4, 0xA8, 0xB2])
        #expect(authorization.entry == .contactless && authorization.application == Fixtures.visa)
        #expect(authorization.number.revealed() == "4761739001010010")
        #expect(authorization.expiry == CardExpiry(year: 29, month: 12) && authorization.sequenceNumber == 7)
        #expect(authorization.transactionCounter == 0x0042 && authorization.type == .online)
        #expect(authorization.authentication == .notPerformed)
        #expect(authorization.objects[.amountAuthorized]?.hex == "000000001250")
        #expect(authorization.objects[.transactionCurrencyCode]?.hex == "0978")
        #expect(authorization.objects[.transactionDate]?.hex == "261127")
        #expect(isVerified(authorization, data))
    }

    @Test("a card of the M/Chip style is asked with GENERATE AC for what its CDOL1 names")
    func chipStyle() async throws {
        let data = try Fixtures.chip()
        let card = PersonalizedCard([.init(identifier: Fixtures.mastercard, data: data)])
        let authorization = try await pay(card)
        #expect(card.commands.map(\.instruction) == [0xA4, 0xA4, 0xA8, 0xB2, 0xAE])
        #expect(card.commands[2].data == [0x83, 0x00] && card.commands[4].p1 == 0x80)
        #expect(authorization.number.revealed() == "5413330089010434")
        #expect(isVerified(authorization, data))
    }

    @Test("fast dynamic data authentication shows that the card is genuine")
    func fastAuthentication() async throws {
        let authority = Fixtures.visaAuthority
        let data = try Fixtures.quick(authority.offline)
        let card = PersonalizedCard([.init(identifier: Fixtures.visa, data: data)])
        let authorization = try await pay(card, [authority.key])
        #expect(authorization.authentication == .successful && isVerified(authorization, data))
        #expect(card.commands[2].data[2] & 0x01 == 0x01, "9F66 asks for the signature")
    }

    @Test("combined data authentication signs the cryptogram, which stands nowhere else")
    func combinedAuthentication() async throws {
        let authority = Fixtures.mastercardAuthority
        let data = try Fixtures.chip(authority.offline)
        let card = PersonalizedCard([.init(identifier: Fixtures.mastercard, data: data)])
        let authorization = try await pay(card, [authority.key])
        #expect(card.commands.last?.p1 == 0x90)
        #expect(authorization.authentication == .successful && isVerified(authorization, data))
    }

    @Test("without the scheme's key a card pays by its cryptogram alone")
    func noAuthorityKey() async throws {
        let quick = try Fixtures.quick(Fixtures.visaAuthority.offline)
        #expect(
            try await pay(PersonalizedCard([.init(identifier: Fixtures.visa, data: quick)])).authentication
                == .noAuthorityKey)
        let chip = try Fixtures.chip(Fixtures.mastercardAuthority.offline)
        let card = PersonalizedCard([.init(identifier: Fixtures.mastercard, data: chip)])
        _ = try await pay(card)
        #expect(card.commands.last?.p1 == 0x80)
    }

    @Test("a card whose data were changed is not genuine, whichever style it has", arguments: [true, false])
    func tampered(isQuick: Bool) async throws {
        let authority = isQuick ? Fixtures.visaAuthority : Fixtures.mastercardAuthority
        let application = PersonalizedCard.Application(
            identifier: isQuick ? Fixtures.visa : Fixtures.mastercard,
            data: try isQuick ? Fixtures.quick(authority.offline) : Fixtures.chip(authority.offline))
        // The application usage control stands in a signed record.
        let card = PersonalizedCard([application]) { _, command, response in
            guard command.instruction == 0xB2, let range = response.data.firstRange(of: [0x9F, 0x07, 0x02, 0xFF])
            else { return response }
            var response = response
            response.data[range.upperBound - 1] = 0xFE
            return response
        }
        await #expect { _ = try await pay(card, [authority.key]) } throws: {
            guard case .notGenuine? = $0 as? TerminalError else { return false }
            return true
        }
    }

    @Test(
        "applications are tried in the order of their priority; those that this terminal does not know are passed over")
    func priority() async throws {
        let card = PersonalizedCard([
            .init(identifier: "F000000001", data: try Fixtures.quick(), priority: 1),
            .init(identifier: Fixtures.mastercard, data: try Fixtures.chip(), priority: 3),
            .init(identifier: Fixtures.visa, data: try Fixtures.quick(), priority: 2),
        ])
        #expect(try await pay(card).application == Fixtures.visa)
    }

    @Test("an application without a priority comes last")
    func noPriority() async throws {
        let card = PersonalizedCard([
            .init(identifier: Fixtures.visa, data: try Fixtures.quick(), priority: 0),
            .init(identifier: Fixtures.mastercard, data: try Fixtures.chip(), priority: 15),
        ])
        #expect(try await pay(card).application == Fixtures.mastercard)
    }

    @Test("an application that cannot be selected, or sends the terminal on with 6985, makes room for the next")
    func fallBack() async throws {
        let chip = PersonalizedCard.Application(
            identifier: Fixtures.mastercard, data: try Fixtures.chip(), priority: 2)
        var quick = PersonalizedCard.Application(identifier: Fixtures.visa, data: try Fixtures.quick())
        quick.isBlocked = true
        #expect(try await pay(PersonalizedCard([quick, chip])).application == Fixtures.mastercard)
        quick.isBlocked = false
        quick.processingOptionsRefusal = .conditionsOfUseNotSatisfied
        #expect(try await pay(PersonalizedCard([quick, chip])).application == Fixtures.mastercard)
        await #expect(throws: TerminalError.refused(.processingOptions, .conditionsOfUseNotSatisfied)) {
            try await pay(PersonalizedCard([quick]))
        }
        quick.processingOptionsRefusal = 0x6984
        await #expect(throws: TerminalError.refused(.processingOptions, 0x6984)) {
            try await pay(PersonalizedCard([quick, chip]))
        }
    }

    @Test("a card with nothing to pay with here says so: no directory, an empty one, or strangers only")
    func noApplication() async throws {
        let strangers = PersonalizedCard([.init(identifier: "F000000001", data: try Fixtures.quick())])
        let noDirectory = PersonalizedCard([]) { _, _, _ in ResponseAPDU(.fileNotFound) }
        for card in [PersonalizedCard([]), strangers, noDirectory] {
            await #expect(throws: TerminalError.noApplication) { try await pay(card) }
        }
    }

    @Test("a cryptogram that declines is no authorization", arguments: [true, false])
    func declined(isQuick: Bool) async throws {
        let card = PersonalizedCard([
            .init(
                identifier: isQuick ? Fixtures.visa : Fixtures.mastercard,
                data: try isQuick ? Fixtures.quick() : Fixtures.chip(), decision: .decline)
        ])
        await #expect(throws: TerminalError.declined) { try await pay(card) }
    }

    @Test("a card that is removed at any command leaves nothing authorized", arguments: 0..<5)
    func removed(at index: Int) async throws {
        let card = PersonalizedCard([.init(identifier: Fixtures.mastercard, data: try Fixtures.chip())]) {
            $0 == index ? nil : $2
        }
        await #expect { _ = try await pay(card) } throws: {
            guard case .cardRemoved? = $0 as? TerminalError else { return false }
            return true
        }
    }

    @Test("an answer cut short at any byte is malformed, whichever answer it is")
    func truncated() async throws {
        for (identifier, data) in [
            (Fixtures.visa, try Fixtures.quick()), (Fixtures.mastercard, try Fixtures.chip()),
        ] {
            let whole = PersonalizedCard([.init(identifier: identifier, data: data)])
            _ = try await pay(whole)
            for index in whole.commands.indices {
                for count in 0..<120 {
                    let card = PersonalizedCard([.init(identifier: identifier, data: data)]) { at, _, response in
                        guard at == index, count < response.data.count else { return response }
                        return ResponseAPDU(.success, data: Array(response.data.prefix(count)))
                    }
                    do {
                        _ = try await pay(card)
                        // Only an answer that is shorter than this was left whole.
                        #expect(try await length(of: index, identifier, data) <= count, "\(index), \(count)")
                    } catch TerminalError.malformed {}
                }
            }
        }
    }

    private func length(of index: Int, _ identifier: AID, _ data: PaymentPersonalization) async throws -> Int {
        let lengths = Lengths()
        let card = PersonalizedCard([.init(identifier: identifier, data: data)]) { at, _, response in
            if at == index { lengths.set(response.data.count) }
            return response
        }
        _ = try await pay(card)
        return lengths.value
    }

    @Test("a card that says a thing twice and differently is refused, with the tag")
    func conflicting() async throws {
        let card = PersonalizedCard([.init(identifier: Fixtures.visa, data: try Fixtures.quick())]) {
            _, command, response in
            guard command.instruction == 0xA8, let template = try? BERTLV(bytes: response.data),
                let objects = try? template.children()
            else { return response }
            let more = objects + [BERTLV(.sequenceNumber, [0x08])]
            return ResponseAPDU(.success, data: BERTLV(.responseTemplateFormat2, more).bytes)
        }
        await #expect(throws: TerminalError.malformed(.readRecord, .conflicting(.sequenceNumber))) {
            try await pay(card)
        }
    }

    @Test("a file locator that names more records than any card has is refused before one is read")
    func tooManyRecords() async throws {
        let card = PersonalizedCard([.init(identifier: Fixtures.mastercard, data: try Fixtures.chip())]) {
            _, command, response in
            guard command.instruction == 0xA8 else { return response }
            return ResponseAPDU(.success, data: [0x80, 0x06, 0x00, 0x80, 0x08, 0x01, 0x41, 0x00])
        }
        await #expect(throws: TerminalError.malformed(.processingOptions, .tooMany)) { try await pay(card) }
        #expect(card.commands.count == 3)
    }

    @Test("amounts, currencies and countries that no data object can hold are refused before the card is asked")
    func impossibleTransactions() async throws {
        let card = PersonalizedCard([.init(identifier: Fixtures.visa, data: try Fixtures.quick())])
        for (amount, currency, country): (UInt64, Int, Int) in [
            (0, 978, 276), (1_000_000_000_000, 978, 276), (1, 1_000, 276), (1, 0, 276), (1, 978, 1_000), (1, 978, -1),
        ] {
            await #expect {
                _ = try await terminal().pay(
                    TerminalData(amount: amount, currency: currency, country: country), with: card, at: Fixtures.now)
            } throws: {
                guard case .transaction? = $0 as? TerminalError else { return false }
                return true
            }
        }
        #expect(card.commands.isEmpty)
        _ = try await terminal().pay(
            TerminalData(amount: 999_999_999_999, currency: 999, country: 999), with: card, at: Fixtures.now)
    }

    @Test("two cards at the terminal's places are one too many, and none is missed")
    func severalCards() async throws {
        let application = PersonalizedCard.Application(identifier: Fixtures.visa, data: try Fixtures.quick())
        let absent = PersonalizedCard([application]) { _, _, _ in nil }
        func pay(_ places: [any CardChannel]) async throws -> AuthorizationData {
            try await terminal().pay(Fixtures.purchase, withOneOf: places, at: Fixtures.now)
        }
        let one = try await pay([absent, PersonalizedCard([application])])
        #expect(one.application == Fixtures.visa)
        await #expect(throws: TerminalError.severalCards) {
            try await pay([PersonalizedCard([application]), PersonalizedCard([application])])
        }
        await #expect { _ = try await pay([absent]) } throws: {
            guard case .cardRemoved? = $0 as? TerminalError else { return false }
            return true
        }
    }

    @Test("each transaction has an unpredictable number of its own")
    func unpredictableNumbers() async throws {
        let terminal = terminal()
        let card = PersonalizedCard([.init(identifier: Fixtures.visa, data: try Fixtures.quick())])
        let first = try await terminal.pay(Fixtures.purchase, with: card, at: Fixtures.now)
        let second = try await terminal.pay(Fixtures.purchase, with: card, at: Fixtures.now)
        #expect(first.objects[.unpredictableNumber] != second.objects[.unpredictableNumber])
        #expect(second.transactionCounter == first.transactionCounter + 1)
    }

    @Test("what is printed of an authorization shows neither the number nor the cryptogram")
    func printing() async throws {
        let authorization = try await pay(
            PersonalizedCard([.init(identifier: Fixtures.visa, data: try Fixtures.quick())]))
        let text = "\(authorization)"
        #expect(!text.contains("4761739001010010") && !text.contains(authorization.cryptogram.hex))
        #expect(text.contains("476173••••••0010"))
    }

    private func isVerified(_ authorization: AuthorizationData, _ data: PaymentPersonalization) -> Bool {
        guard let input = try? CryptogramInput(authorization.objects), let key = data.cryptogram?.key else {
            return false
        }
        return ApplicationCryptogram.isValid(authorization.cryptogram, over: input, cardKey: key)
    }
}

/// The length that an answer had.
private final class Lengths: Sendable {
    private let last = Mutex(0)
    var value: Int { last.withLock { $0 } }
    func set(_ value: Int) { last.withLock { $0 = value } }
}
