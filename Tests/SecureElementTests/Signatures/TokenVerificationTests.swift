import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("Delegated management")
struct TokenVerificationTests {
    @Test(
        "TSM-28: every operation is done with a token of the central TSM, and confirmed by a receipt",
        arguments: KeyKind.allCases)
    func everyOperation(kind: KeyKind) throws {
        var card = try DelegatedCard(kind.key, receiptKey: kind.key)
        let package = try DelegatedCard.loading()
        let announcement = try card.approved(package.announcement())
        let loaded = try card.send([announcement] + package.blocks())
        #expect(loaded[0] == ResponseAPDU(.success, data: [0x00]), "the announcement is not confirmed yet")
        let loading = ConfirmedOperation.load(package.aid, under: DelegatedCard.domain)
        try expectReceipt(loaded[loaded.count - 1], loading, counter: 1, by: kind)
        for (index, (command, operation)) in DelegatedCard.operations.enumerated() {
            let approved = try card.approved(command)
            let response = try card.send(approved)
            try expectReceipt(response, operation.asSent(in: approved), counter: UInt16(index + 2), by: kind)
        }
        #expect(card.card.element.memory.loadFile(package.aid) == nil)
        let counter = try card.card.responses(
            [GetDataCommand.confirmationCounter.command], in: DelegatedCard.central, keys: DelegatedCard.keys)
        #expect(counter == [ResponseAPDU(.success, data: [0xC2, 0x02, 0x00, 0x0A])])
    }

    private func expectReceipt(
        _ response: ResponseAPDU, _ operation: ConfirmedOperation, counter: UInt16, by kind: KeyKind,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(response.statusWord == .success, "\(operation)", sourceLocation: sourceLocation)
        let receipt = try #require(try Receipt.read(response.data), sourceLocation: sourceLocation)
        let key = kind.key.verificationKey
        #expect(
            key.isValid(receipt.signature, over: receipt.signedData(of: operation)), "\(operation)",
            sourceLocation: sourceLocation)
        #expect(
            !key.isValid(receipt.signature, over: receipt.signedData(of: .deletion(DelegatedCard.central))),
            sourceLocation: sourceLocation)
        #expect(
            receipt.confirmation
                == ConfirmationData(
                    counter: counter, cardUniqueData: [0x48, 0x20, 1, 2, 3, 4, 5, 6, 7, 8],
                    tokenIdentifier: [UInt8(counter)]), sourceLocation: sourceLocation)
    }

    /// The value was computed with openssl and is accepted by gpshell's GP211_validate_load_receipt.
    @Test("TSM-28: a receipt has the bytes that other tools verify")
    func receiptBytes() throws {
        var card = try DelegatedCard(receiptKey: KeyKind.aes128.key)
        let package = try DelegatedCard.loading()
        let loaded = try card.send([card.approved(package.announcement())] + package.blocks())
        let expected =
            "2110" + "20911D20F592BAFA24E5F9A5E99FA5A7"
            + "0200010A482001020304050607080101"
        #expect(loaded.last?.data.hex == expected)
    }

    @Test("TSM-28: without a token no operation is done", arguments: DelegatedCard.operations.indices)
    func withoutToken(index: Int) throws {
        var card = try DelegatedCard().before(index)
        try card.expectRefusal(DelegatedCard.operations[index].0, .conditionsOfUseNotSatisfied)
        #expect(try card.send(card.approved(DelegatedCard.operations[index].0)).statusWord == .success)
    }

    @Test("TSM-28: a load without a token is not announced, and one without the hash is not approved of")
    func loadWithoutToken() throws {
        var card = try DelegatedCard()
        try card.expectRefusal(DelegatedCard.loading().announcement(), .conditionsOfUseNotSatisfied)
        try card.expectRefusal(card.signed(DelegatedCard.package.announcement(), number: 1), .incorrectData)
        try card.expectRefusal(DelegatedCard.loading().blocks()[0], .conditionsOfUseNotSatisfied)
    }

    @Test("TSM-28: an altered token is refused, wherever it was altered", arguments: KeyKind.allCases)
    func alteredToken(kind: KeyKind) throws {
        var card = try DelegatedCard(kind.key).before(0)
        let good = try card.approved(DelegatedCard.operations[0].0)
        let bearing = try TokenBearingCommand(good)
        for position in stride(from: 0, to: bearing.token.count, by: max(1, bearing.token.count / 16)) {
            var token = bearing.token
            token[position] ^= 0x01
            try card.expectRefusal(bearing.command(token: token), .securityStatusNotSatisfied, "byte \(position)")
        }
        let others: [[UInt8]] = [bearing.token.dropLast(), bearing.token + [0], [0x00]]
        for token in others {
            try card.expectRefusal(bearing.command(token: token), .securityStatusNotSatisfied)
        }
        #expect(try card.send(good).statusWord == .success)
    }

    @Test("TSM-28: a token is for one command: no byte of what it signs can be another")
    func alteredCommand() throws {
        var card = try DelegatedCard().before(0)
        let good = try card.approved(DelegatedCard.operations[0].0)
        let bearing = try TokenBearingCommand(good)
        let signedCount = good.data.count - bearing.token.count - 1
        for position in 0..<signedCount {
            var altered = good
            altered.data[position] ^= 0x01
            var session = try OpenSession(DelegatedCard.domain, &card.card, keys: DelegatedCard.keys)
            let before = card.card.element.memory
            let response = try session.send(altered, &card.card)
            #expect(response.statusWord.isRefusal && response.data.isEmpty, "byte \(position)")
            #expect(card.card.element.memory == before)
        }
        var selectable = good
        selectable.p1 = 0x0C
        try card.expectRefusal(selectable, .securityStatusNotSatisfied, "another operation with the same data")
        #expect(try card.send(good).statusWord == .success)
    }

    @Test("TSM-28: a token of another key is refused")
    func foreignKey() throws {
        var card = try DelegatedCard().before(0)
        let command = DelegatedCard.operations[0].0
        for key in [KeyKind.aes256.key, KeyKind.tripleDES.key, KeyKind.p256.key] {
            try card.expectRefusal(card.signed(command, number: 9, by: key), .securityStatusNotSatisfied)
        }
    }

    @Test("TSM-28: a token for another card or provider is refused, one for this card is not")
    func anotherCard() throws {
        var card = try DelegatedCard().before(0)
        let command = DelegatedCard.operations[0].0
        let image: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        let foreign: [TokenControlReference] = [
            .init(identificationNumber: [0x48, 0x21], imageNumber: image, number: 9),
            .init(identificationNumber: [0x48, 0x20], imageNumber: image.dropLast() + [9], number: 9),
            .init(identificationNumber: [0x48, 0x20], imageNumber: image.dropLast(), number: 9),
            .init(applicationProvider: [0x11], number: 9),
        ]
        for reference in foreign {
            try card.expectRefusal(card.signed(command, reference), .securityStatusNotSatisfied)
        }
        let stored = StoreDataCommand(
            data: BERTLV(0x5F20, [0x11]).bytes, blockNumber: 0, isLastBlock: true, structure: .berTLV)
        #expect(try card.send(stored.command).statusWord == .success)
        let own = TokenControlReference(
            identificationNumber: [0x48, 0x20], imageNumber: image, applicationProvider: [0x11], number: 9)
        #expect(try card.send(card.signed(command, own)).statusWord == .success)
    }

    @Test("a control reference template that does not read is refused before anything is verified")
    func malformedReference() throws {
        var card = try DelegatedCard().before(0)
        for value in ["93", "9300", "930901020304050607080901", "8401AA", "930101930102"] {
            let install = InstallCommand.forInstall(
                .init(
                    executableLoadFile: DelegatedCard.package.aid, executableModule: DelegatedCard.module,
                    application: DelegatedCard.application,
                    parameters: .init([BERTLV(0xC9), BERTLV(0xB6, try [UInt8](hex: value))]),
                    token: [UInt8](repeating: 0, count: 16)))
            try card.expectRefusal(install.command, .incorrectData, "\(value)")
        }
    }

    @Test("without a key to verify tokens, or with another kind, nothing is approved")
    func withoutKey() throws {
        var card = try DelegatedCard().before(0)
        let command = try card.approved(DelegatedCard.operations[0].0)
        card.card.element.memory.updateSecurityDomain(DelegatedCard.central) { domain in
            domain.delete { $0.version == .tokenVerification }
        }
        try card.expectRefusal(command, .conditionsOfUseNotSatisfied)
    }

    @Test("a command that is too long for one APDU carries its token in parts", arguments: KeyKind.allCases)
    func chained(kind: KeyKind) throws {
        var card = try DelegatedCard(kind.key).before(0)
        let install = InstallCommand.forInstall(
            .init(
                executableLoadFile: DelegatedCard.package.aid, executableModule: DelegatedCard.module,
                application: DelegatedCard.application,
                parameters: .applicationSpecific([UInt8](repeating: 7, count: 230))))
        var session = try OpenSession(DelegatedCard.domain, &card.card, keys: DelegatedCard.keys)
        let parts = try session.wrapChained(card.approved(install.command))
        #expect(parts.count > 1)
        var response = ResponseAPDU(.success)
        for part in parts { response = card.card.transmit(part) }
        #expect(try session.unwrap(response).statusWord == .success)
        #expect(card.card.element.memory.application(DelegatedCard.application) != nil)
    }

    @Test("who manages by its own authority needs no token, and gets no receipt")
    func authorizedManagement() throws {
        var card = try DelegatedCard()
        let responses = try card.card.responses(
            [TestCard.createDomain(DelegatedCard.below)], in: DelegatedCard.central, keys: DelegatedCard.keys)
        #expect(responses == [ResponseAPDU(.success, data: [0x00])])
        #expect(card.card.element.memory.securityDomain(DelegatedCard.central)?.delegation == DelegationRecord())
    }
}

extension ConfirmedOperation {
    /// With the parameters of the command: they hold the token's number.
    fileprivate func asSent(in command: CommandAPDU) throws -> ConfirmedOperation {
        guard case .registryUpdate(var update) = self,
            case .forRegistryUpdate(let sent) = try InstallCommand(command)
        else { return self }
        update.parameters = sent.parameters.bytes
        return .registryUpdate(update)
    }
}
