import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("PUT KEY")
struct PutKeyTests {
    private static let random = SeededRandomSource(seed: 7)

    private static func keySet(_ length: Int) throws -> SCP03KeySet {
        func key() -> SecretBytes { SecretBytes(random.bytes(length)) }
        return try SCP03KeySet(enc: key(), mac: key(), dek: key())
    }

    private func information(_ card: TestCard, _ domain: AID = TestCard.central) throws -> [KeyInformation] {
        try #require(card.element.memory.securityDomain(domain)?.keyInformation).keys
    }

    @Test(
        "keys of 16, 24 and 32 bytes in both block formats replace the first set; GET DATA E0 and C1 tell",
        arguments: [16, 24, 32], [KeyDataField.AESFormat.withClearLength, .ciphertextOnly])
    func sizes(length: Int, format: KeyDataField.AESFormat) throws {
        // The bare ciphertext of a 24-byte key reads as one of 32 bytes.
        guard length != 24 || format == .withClearLength else { return }
        var card = try TestCard()
        let new = try Self.keySet(length)
        var session = try OpenSession(TestCard.central, &card)
        let command = session.putKey(new, version: 0x20, replacing: 0x01, format: format)
        let answer = try session.send(command, &card)
        let checkValues = [new.enc, new.mac, new.dek].flatMap(\.keyCheckValue)
        #expect(answer == ResponseAPDU(.success, data: [0x20] + checkValues))
        card.element.reset()
        let template = card.transmit(GetDataCommand.keyInformationTemplate.command).data
        let expected = [1, 2, 3].flatMap { [0xC0, 0x04, $0, 0x20, 0x88, UInt8(length)] as [UInt8] }
        #expect(template == [0xE0, 18] + expected)
        #expect(card.transmit(GetDataCommand.sequenceCounter.command).data == [0xC1, 3, 0, 0, 0])
        _ = try OpenSession(TestCard.central, &card, keys: new, version: 0x20)
        #expect(card.transmit(GetDataCommand.sequenceCounter.command).statusWord == .securityStatusNotSatisfied)
        #expect(card.transmit(GetDataCommand.sequenceCounter.command).data == [0xC1, 3, 0, 0, 1])
        #expect(throws: SecureChannelError.cardRefused(.referencedDataNotFound)) {
            _ = try OpenSession(TestCard.central, &card, version: 0x01)
        }
    }

    @Test("several key sets stand side by side; the first put is the one that P1 00 opens, and the session goes on")
    func severalSets() throws {
        var card = try TestCard()
        let second = try Self.keySet(32)
        var session = try OpenSession(TestCard.central, &card)
        let add = session.putKey(second, version: 0x02)
        try card.expectSuccess([session.send(add, &card).statusWord])
        #expect(try session.send(GetStatusCommand(.issuerSecurityDomain).command, &card).statusWord == .success)
        _ = try OpenSession(TestCard.central, &card)
        _ = try OpenSession(TestCard.central, &card, version: 0x01)
        _ = try OpenSession(TestCard.central, &card, keys: second, version: 0x02)
        let domain = try #require(card.element.memory.securityDomain(TestCard.central))
        #expect(domain.keys.count == 6)
        #expect(domain.sequenceCounters[0x01]?.rawValue == 3 && domain.sequenceCounters[0x02]?.rawValue == 1)
    }

    @Test("a key set that replaces itself starts counting at zero, and the session keeps the keys that it began with")
    func sameVersion() throws {
        var card = try TestCard()
        let new = try Self.keySet(16)
        var session = try OpenSession(TestCard.central, &card)
        let replace = session.putKey(new, version: 0x01, replacing: 0x01)
        try card.expectSuccess([session.send(replace, &card).statusWord])
        // Encrypted under the DEK of the opening, as the card expects.
        let again = session.putKey(TestCard.centralKeys, version: 0x01, replacing: 0x01)
        try card.expectSuccess([session.send(again, &card).statusWord])
        #expect(card.element.memory.securityDomain(TestCard.central)?.sequenceCounters == [0x01: .zero])
        _ = try OpenSession(TestCard.central, &card)
    }

    @Test("a wrong key check value is 9485, none at all is taken, and other types of key are 9484")
    func keyCheckValues() throws {
        var card = try TestCard()
        let new = try Self.keySet(16)
        let session = try OpenSession(TestCard.central, &card)
        let keys = [new.enc, new.mac, new.dek]
        let wrong = session.putKey(keys, version: 0x20, keyCheckValue: [1, 2, 3])
        var other = session.putKey(keys, version: 0x20)
        // SM4.
        other.data[1] = 0x89
        try card.expectRefusals([(wrong, .invalidKeyCheckValue), (other, .algorithmNotSupported)])
        let bare = session.putKey(keys, version: 0x20, keyCheckValue: [])
        try card.expectSuccess(card.manage([bare]))
    }

    @Test("a version that exists already, sizes that differ, an unknown replaced version: 6A80, 6A80, 6A88")
    func conflicts() throws {
        var card = try TestCard()
        let session = try OpenSession(TestCard.central, &card)
        let new = try Self.keySet(16)
        let long = try Self.keySet(32)
        try card.expectRefusals([
            (session.putKey(new, version: 0x01), .incorrectData),
            (session.putKey([new.enc, new.mac, long.dek], version: 0x20), .incorrectData),
            (session.putKey([long.enc], version: 0x01, replacing: 0x01), .incorrectData),
            (session.putKey(new, version: 0x20, replacing: 0x02), .referencedDataNotFound),
            (session.putKey([new.enc], first: 4, version: 0x20, replacing: 0x01), .referencedDataNotFound),
        ])
    }

    @Test("one key of the only set cannot leave it for another version; a key of its own may come and go")
    func lastSet() throws {
        var card = try TestCard()
        let session = try OpenSession(TestCard.central, &card)
        let new = try Self.keySet(16)
        try card.expectRefusals([
            (session.putKey([new.enc], version: 0x20, replacing: 0x01), .conditionsOfUseNotSatisfied)
        ])
        try card.expectSuccess(
            card.manage([session.putKey([new.enc], first: 0x10, version: 0x20)]))
        #expect(try information(card).map(\.identifier) == [0x01, 0x02, 0x03, 0x10])
        try card.expectSuccess(card.manage([session.putKey([new.enc], version: 0x01, replacing: 0x01)]))
        let mixed = try SCP03KeySet(enc: new.enc, mac: TestCard.centralKeys.mac, dek: TestCard.centralKeys.dek)
        _ = try OpenSession(TestCard.central, &card, keys: mixed)
    }

    @Test("malformed bodies are 6A80, undefined parameters 6A86")
    func malformed() throws {
        var card = try TestCard()
        let session = try OpenSession(TestCard.central, &card)
        let sound = session.putKey(try Self.keySet(16), version: 0x20)
        func changed(_ change: (inout CommandAPDU) -> Void) -> CommandAPDU {
            var command = sound
            change(&command)
            return command
        }
        try card.expectRefusals([
            (changed { $0.data.removeLast() }, .incorrectData), (changed { $0.data.append(0) }, .incorrectData),
            (changed { $0.data[0] = 0x00 }, .incorrectData), (changed { $0.data[0] = 0x80 }, .incorrectData),
            (changed { $0.data[0] = 0xFF }, .incorrectData), (changed { $0.data[1] = 0x08 }, .incorrectData),
            (changed { $0.data[3] = 0x0F }, .incorrectData), (changed { $0.data = [] }, .incorrectData),
            (changed { $0.p2 = 0x01 }, .incorrectParameters), (changed { $0.p2 = 0x80 }, .incorrectParameters),
            (changed { $0.p2 = 0xFF }, .incorrectParameters),
        ])
    }

    @Test("a PUT KEY too long for one command comes in parts with P1 b8, secured whole")
    func chained() throws {
        var card = try TestCard()
        var session = try OpenSession(TestCard.central, &card)
        let keys = try (0..<8).map { _ in try AESKey(SecretBytes(Self.random.bytes(32))) }
        let parts = try session.wrapChained(session.putKey(keys, first: 0x10, version: 0x20))
        #expect(parts.count == 2)
        let before = card.element.memory
        #expect(card.transmit(parts[0]) == ResponseAPDU(.success))
        #expect(card.element.memory == before)
        #expect(try session.unwrap(card.transmit(parts[1])).statusWord == .success)
        #expect(try information(card).count == 11)
    }

    @Test(
        "a chain that another command interrupts is 6883, one whose parts do not fit is refused, and the session ends")
    func brokenChains() throws {
        var card = try TestCard()
        for (change, expected) in [
            ({ $0.instruction = 0xF2 }, .lastCommandOfChainExpected), ({ $0.p2 ^= 0x01 }, .incorrectParameters),
            ({ $0.data[0] ^= 0x01 }, .securityStatusNotSatisfied),
        ] as [((inout CommandAPDU) -> Void, StatusWord)] {
            var session = try OpenSession(TestCard.central, &card)
            let keys = try (0..<8).map { _ in try AESKey(SecretBytes(Self.random.bytes(32))) }
            var parts = try session.wrapChained(session.putKey(keys, first: 0x10, version: 0x20))
            change(&parts[1])
            let before = card.element.memory
            #expect(card.transmit(parts[0]).statusWord == .success)
            #expect(card.transmit(parts[1]) == ResponseAPDU(expected))
            #expect(card.element.memory == before && card.element.channels[0]?.session == LogicalChannel.Session.none)
        }
        var session = try OpenSession(TestCard.central, &card)
        var part = try session.wrapChained(TestCard.createDomain(TestCard.domain))[0]
        part.p1 |= 0x80
        part.data = [UInt8](repeating: 0, count: 255)
        for _ in 0..<(LogicalChannel.chainLengthMax / 255) {
            #expect(card.transmit(part) == ResponseAPDU(.success))
        }
        #expect(card.transmit(part) == ResponseAPDU(.notEnoughMemory))
    }

    @Test("a security domain holds thirteen sets, which E0 tells in one response at every level; the next is 6A84")
    func bound() throws {
        var card = try TestCard()
        var session = try OpenSession(TestCard.central, &card)
        for version in 2...13 as ClosedRange<UInt8> {
            let add = session.putKey(TestCard.providerKeys, version: KeyVersionNumber(integerLiteral: version))
            try card.expectSuccess([session.send(add, &card).statusWord])
        }
        #expect(try information(card).count == SecurityDomain.keysMax)
        let template = try session.send(GetDataCommand.keyInformationTemplate.command, &card).data
        #expect(template.count <= SecurityLevel.full.responseDataLengthMax(.s8))
        try card.expectRefusals([(session.putKey(TestCard.providerKeys, version: 0x14), .notEnoughMemory)])
    }

    @Test("TSM-20 an SP SD is SELECTABLE before its first keys and PERSONALIZED after; its keys are its own alone")
    func serviceProvider() throws {
        var card = try TestCard()
        try card.expectSuccess(card.manage([TestCard.createDomain(TestCard.domain)]))
        #expect(try card.application(TestCard.domain).lifeCycle == 0x07)
        var session = try OpenSession(TestCard.domain, &card)
        let putKey = session.putKey(TestCard.providerKeys, version: 0x30)
        try card.expectSuccess([session.send(putKey, &card).statusWord])
        #expect(try card.application(TestCard.domain).lifeCycle == 0x0F)
        #expect(try information(card).map(\.version) == [0x01, 0x01, 0x01])
        #expect(try information(card, TestCard.domain).map(\.version) == [0x30, 0x30, 0x30])
    }
}

@Suite("DELETE [key]")
struct DeleteKeyTests {
    @Test("a set goes by its version, a key by version and identifier; what is unknown is 6A88; the last set stays")
    func deletion() throws {
        var card = try TestCard()
        var session = try OpenSession(TestCard.central, &card)
        let add = session.putKey(TestCard.providerKeys, version: 0x02)
        try card.expectSuccess([session.send(add, &card).statusWord])
        func key(_ identifier: KeyIdentifier?, _ version: KeyVersionNumber?) -> CommandAPDU {
            DeleteCommand.key(identifier: identifier, version: version).command
        }
        try card.expectRefusals([
            (key(nil, 0x03), .referencedDataNotFound), (key(0x04, nil), .referencedDataNotFound),
            (key(0x04, 0x02), .referencedDataNotFound), (key(0x01, nil), .conditionsOfUseNotSatisfied),
        ])
        try card.expectSuccess(card.manage([key(0x02, 0x02)]))
        let domain = try #require(card.element.memory.securityDomain(TestCard.central))
        #expect(domain.keys.count == 5 && domain.sequenceCounters.keys.sorted() == [0x01])
        try card.expectRefusals([
            (key(nil, 0x01), .conditionsOfUseNotSatisfied), (key(0x02, 0x01), .conditionsOfUseNotSatisfied),
            (key(0x02, nil), .conditionsOfUseNotSatisfied),
        ])
        try card.expectSuccess(card.manage([key(nil, 0x02)]))
        #expect(card.element.memory.securityDomain(TestCard.central)?.keys.count == 3)
    }

    @Test("malformed references are 6A80, undefined parameters 6A86")
    func malformed() throws {
        var card = try TestCard()
        try card.expectRefusals(hex: [
            ("80E4000003D2010000", .incorrectData), ("80E4000003D0018000", .incorrectData),
            ("80E4000004D202010200", .incorrectData), ("80E4000006D20101D2010100", .incorrectData),
            ("80E4000006D201014F010100", .incorrectData), ("80E4000002D20100", .incorrectData),
            ("80E4010003D2010100", .incorrectParameters), ("80E4004003D2010100", .incorrectParameters),
        ])
    }
}
