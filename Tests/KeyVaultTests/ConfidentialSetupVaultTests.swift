import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import ServiceProvider
import Testing

@testable import KeyVault

@Suite("A service provider's vault: keys through the controlling authority of a card")
struct ConfidentialSetupVaultTests {
    let folder = VaultFolder()
    let authority = TestAuthority()
    let casd = ECPrivateKey.generate(.p256)
    let image: [UInt8] = Array(1...8)
    let card = CardDescription(
        securityDomain: "F053454E4553484100", keyVersionNumber: ProviderKeySet.agreedVersion,
        keyDiversificationData: Array(0..<10), sequenceCounter: 4, implementation: 0x70)
    let challenge = [UInt8](repeating: 0x85, count: 16)

    private func enrolled(_ vault: ProviderVault) async throws -> ProviderVault {
        let key = try await vault.confidentialSetupKey()
        try await vault.importConfidentialSetup(
            certificate: authority.certificate(
                of: .elliptic(point: key.uncompressedPoint, parameterReference: 0), for: .signatureVerification),
            authorities: [authority.identifier: authority.key.publicKey])
        return vault
    }

    private func casdCertificate(
        by issuer: TestAuthority? = nil, usage: SelfDescriptiveCertificate.KeyUsage = .keyAgreement,
        image: [UInt8]? = Array(1...8), effective: CertificateDate? = nil, expires: Int = 2099
    ) -> [UInt8] {
        (issuer ?? authority).certificate(
            of: .elliptic(point: casd.publicKey.uncompressedPoint, parameterReference: 0), for: usage, subject: "CASD",
            image: image, effective: effective, expires: expires
        ).bytes
    }

    private func agree(_ vault: ProviderVault, _ certificate: [UInt8]? = nil) async throws -> ConfidentialSetupMessage {
        let commands = try await vault.agreementCommands(
            certificate: certificate ?? casdCertificate(), challenge: challenge, image: image, card: card,
            blockLength: 239)
        return try ConfidentialSetupMessage(bytes: commands.flatMap(\.data))
    }

    /// The other end: what a card with this key derives.
    private func derived(_ message: ConfidentialSetupMessage) throws -> (SCP03KeySet, receipt: [UInt8]) {
        guard case .authenticatedAgreement(let template, let point, _) = message else { throw CardRefused(0x6A80) }
        let agreed = AgreedKeySet(
            secret: try casd.sharedSecret(with: ECPublicKey(curve: .p256, uncompressedPoint: point)),
            sharedInformation: template.sharedInformation(derivationRandom: nil, issuer: [], card: []), size: .aes256)
        let receipt = agreed.receipt(over: template.receiptInput(derivationRandom: nil))
        return (agreed.keys, KeyEstablishmentAnswer.receipt(receipt, derivationRandom: nil).bytes)
    }

    /// Whether the vault opens a session just as these keys do.
    private func opens(_ vault: ProviderVault, _ candidate: Int, with keys: SCP03KeySet) async throws -> Bool {
        let host: [UInt8] = Array(repeating: 0x11, count: 8)
        let own = try await vault.forecast(
            .agreed(candidate: candidate), card: card, hostChallenge: host, commands: [])
        let implementation = try #require(SCP03Implementation(rawValue: 0x70))
        let theirs = try SCP03Forecast(
            keys: keys, hostChallenge: host,
            card: .init(
                keyVersionNumber: card.keyVersionNumber, implementation: implementation,
                sequenceCounter: try #require(SequenceCounter(rawValue: 5)), invoker: card.securityDomain),
            level: SecurityLevel(strongestOf: implementation), commands: [])
        return own.script == theirs.script
    }

    @Test("the key to be certified is made once and never leaves; only its own certificate is taken")
    func enrolment() async throws {
        let vault = try folder.openProvider()
        let key = try await vault.confidentialSetupKey()
        #expect(try await vault.confidentialSetupKey() == key)
        #expect(!vault.hasConfidentialSetup)
        await #expect(throws: ProviderKeysError.self) { try await vault.certificateCommands(blockLength: 239) }
        let authorities = [authority.identifier: authority.key.publicKey]
        let own = CertifiedPublicKey.elliptic(point: key.uncompressedPoint, parameterReference: 0)
        for wrong in [
            authority.certificate(of: ECPrivateKey.generate(.p256)), authority.certificate(of: own, for: .keyAgreement),
            TestAuthority().certificate(of: own, for: .signatureVerification),
        ] {
            await #expect(throws: ProviderKeysError.self) {
                try await vault.importConfidentialSetup(certificate: wrong, authorities: authorities)
            }
        }
        await #expect(throws: ProviderKeysError.self) {
            try await vault.importConfidentialSetup(
                certificate: authority.certificate(of: own, for: .signatureVerification), authorities: [:])
        }
        #expect(!vault.hasConfidentialSetup)
        _ = try await enrolled(vault)
        #expect(vault.hasConfidentialSetup)
        let commands = try await vault.certificateCommands(blockLength: 239)
        guard case .certificate(let certificate) = try ConfidentialSetupMessage(bytes: commands.flatMap(\.data)) else {
            Issue.record("expected a certificate")
            return
        }
        #expect(certificate.contents.publicKey == own)
        vault.close()
        let reopened = try folder.openProvider()
        #expect(reopened.hasConfidentialSetup)
        #expect(try await reopened.confidentialSetupKey() == key)
    }

    @Test(
        "TSM-27 the keys that a card derives open its session, and its receipt is known; over a restart, until forgotten"
    )
    func agreement() async throws {
        let vault = try await enrolled(folder.openProvider())
        let message = try await agree(vault)
        guard case .authenticatedAgreement(let template, let point, let signature) = message else {
            Issue.record("expected an agreement")
            return
        }
        #expect(template.options == [.deletesExistingKeys, .certificateVerificationPrecedes])
        #expect(template.version.rawValue == ProviderKeySet.agreedVersion && template.keyLength == 32)
        let signed = ConfidentialSetupMessage.signedBytes(template, point: point, challenge: challenge)
        #expect(try await vault.confidentialSetupKey().isValid(signature, over: signed))
        let (keys, receipt) = try derived(message)
        #expect(try await opens(vault, 0, with: keys))
        #expect(try await vault.isReceipt(receipt, of: card))
        #expect(try await !vault.isReceipt([0x86, 0x10] + [UInt8](repeating: 0, count: 16), of: card))
        #expect(try await !vault.isReceipt([], of: card))
        vault.close()
        let reopened = try folder.openProvider()
        #expect(try await opens(reopened, 0, with: keys))
        var another = card
        another.keyDiversificationData = [UInt8](repeating: 9, count: 10)
        #expect(try await !reopened.isReceipt(receipt, of: another))
        try await reopened.forgetAgreedKeys(of: another)
        #expect(try await opens(reopened, 0, with: keys))
        try await reopened.forgetAgreedKeys(of: card)
        await #expect(throws: ProviderKeysError.noAgreedKeys) { try await opens(reopened, 0, with: keys) }
    }

    @Test("four attempts to agree with one card are remembered, the newest first; each has a key pair of its own")
    func candidates() async throws {
        let vault = try await enrolled(folder.openProvider())
        var agreed: [SCP03KeySet] = []
        for _ in 0...ProviderKeySet.candidatesMax { agreed.insert(try derived(try await agree(vault)).0, at: 0) }
        #expect(Set(agreed).count == ProviderKeySet.candidatesMax + 1)
        for candidate in 0..<ProviderKeySet.candidatesMax {
            #expect(try await opens(vault, candidate, with: agreed[candidate]))
        }
        await #expect(throws: ProviderKeysError.noAgreedKeys) {
            try await opens(vault, ProviderKeySet.candidatesMax, with: agreed[0])
        }
    }

    @Test("no keys are agreed on with a key that a known authority has not certified for this card and this day")
    func certificates() async throws {
        let vault = try await enrolled(folder.openProvider())
        let refused: [([UInt8], ConfidentialSetupError)] = [
            (casdCertificate(by: TestAuthority()), .notSigned),
            (casdCertificate(by: TestAuthority("OTHER")), .unknownAuthority(Array("OTHER".utf8).hex)),
            (casdCertificate(image: [9]), .anotherCard), (casdCertificate(image: nil), .anotherCard),
            (casdCertificate(expires: 2020), .outOfDate),
            (casdCertificate(effective: CertificateDate(year: 2098, month: 1, day: 1)), .outOfDate),
            (casdCertificate(usage: .signatureVerification), .wrongCertificate),
        ]
        for (certificate, error) in refused {
            await #expect(throws: ProviderKeysError.confidentialSetup(error)) { try await agree(vault, certificate) }
        }
        await #expect(throws: ProviderKeysError.self) { try await agree(vault, [0x7F, 0x21, 0x00]) }
        await #expect(throws: ProviderKeysError.noAgreedKeys) {
            try await opens(vault, 0, with: SCP03KeySet.random(.aes256))
        }
        _ = try await agree(vault, casdCertificate(effective: CertificateDate(year: 2020, month: 1, day: 1)))
    }

    @Test("a vault from before opens, and so does one with everything in it")
    func contents() throws {
        var writer = SecretWriter()
        writer.bytes(SecretBytes([1, 2, 3]))
        writer.bytes(SecretBytes([]))
        writer.integer(UInt16(0))
        let old = try ProviderKeyRing(secret: writer.finish())
        #expect(old.confidentialSetup.certificate.isEmpty && old.confidentialSetup.signingKey == nil)
        let again = try ProviderKeyRing(secret: old.secret)
        #expect(again.transportKey == SecretBytes([1, 2, 3]))
        #expect(throws: SecretDecodingError.self) {
            try ProviderKeyRing(secret: old.secret.prefix(old.secret.count - 1))
        }
    }

    @Test("there is room for 4096 candidates, of whatever cards, and no more")
    func bound() {
        var ring = ConfidentialSetupRing()
        func candidate(_ number: Int) -> ConfidentialSetupRing.Candidate {
            .init(
                card: .init(securityDomain: [UInt8(number >> 8), UInt8(number & 0xFF)], diversificationData: []),
                receipt: SecretBytes([UInt8](repeating: 0, count: 16)), keys: [])
        }
        for number in 0..<ConfidentialSetupRing.candidatesMax { _ = ring.add(candidate(number), limit: 4) }
        #expect(ring.candidates.count == ConfidentialSetupRing.candidatesMax)
        let oneMore = ring.add(candidate(ConfidentialSetupRing.candidatesMax), limit: 4)
        let inPlaceOfAnother = ring.add(candidate(0), limit: 1)
        #expect(!oneMore && inPlaceOfAnother)
        #expect(ring.candidates.count == ConfidentialSetupRing.candidatesMax)
    }
}
