import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

/// Keys for a security domain through the controlling authority of the card. GPC Amendment A v1.1; SGP.02 §4.1.3.
@Suite("Confidential setup: card")
struct ConfidentialSetupTests {
    static let authority = TestAuthority()
    static let stranger = TestAuthority()
    static let host = ECPrivateKey.generate(.p256)
    static let version: KeyVersionNumber = 0x2F
    static let central = CardConfiguration.managingCentralSecurityDomain

    /// A card of Fig. 7 with a personalized CASD, an SP SD with temporary keys, and an instance in it.
    static func card(decipherment: Int? = nil, isPersonalized: Bool = true) throws -> TestCard {
        var card = try TestCard(.embeddedWithThirdParty)
        if isPersonalized { try personalize(&card, decipherment) }
        try card.prePersonalize(in: central)
        return card
    }

    @discardableResult
    static func personalize(_ card: inout TestCard, _ bitCount: Int? = nil) throws -> [SelfDescriptiveCertificate] {
        let image = card.element.memory.identity.cardImageNumber
        var issued: [SelfDescriptiveCertificate] = []
        try card.element.personalizeControllingAuthority(
            trusting: .init(
                key: authority.key.publicKey, identifier: authority.identifier, deciphermentBitCount: bitCount)
        ) { key, usage in
            issued.append(authority.certificate(of: key, for: usage, subject: "CASD", image: image))
            return issued[issued.count - 1]
        }
        return issued
    }

    static func template(
        _ options: KeyEstablishmentTemplate.Options = [.deletesExistingKeys, .certificateVerificationPrecedes],
        length: UInt8 = 32, version: KeyVersionNumber = version, counter: [UInt8]? = [], image: [UInt8]? = nil,
        host: [UInt8]? = nil
    ) -> KeyEstablishmentTemplate {
        KeyEstablishmentTemplate(
            .keyAgreement(options), keyLength: length, version: version, sequenceCounter: counter, imageNumber: image,
            hostIdentifier: host)
    }

    /// The host's half of one agreement, computed here from the standard's formulas.
    struct Attempt {
        let ephemeral = ECPrivateKey.generate(.p256)
        let template: KeyEstablishmentTemplate

        func authenticated(_ challenge: [UInt8], by key: ECPrivateKey = host) -> ConfidentialSetupMessage {
            let point = ephemeral.publicKey.uncompressedPoint
            return .authenticatedAgreement(
                template, point: point,
                signature: key.signature(
                    over: ConfidentialSetupMessage.signedBytes(template, point: point, challenge: challenge)))
        }

        var plain: ConfidentialSetupMessage {
            .agreement(template, point: ephemeral.publicKey.uncompressedPoint)
        }

        func agreed(_ card: TestCard, random: [UInt8]? = nil) throws -> AgreedKeySet {
            let authority = try #require(card.element.controllingAuthority)
            return AgreedKeySet(
                secret: try ephemeral.sharedSecret(with: authority.agreementKey.publicKey),
                sharedInformation: template.sharedInformation(
                    derivationRandom: random, issuer: card.element.memory.identity.issuerIdentificationNumber,
                    card: card.element.memory.identity.cardImageNumber),
                size: try #require(AESKey.Size(rawValue: Int(template.keyLength))))
        }
    }

    static func certificateMessage(_ key: ECPrivateKey = host) -> ConfidentialSetupMessage {
        .certificate(authority.certificate(of: key))
    }

    /// Sends messages in one session with the temporary keys; answers the last response of each.
    static func send(
        _ messages: [ConfidentialSetupMessage], _ card: inout TestCard, keys: SCP03KeySet = TestCard.temporaryKeys,
        domain: AID = TestCard.domain
    ) throws -> [ResponseAPDU] {
        var session = try OpenSession(domain, &card, keys: keys)
        return try messages.map { message in
            var last = ResponseAPDU(.noPreciseDiagnosis)
            for command in message.commands(blockLength: 223) { last = try session.send(command.command, &card) }
            return last
        }
    }

    static func challenge(_ card: inout TestCard) throws -> [UInt8] {
        let answer = try send([certificateMessage()], &card)[0]
        guard answer.statusWord.isSuccess,
            case .challenge(let challenge) = try KeyEstablishmentAnswer(bytes: answer.data)
        else { throw CardRefused(answer.statusWord) }
        return challenge
    }

    // MARK: Scenario #3

    @Test(
        "TSM-27 a host whose certificate is good agrees on keys with the card; the receipt proves them, they open the SD",
        arguments: [16, 24, 32] as [UInt8])
    func agreement(length: UInt8) throws {
        var card = try Self.card()
        let attempt = Attempt(template: Self.template(length: length))
        let challenge = try Self.challenge(&card)
        #expect(challenge.count == 16)
        let answer = try Self.send([attempt.authenticated(challenge)], &card)[0]
        let agreed = try attempt.agreed(card)
        #expect(
            try KeyEstablishmentAnswer(bytes: answer.data)
                == .receipt(agreed.receipt(over: attempt.template.bytes), derivationRandom: nil))
        let domain = try #require(card.element.memory.securityDomain(TestCard.domain))
        #expect(domain.keys.map(\.version) == [Self.version, Self.version, Self.version])
        #expect(domain.keys.map(\.identifier) == [.encryption, .mac, .dataEncryption])
        #expect(try card.application(TestCard.domain).lifeCycle == SecurityDomainLifeCycle.personalized.rawValue)
        var session = try OpenSession(TestCard.domain, &card, keys: agreed.keys)
        #expect(try session.send(GetStatusCommand(.applications).command, &card).statusWord == .success)
    }

    @Test("TSM-27 with the new keys in place neither the temporary keys nor those of the SD above open it")
    func oldKeysAreGone() throws {
        var card = try Self.card()
        let attempt = Attempt(template: Self.template())
        _ = try Self.send([attempt.authenticated(try Self.challenge(&card))], &card)
        for version in [0, 0x01, 0x2F, 0x30, 0x31] as [UInt8] {
            for keys in [TestCard.temporaryKeys, TestCard.keys(of: Self.central), TestCard.centralKeys] {
                #expect(throws: (any Error).self) {
                    _ = try OpenSession(TestCard.domain, &card, keys: keys, version: version)
                }
            }
        }
        #expect(throws: Never.self) {
            _ = try OpenSession(TestCard.domain, &card, keys: try attempt.agreed(card).keys)
        }
    }

    @Test("TSM-27 whoever was in a session with the SD is out of it, on every channel, with the answer to the keys")
    func sessionsEnd() throws {
        var card = try Self.card()
        let challenge = try Self.challenge(&card)
        #expect(card.element.process(try CommandAPDU(hex: "0070000001")).data == [0x01])
        var other = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys, channel: 1)
        var session = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys)
        let attempt = Attempt(template: Self.template())
        let commands = attempt.authenticated(challenge).commands(blockLength: 223)
        #expect(commands.count == 1)
        #expect(try session.send(commands[0].command, &card).statusWord == .success)
        let status = GetStatusCommand(.applications).command
        for command in [try session.wrap(status), try other.wrap(status)] {
            #expect(card.element.process(command) == ResponseAPDU(.securityStatusNotSatisfied))
        }
    }

    @Test("Derivation random, identifiers, image number and counter: each asked for is there")
    func options() throws {
        var card = try Self.card()
        let template = Self.template(
            [.includesDerivationRandom, .includesIdentifiers], counter: [0, 0, 5],
            image: card.element.memory.identity.cardImageNumber, host: [0xB0, 0xB1])
        let attempt = Attempt(template: template)
        let answer = try Self.send([attempt.plain], &card)[0]
        guard case .receipt(let receipt, let random?) = try KeyEstablishmentAnswer(bytes: answer.data) else {
            Issue.record("expected a receipt with a random")
            return
        }
        #expect(random.count == 16)
        let agreed = try attempt.agreed(card, random: random)
        #expect(agreed.receipt(over: template.receiptInput(derivationRandom: random)) == receipt)
        // Without the option that deletes them the temporary keys stay beside the new ones.
        let domain = try #require(card.element.memory.securityDomain(TestCard.domain))
        #expect(domain.sequenceCounters[Self.version] == SequenceCounter(rawValue: 5))
        #expect(domain.keySet(0x30) != nil)
        #expect(throws: Never.self) {
            _ = try OpenSession(TestCard.domain, &card, keys: agreed.keys, version: Self.version.rawValue)
        }
        #expect(throws: Never.self) {
            _ = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys, version: 0x30)
        }
    }

    @Test("Another attempt replaces what an earlier one agreed on under the same version")
    func repetition() throws {
        var card = try Self.card()
        let attempts = [Attempt(template: Self.template([])), Attempt(template: Self.template([]))]
        for attempt in attempts { _ = try Self.send([attempt.plain], &card, keys: TestCard.temporaryKeys) }
        let domain = try #require(card.element.memory.securityDomain(TestCard.domain))
        #expect(domain.keys.count == 6)
        #expect(domain.keySet(Self.version) == (try attempts[1].agreed(card).keys))
        #expect(domain.keySet(Self.version) != (try attempts[0].agreed(card).keys))
    }

    @Test("Certificate and challenge outlive the power; a challenge is good for one key set, a newer one for the next")
    func challenges() throws {
        var card = try Self.card()
        let first = try Self.challenge(&card)
        card.element.reset()
        let second = try Self.challenge(&card)
        #expect(first != second)
        let stale = Attempt(template: Self.template())
        #expect(
            try Self.send([stale.authenticated(first)], &card)[0]
                == ResponseAPDU(.securityStatusNotSatisfied))
        card.element.reset()
        let restored = try SecureElement(persistentState: card.element.persistentState)
        #expect(restored.memory == card.element.memory)
        card.element = restored
        let attempt = Attempt(template: Self.template([.certificateVerificationPrecedes]))
        #expect(try Self.send([attempt.authenticated(second)], &card)[0].statusWord == .success)
        #expect(
            try Self.send([attempt.authenticated(second)], &card)[0]
                == ResponseAPDU(.conditionsOfUseNotSatisfied))
    }

    // MARK: Refusals

    @Test("A host that does not prove itself is refused, and nothing changes")
    func hostIsRefused() throws {
        var card = try Self.card()
        let expired = Attempt(template: Self.template())
        func expect(
            _ message: ConfidentialSetupMessage, _ statusWord: StatusWord,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let memory = card.element.memory
            #expect(
                try Self.send([message], &card)[0] == ResponseAPDU(statusWord), sourceLocation: sourceLocation)
            var after = card.element.memory
            // INITIALIZE UPDATE moves the counter, whatever follows.
            after.updateSecurityDomain(TestCard.domain) {
                $0.sequenceCounters = memory.securityDomain(TestCard.domain)?.sequenceCounters ?? [:]
            }
            #expect(after == memory, sourceLocation: sourceLocation)
        }
        // No certificate yet.
        try expect(expired.authenticated([UInt8](repeating: 0, count: 16)), .conditionsOfUseNotSatisfied)
        // Signed by somebody else under the authority's name, of another authority, for another use, altered.
        let point = CertifiedPublicKey.elliptic(
            point: Self.host.publicKey.uncompressedPoint, parameterReference: 0)
        try expect(.certificate(TestAuthority().certificate(of: Self.host)), .securityStatusNotSatisfied)
        try expect(.certificate(TestAuthority("OTHER").certificate(of: Self.host)), .referencedDataNotFound)
        try expect(.certificate(Self.authority.certificate(of: point, for: .keyAgreement)), .incorrectData)
        var altered = Self.authority.certificate(of: Self.host)
        altered.contents.subject[0] ^= 1
        try expect(.certificate(altered), .securityStatusNotSatisfied)
        // A good certificate, and the signature of another key, or over another challenge or template.
        let challenge = try Self.challenge(&card)
        try expect(expired.authenticated(challenge, by: ECPrivateKey.generate(.p256)), .securityStatusNotSatisfied)
        try expect(expired.authenticated(challenge.reversed()), .securityStatusNotSatisfied)
        guard case .authenticatedAgreement(_, let signedPoint, let signature) = expired.authenticated(challenge) else {
            return
        }
        try expect(
            .authenticatedAgreement(Self.template(version: 0x30), point: signedPoint, signature: signature),
            .securityStatusNotSatisfied)
    }

    @Test("Points off the curve, other cards' numbers and wrong parameters are refused, and nothing changes")
    func agreementIsRefused() throws {
        var card = try Self.card()
        let good = Attempt(template: Self.template([]))
        var offCurve = good.ephemeral.publicKey.uncompressedPoint
        offCurve[64] ^= 1
        let elsewhere = Attempt(template: Self.template([], image: [0xFF]))
        let plain = good.plain.commands()[0]
        var withoutAnswer = plain
        withoutAnswer.expectsResponse = false
        var encrypted = plain
        encrypted.encryption = .encrypted
        var tlv = plain
        tlv.structure = .berTLV
        var half = plain
        half.data = Array(half.data.dropLast(10))
        try card.expectRefusals(
            [
                (
                    ConfidentialSetupMessage.agreement(good.template, point: offCurve).commands()[0].command,
                    .incorrectData
                ),
                (ConfidentialSetupMessage.agreement(good.template, point: []).commands()[0].command, .incorrectData),
                (elsewhere.plain.commands()[0].command, .incorrectData),
                (withoutAnswer.command, .incorrectParameters), (encrypted.command, .incorrectData),
                (tlv.command, .incorrectData), (half.command, .incorrectData),
            ], in: TestCard.domain, keys: TestCard.temporaryKeys)
        #expect(try Self.send([good.plain], &card)[0].statusWord == .success)
    }

    @Test("A message in several STORE DATAs is taken whole; what outgrows the bound is refused")
    func severalBlocks() throws {
        var card = try Self.card()
        let attempt = Attempt(template: Self.template([]))
        var session = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys)
        let parts = attempt.plain.commands(blockLength: 20)
        for part in parts.dropLast() {
            #expect(try session.send(part.command, &card) == ResponseAPDU(.success))
            #expect(card.element.memory.securityDomain(TestCard.domain)?.keySet(Self.version) == nil)
        }
        #expect(try session.send(try #require(parts.last).command, &card).statusWord == .success)
        // Four blocks that announce more, and the one that is too much; then the session goes on.
        var flood = try OpenSession(TestCard.domain, &card, keys: TestCard.temporaryKeys, version: 0x30)
        let head: [UInt8] = [0x3A, 0x01, 0xFF, 0xFF, 0xFF]
        var sent = 0
        while true {
            let data = sent == 0 ? head + [UInt8](repeating: 0, count: 195) : [UInt8](repeating: 0, count: 200)
            let block = StoreDataCommand(data: data, blockNumber: 0, isLastBlock: false, expectsResponse: true)
            let answer = try flood.send(block.command, &card)
            sent += data.count
            guard answer.statusWord == .success else {
                #expect(answer.statusWord == .notEnoughMemory)
                break
            }
        }
        #expect(sent > ConfidentialSetupMessage.lengthMax && sent <= ConfidentialSetupMessage.lengthMax + 200)
        #expect(try flood.send(GetStatusCommand(.applications).command, &card).statusWord == .success)
    }

    @Test("Without a controlling authority, or while it is locked, the data is not found: 6A88")
    func authorityIsAbsent() throws {
        let attempt = Attempt(template: Self.template([]))
        func expectNone(_ card: inout TestCard) throws {
            for message in [attempt.plain, Self.certificateMessage()] {
                #expect(try Self.send([message], &card)[0] == ResponseAPDU(.referencedDataNotFound))
            }
            #expect(card.element.process(SelectCommand(TestCard.domain).command).statusWord == .success)
            #expect(card.element.process(GetDataCommand(0x7F21).command) == ResponseAPDU(.referencedDataNotFound))
        }
        var bare = try Self.card(isPersonalized: false)
        try expectNone(&bare)
        var absent = try TestCard(
            CardConfiguration(.embeddedWithThirdParty, .init(hasControllingAuthority: false)))
        try absent.prePersonalize(in: Self.central)
        try expectNone(&absent)
        #expect(throws: ControllingAuthorityError.absent) { try Self.personalize(&absent) }
        var locked = try Self.card()
        let index = try #require(
            locked.element.memory.index(of: CardConfiguration.controllingAuthoritySecurityDomain))
        locked.element.memory.applications[index].lifeCycle |= 0x80
        try expectNone(&locked)
    }

    @Test("The authority is found by its Global Service, whatever its name")
    func globalService() throws {
        var card = try Self.card()
        let index = try #require(card.element.memory.index(of: CardConfiguration.controllingAuthoritySecurityDomain))
        let attempt = Attempt(template: Self.template([]))
        var anonymous = card
        anonymous.element.memory.applications[index].aid = "F0112233445566"
        #expect(try Self.send([attempt.plain], &anonymous)[0].statusWord == .success)
        card.element.memory.applications[index].privileges.remove(.globalService)
        #expect(try Self.send([attempt.plain], &card)[0] == ResponseAPDU(.referencedDataNotFound))
    }

    @Test("Only providers, delegated ones and third parties get keys this way: the card's own SDs do not")
    func roles() throws {
        var card = try Self.card()
        let message = Attempt(template: Self.template([])).plain
        for (domain, expected) in [
            (CardConfiguration.issuerSecurityDomain, StatusWord.conditionsOfUseNotSatisfied),
            (Self.central, .conditionsOfUseNotSatisfied),
            (CardConfiguration.controllingAuthoritySecurityDomain, .conditionsOfUseNotSatisfied),
            (CardConfiguration.mandatedDAPSecurityDomain, .conditionsOfUseNotSatisfied),
            (CardConfiguration.thirdPartySecurityDomain, .success),
        ] {
            #expect(
                try Self.send([message], &card, keys: TestCard.keys(of: domain), domain: domain)[0].statusWord
                    == expected, "\(domain)")
        }
    }

    // MARK: The authority itself

    @Test("Anyone reads the certificate of the card's key, from any SD; it names the card and its key fits")
    func certificate() throws {
        var card = try TestCard(.uiccWithThirdParty)
        let issued = try Self.personalize(&card, 2048)
        #expect(issued.map(\.contents.usage) == [.keyAgreement, .confidentiality])
        for domain in card.element.memory.applications.filter(\.isSecurityDomain).map(\.aid) {
            #expect(card.element.process(SelectCommand(domain).command).statusWord == .success)
            #expect(card.element.process(GetDataCommand(0x7F21).command).data == issued[0].bytes)
        }
        #expect(issued[0].bytes.count < 239)
        let key = try #require(card.element.controllingAuthority?.agreementKey)
        #expect(
            issued[0].contents.publicKey
                == .elliptic(point: key.publicKey.uncompressedPoint, parameterReference: 0))
        #expect(issued[0].contents.imageNumber == card.element.memory.identity.cardImageNumber)
        #expect(throws: ControllingAuthorityError.isPersonalizedAlready) { try Self.personalize(&card) }
    }

    @Test("The authority's keys are listed by E0, kept over a restart, and stand in no answer and no description")
    func authorityKeys() throws {
        var card = try TestCard(.embeddedWithThirdParty)
        try Self.personalize(&card, 2048)
        let aid = CardConfiguration.controllingAuthoritySecurityDomain
        #expect(card.element.process(SelectCommand(aid).command).statusWord == .success)
        let template = try KeyInformationTemplate(
            bytes: card.element.process(GetDataCommand.keyInformationTemplate.command).data)
        let listed = template.keys.filter { $0.version == 0x74 }.map {
            [$0.identifier.rawValue, $0.components[0].type.rawValue]
        }
        #expect(listed == [[0x01, 0xB0], [0x03, 0xA1], [0x04, 0xB1]])
        let restored = try SecureElement(persistentState: card.element.persistentState)
        #expect(restored.memory == card.element.memory)
        let authority = try #require(restored.controllingAuthority)
        #expect("\(authority.agreementKey)" == "P-256 private key")
        #expect(String(reflecting: authority).contains("‹32 bytes›") == false)
        let inventory = try #require(restored.inventory.applications.first { $0.aid == aid })
        #expect(inventory.keys.map(\.version) == ["01"])
    }

    @Test("A certificate that is not the authority's, or of another key, does not personalize the CASD")
    func wrongCertificates() throws {
        for wrong in 0..<3 {
            var card = try TestCard(.embeddedWithThirdParty)
            let before = card.element.memory
            #expect(throws: ControllingAuthorityError.wrongCertificate) {
                try card.element.personalizeControllingAuthority(
                    trusting: .init(key: Self.authority.key.publicKey, identifier: Self.authority.identifier)
                ) { key, usage in
                    switch wrong {
                    case 0: TestAuthority().certificate(of: key, for: usage)
                    case 1: Self.authority.certificate(of: Self.host, for: .keyAgreement)
                    default: Self.authority.certificate(of: key, for: .signatureVerification)
                    }
                }
            }
            #expect(card.element.memory == before)
        }
    }

    // MARK: Scenario #2B

    @Test("Scenario #2B: keys encrypted for the CASD are put in place, and open the SD", arguments: [16, 24, 32])
    func push(length: Int) throws {
        var card = try Self.card(decipherment: 2048)
        let keys = SCP03KeySet.random(try #require(AESKey.Size(rawValue: length)))
        let publicKey = try #require(card.element.controllingAuthority?.deciphermentKey?.publicKey)
        let template = KeyEstablishmentTemplate(
            .push, keyLength: UInt8(length), version: Self.version, sequenceCounter: nil)
        let plain = keys.enc.bytes + keys.mac.bytes + keys.dek.bytes
        let ciphertext = try publicKey.encrypt(plain, .oaepSHA256)
        var damaged = ciphertext
        damaged[100] ^= 1
        let short = try publicKey.encrypt(plain.prefix(length), .oaepSHA256)
        for wrong in [damaged, short, []] {
            let before = card.element.memory.securityDomain(TestCard.domain)?.keys
            #expect(
                try Self.send([.encryptedKeys(template, ciphertext: wrong)], &card)[0] == ResponseAPDU(.incorrectData))
            #expect(card.element.memory.securityDomain(TestCard.domain)?.keys == before)
        }
        #expect(
            try Self.send([.encryptedKeys(template, ciphertext: ciphertext)], &card)[0] == ResponseAPDU(.success))
        #expect(throws: Never.self) {
            _ = try OpenSession(TestCard.domain, &card, keys: keys, version: Self.version.rawValue)
        }
    }

    @Test("A card whose CASD has no key to decipher with says so: 6A88")
    func pushIsNotSupported() throws {
        var card = try Self.card()
        let template = KeyEstablishmentTemplate(.push, keyLength: 16, version: Self.version, sequenceCounter: nil)
        let message = ConfidentialSetupMessage.encryptedKeys(template, ciphertext: [UInt8](repeating: 1, count: 256))
        #expect(try Self.send([message], &card)[0] == ResponseAPDU(.referencedDataNotFound))
    }
}
