import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import ServiceProvider
import Testing

/// The host's half against the card itself: both scenarios, every option.
@Suite("Confidential setup: the host's half, on a card")
struct ConfidentialSetupTests {
    static let authority = TestAuthority()
    static let domain: AID = "F053454E45534348414C53440001"
    static let centralKeys = keySet(0x40)
    static let temporaryKeys = keySet(0x50)
    static let image: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
    static let issuer: [UInt8] = [0x48, 0x20]
    static let today = CertificateDate(year: 2026, month: 2, day: 3)

    static func keySet(_ first: UInt8) -> SCP03KeySet {
        do { return SCP03KeySet(repeating: try AESKey([UInt8](repeating: first, count: 16))) } catch {
            preconditionFailure("16 bytes are an AES key: \(error)")
        }
    }

    /// A card of Fig. 7 with an SP SD under temporary keys, and the certificates of its controlling authority.
    private struct Card {
        var element: SecureElement
        var certificates: [SelfDescriptiveCertificate] = []

        init() throws {
            let implementation = try #require(SCP03Implementation(rawValue: 0x70))
            element = SecureElement.manufacture(
                .embeddedWithThirdParty,
                identity: CardIdentity(
                    issuerIdentificationNumber: issuer, cardImageNumber: image,
                    keyDiversificationData: [UInt8](repeating: 0, count: 10), implementation: implementation)
            ) { _ in centralKeys }
            var issued: [SelfDescriptiveCertificate] = []
            try element.personalizeControllingAuthority(
                trusting: .init(
                    key: authority.key.publicKey, identifier: authority.identifier, deciphermentBitCount: 2048)
            ) { key, usage in
                issued.append(authority.certificate(of: key, for: usage, subject: "CASD", image: image))
                return issued[issued.count - 1]
            }
            certificates = issued
            let central = CardConfiguration.managingCentralSecurityDomain
            var session = try HostSession(central, keys: centralKeys) { element.process($0) }
            let create = InstallCommand.forInstallAndMakeSelectable(
                .init(
                    executableLoadFile: BuiltInModule.securityDomainPackage,
                    executableModule: BuiltInModule.securityDomain, application: domain, privileges: [.securityDomain]))
            #expect(try session.send(create.command) { element.process($0) }.statusWord == .success)
            var own = try HostSession(domain, keys: centralKeys) { element.process($0) }
            let putKey = own.putKey(temporaryKeys, version: 0x30)
            #expect(try own.send(putKey) { element.process($0) }.statusWord == .success)
        }

        /// In a session of the central TSM's.
        mutating func send(_ message: ConfidentialSetupMessage) throws -> ResponseAPDU {
            var session = try HostSession(domain, keys: temporaryKeys, keyVersion: 0x30) { element.process($0) }
            var last = ResponseAPDU(.noPreciseDiagnosis)
            for command in message.commands(blockLength: 239) {
                last = try session.send(command.command) { element.process($0) }
            }
            return last
        }

        mutating func opens(_ keys: SCP03KeySet) -> Bool {
            (try? HostSession(domain, keys: keys, keyVersion: 0x2F) { element.process($0) }) != nil
        }
    }

    private static func identity(_ key: ECPrivateKey) throws -> ConfidentialSetupIdentity {
        try ConfidentialSetupIdentity(
            certificate: authority.certificate(of: key), key: key,
            authorities: [authority.identifier: authority.key.publicKey])
    }

    @Test(
        "TSM-27 host and card agree with every option that they both know",
        arguments: [
            [], [.includesDerivationRandom], [.includesIdentifiers], [.deletesExistingKeys],
            [.includesDerivationRandom, .includesIdentifiers, .deletesExistingKeys],
        ] as [KeyEstablishmentTemplate.Options], [false, true])
    func agreement(options: KeyEstablishmentTemplate.Options, isAuthenticated: Bool) throws {
        var card = try Card()
        let host = ECPrivateKey.generate(.p256)
        let identity = try Self.identity(host)
        let key = try identity.agreementKey(
            certifiedBy: card.certificates[0].bytes, ofCard: Self.image, on: try #require(Self.today))
        let template = KeyEstablishmentTemplate(
            .keyAgreement(isAuthenticated ? options.union(.certificateVerificationPrecedes) : options), keyLength: 32,
            version: 0x2F, imageNumber: Self.image,
            hostIdentifier: options.contains(.includesIdentifiers) ? Array("HARBOUR".utf8) : nil)
        let agreement = try KeyAgreement(with: key, template, issuer: Self.issuer, card: Self.image)
        var message = agreement.message
        if isAuthenticated {
            let answer = try card.send(.certificate(identity.certificate))
            guard case .challenge(let challenge) = try KeyEstablishmentAnswer(bytes: answer.data) else {
                Issue.record("expected a challenge, found \(answer)")
                return
            }
            message = agreement.message(answering: challenge, signedWith: host)
        }
        let answer = try card.send(message)
        let isOpen = card.opens(try agreement.keySet(provenBy: answer.data).keys)
        #expect(isOpen)
        // The receipt is not that of another attempt, and not an altered one.
        let another = try KeyAgreement(with: key, template, issuer: Self.issuer, card: Self.image)
        #expect(throws: ConfidentialSetupError.wrongReceipt) { try another.keySet(provenBy: answer.data) }
        var altered = answer.data
        altered[altered.count - 1] ^= 1
        #expect(throws: ConfidentialSetupError.wrongReceipt) { try agreement.keySet(provenBy: altered) }
        let isOpenToAnother = card.opens(another.keySet().keys)
        #expect(!isOpenToAnother)
    }

    @Test("Scenario #2B: the host's keys, encrypted for the authority, open the SD")
    func push() throws {
        var card = try Card()
        let day = try #require(Self.today)
        let identity = try Self.identity(ECPrivateKey.generate(.p256))
        let certificate = card.certificates[1].bytes
        let key = try identity.deciphermentKey(certifiedBy: certificate, ofCard: Self.image, on: day)
        #expect(throws: ConfidentialSetupError.wrongCertificate) {
            try identity.agreementKey(certifiedBy: certificate, ofCard: Self.image, on: day)
        }
        #expect(throws: ConfidentialSetupError.wrongCertificate) {
            try identity.deciphermentKey(certifiedBy: card.certificates[0].bytes, ofCard: nil, on: day)
        }
        let push = try KeyPush(SCP03KeySet.random(.aes256), version: 0x2F, for: key)
        #expect(try card.send(push.message) == ResponseAPDU(.success))
        let isOpen = card.opens(push.keys)
        #expect(isOpen)
        // 96 bytes and the padding need more than 1 024 bits.
        let short = RSAPrivateKey.generate(bitCount: 1024).publicKey
        #expect(throws: ConfidentialSetupError.wrongCertificate) {
            try KeyPush(SCP03KeySet.random(.aes256), version: 0x2F, for: short)
        }
    }

    @Test("An identity is a certificate of one's own key, for signatures")
    func identities() throws {
        let key = ECPrivateKey.generate(.p256)
        let authorities = [Self.authority.identifier: Self.authority.key.publicKey]
        for certificate in [
            Self.authority.certificate(of: ECPrivateKey.generate(.p256)),
            Self.authority.certificate(of: key, for: .keyAgreement),
        ] {
            #expect(throws: ConfidentialSetupError.wrongIdentity) {
                try ConfidentialSetupIdentity(certificate: certificate, key: key, authorities: authorities)
            }
        }
        #expect(throws: Never.self) { try Self.identity(key) }
    }

    // MARK: What the answers to the opening amount to

    /// Keys of a provider that has a certificate of two commands and no more.
    private struct CertificateOnly: ConfidentialSetupKeys {
        let keys: TestKeys

        func certificateCommands(blockLength: Int) async throws(ProviderKeysError) -> [CommandAPDU] {
            [CommandAPDU(0x80, 0xE2, 0x08, 0x00), CommandAPDU(0x80, 0xE2, 0x09, 0x01)]
        }

        func agreementCommands(
            certificate: [UInt8], challenge: [UInt8], image: [UInt8]?, card: CardDescription, blockLength: Int
        ) async throws(ProviderKeysError) -> [CommandAPDU] { throw .noAgreedKeys }

        func isReceipt(_ answer: [UInt8], of card: CardDescription) async throws(ProviderKeysError) -> Bool { false }
        func forgetAgreedKeys(of card: CardDescription) async throws(ProviderKeysError) {}

        func forecast(
            _ keySet: ProviderKeySet, card: CardDescription, hostChallenge: [UInt8], commands: [CommandAPDU]
        ) async throws(ProviderKeysError) -> SCP03Forecast {
            try await keys.forecast(keySet, card: card, hostChallenge: hostChallenge, commands: commands)
        }

        func script(
            _ keySet: ProviderKeySet, card: CardDescription, hostChallenge: [UInt8], opening: [UInt8],
            commands: [CommandAPDU]
        ) async throws(ProviderKeysError) -> SCP03AnsweredScript {
            try await keys.script(
                keySet, card: card, hostChallenge: hostChallenge, opening: opening, commands: commands)
        }

        func putKey(
            generation: Int, replacing replaced: UInt8, encryptedUnder opening: ProviderKeySet, card: CardDescription
        ) async throws(ProviderKeysError) -> CommandAPDU { throw .noAgreedKeys }

        func currentGeneration() async throws(ProviderKeysError) -> Int { 0 }
    }

    @Test("Only 6A88 to GET DATA 7F21 says that there is no authority: a session that was not opened says nothing")
    func openings() async throws {
        let keys = try TestKeys()
        let script = try await ConfidentialSetupScript(CertificateOnly(keys: keys), card: try keys.card(0x70).1)
        #expect(script.opening.map(\.instruction) == [0xCA, 0xCA, 0xE2, 0xE2])
        #expect(script.opening[1].bytes.hex == "80CA7F2100")
        let challenge = KeyEstablishmentAnswer.challenge([UInt8](repeating: 0x85, count: 16)).bytes
        let answers: [Int: ResponseAPDU?] = [
            0: ResponseAPDU(.success, data: [0xE0, 0x00]), 1: ResponseAPDU(.success, data: [0x7F, 0x21, 0x00]),
            2: ResponseAPDU(.success), 3: ResponseAPDU(.success, data: challenge),
        ]
        func opened(
            _ responses: [Int: ResponseAPDU?], _ refusals: [Int: StatusWord] = [:],
            _ verdict: ProcessedScript.Verdict = .stopped
        ) -> ConfidentialSetupScript.Opened {
            script.opened(
                by: ProcessedScript(
                    verdict: verdict, responses: responses, failedIndexes: Array(refusals.keys), refusals: refusals))
        }
        #expect(
            opened(answers, [:], .completed)
                == .ready(certificate: [0x7F, 0x21, 0x00], challenge: [UInt8](repeating: 0x85, count: 16)))
        #expect(opened([:], [1: .referencedDataNotFound]) == .noAuthority)
        #expect(opened([:], [0: .referencedDataNotFound]) == .unanswered)
        #expect(opened([:], [1: .securityStatusNotSatisfied]) == .refused(.securityStatusNotSatisfied))
        #expect(opened([:], [3: .referencedDataNotFound]) == .refused(.referencedDataNotFound))
        #expect(opened(answers, [:], .unknown) == .unanswered)
        var torn = answers
        torn.updateValue(nil, forKey: 3)
        #expect(opened(torn, [:], .completed) == .unanswered)
        var garbage = answers
        garbage[3] = ResponseAPDU(.success, data: [0x85, 0x01, 0x00])
        #expect(opened(garbage, [:], .completed) == .unanswered)
    }

    @Test("Key version numbers tell whose keys are in force: 2F agreed on, 30 temporary, from 31 own")
    func versions() {
        #expect(ProviderKeySet.behind(version: 0x2F) == .agreed(candidate: 0))
        #expect(ProviderKeySet.behind(version: 0x2F, candidate: 2) == .agreed(candidate: 2))
        #expect(ProviderKeySet.behind(version: 0x30) == .temporary)
        #expect(ProviderKeySet.behind(version: 0x31, candidate: 2) == .own(generation: 0))
    }
}
