import CardCryptography
import CardLink
import CardManagement
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import Testing

@Suite("A management session")
struct SessionTests {
    private static let initializeUpdate: UInt8 = 0x50
    private static let externalAuthenticate: UInt8 = 0x82

    @Test("a report says what the card tells anyone, and a refused object is an answer too")
    func report() async throws {
        let report = try await BenchCard().manager().report()
        #expect(report.securityDomain == BenchCard.central)
        #expect(report.issuerIdentificationNumber == [0x48, 0x20])
        #expect(report.cardImageNumber == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(report.keyDerivationData == BenchCard.diversificationData)
        #expect(report.implementations(ofProtocol: 0x03) == [0x70])
        #expect(report.keyVersions == [1])
        #expect(report.keys.count == 3)
        #expect(report.productionLifeCycle != nil)
        #expect(report.resources != nil)
        #expect(report.identifier?.text == "cin-4820-0102030405060708")
        #expect(report.answers.count == CardManager.reportedObjects.count)
        #expect(report.answers.first { $0.tag == 0x00C2 }?.statusWord == .referencedDataNotFound)
    }

    @Test(
        "opens at the strongest level that the card offers, in S8 and S16 mode",
        arguments: [
            (UInt8(0x70), SecurityLevel.full), (0x71, .full), (0x60, .full), (0x20, .macBothWaysAndDecryption),
            (0x00, .commandMACAndDecryption), (0x01, .commandMACAndDecryption),
        ])
    func levels(_ implementation: UInt8, _ level: SecurityLevel) async throws {
        let card = BenchCard(implementation: implementation)
        var session = try await card.manager().open(SessionRequest())
        let opened = session.level
        #expect(opened == level)
        let registry = try await session.registry()
        #expect(registry.issuerSecurityDomain?.aid == BenchCard.central)
        #expect(registry.applications.contains { $0.aid == CardConfiguration.paymentSystemEnvironment })
        #expect(registry.loadFiles.contains { !$0.modules.isEmpty })
        #expect(registry.isDetailed)
        let tree = registry.tree
        #expect(tree.count == 1)
        #expect(tree[0].children.count == registry.applications.count + registry.loadFiles.count)
        #expect(tree[0].state == "SECURED")
    }

    @Test(
        "keys that differ never reach EXTERNAL AUTHENTICATE, and the diversification that fits is named",
        arguments: [KeyDiversification.emv, .visa2, .kdf3])
    func otherDiversification(_ right: KeyDiversification) async throws {
        let master = SecretBytes([UInt8](0x10...0x1F))
        let keys = try right.keySet(master: master, diversificationData: BenchCard.diversificationData)
        let card = BenchCard(keys: keys)
        let wrong = try CardKeyMaterial(repeating: master)
        let error = await #expect(throws: CardManagementError.self) {
            _ = try await card.manager(keys: FixedKeySource(wrong)).open(SessionRequest())
        }
        guard case .wrongKeys(let found) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found.finding == .otherDiversification(right))
        #expect(found.knownVersions == [1])
        #expect(found.description.contains("use \(right)"))
        #expect(card.count(of: Self.externalAuthenticate) == 0)
        #expect(card.count(of: Self.initializeUpdate) == 1)
        let session = try await card.manager(keys: FixedKeySource(wrong.with(right))).open(SessionRequest())
        let version = session.keyVersion
        #expect(version == 1)
    }

    @Test("the public test keys and a wrong Key-ENC are told from keys that are quite different")
    func findings() async throws {
        let test = try SCP03KeySet(repeating: AESKey([UInt8](0x40...0x4F)))
        let mine = BenchCard.keySet(0x20)
        let mixed = try SCP03KeySet(enc: BenchCard.keySet(0x30).enc, mac: mine.mac, dek: mine.dek)
        let cases: [(SCP03KeySet, WrongKeys.Finding)] = [
            (test, .publicTestKeys), (mixed, .encryptionKeyDiffers), (BenchCard.keySet(0x77), .otherKeys),
        ]
        for (keys, finding) in cases {
            let card = BenchCard(keys: keys)
            let error = await #expect(throws: CardManagementError.self) {
                _ = try await card.manager(keys: FixedKeySource(CardKeyMaterial(mine))).open(SessionRequest())
            }
            guard case .wrongKeys(let found) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(found.finding == finding)
            #expect(card.count(of: Self.externalAuthenticate) == 0)
        }
    }

    @Test("verification sends INITIALIZE UPDATE only, for the right keys and the wrong ones")
    func verification() async throws {
        let card = BenchCard()
        let verified = try await card.manager().verify(SessionRequest(keyVersion: 1))
        #expect(verified.keyVersion == 1)
        #expect(verified.implementation == 0x70)
        await #expect(throws: CardManagementError.self) {
            let other = FixedKeySource(CardKeyMaterial(BenchCard.keySet(0x41)))
            _ = try await card.manager(keys: other).verify(SessionRequest())
        }
        #expect(card.count(of: Self.externalAuthenticate) == 0)
        #expect(card.count(of: Self.initializeUpdate) == 2)
    }

    @Test("a search finds every key set that some material opens, under whichever diversification, and sends no more")
    func search() async throws {
        let master = SecretBytes([UInt8](0x10...0x1F))
        let card = BenchCard()
        var session = try await card.manager().open(SessionRequest())
        try await session.putKeys(try CardKeyMaterial(repeating: master, diversification: .visa2), version: 0x20)
        try await session.putKeys(CardKeyMaterial(BenchCard.keySet(0x66)), version: 0x21)
        try await session.putKey(.aes(BenchCard.keySet(0x67).enc), version: 0x73)
        card.forgetCommands()
        let matches = try await card.manager().search(
            for: [try CardKeyMaterial(repeating: master), CardKeyMaterial(BenchCard.keys)])
        #expect(matches.map(\.keyVersion) == [1, 0x20])
        #expect(matches.map(\.materialIndex) == [1, 0])
        #expect(matches.map(\.diversification) == [.none, .visa2])
        #expect(card.count(of: Self.initializeUpdate) == 3)
        #expect(card.count(of: Self.externalAuthenticate) == 0)
        #expect(try await card.manager().search(for: []).isEmpty)
    }

    @Test("a key set that is not there is named with those that are")
    func unknownVersion() async throws {
        let error = await #expect(throws: CardManagementError.self) {
            _ = try await BenchCard().manager().open(SessionRequest(keyVersion: 0x20))
        }
        #expect(error == .noSuchKeySet(0x20, listed: [1]))
        #expect(error?.description == "the security domain has no key set 20; it lists key versions 01")
    }

    @Test("after five mismatches in a row the guard holds back; right keys forced clear the record")
    func mismatchesOnRecord() async throws {
        let card = BenchCard()
        let journal = MemoryJournal()
        let wrong = card.manager(keys: FixedKeySource(CardKeyMaterial(BenchCard.keySet(0x41))), journal: journal)
        let right = card.manager(journal: journal)
        for _ in 0..<5 {
            await #expect(throws: CardManagementError.self) { _ = try await wrong.open(SessionRequest()) }
        }
        await #expect(throws: CardManagementError.authenticationWithheld(.failuresOnRecord(5, keyVersion: 1))) {
            _ = try await right.open(SessionRequest())
        }
        _ = try await right.open(SessionRequest(isForced: true))
        _ = try await right.open(SessionRequest())
        #expect(try await journal.keys().isEmpty)
    }

    @Test("the last try that the card tells of is kept, unless forced; a success brings all of them back")
    func lastTry() async throws {
        let card = BenchCard(failuresMax: 3)
        let manager = card.manager()
        for left in [3, 2] {
            #expect(try await manager.report().authenticationTries == AuthenticationTries(left: left, max: 3))
            _ = try await card.transmit(SelectCommand(BenchCard.central).command)
            _ = try await card.transmit(
                InitializeUpdateCommand(keyVersion: nil, hostChallenge: [1, 2, 3, 4, 5, 6, 7, 8]).command)
            let bad = ExternalAuthenticateCommand(
                securityLevel: 0x01, cryptogramAndMAC: [UInt8](repeating: 0, count: 16))
            #expect(try await card.transmit(bad.command).statusWord == .hostCryptogramFailed)
        }
        card.forgetCommands()
        await #expect(throws: CardManagementError.authenticationWithheld(.triesLeft(1, keyVersion: 1))) {
            _ = try await manager.open(SessionRequest())
        }
        #expect(card.count(of: Self.externalAuthenticate) == 0)
        let error = await #expect(throws: CardManagementError.self) {
            _ = try await card.manager(keys: FixedKeySource(CardKeyMaterial(BenchCard.keySet(0x41))))
                .open(SessionRequest(isForced: true))
        }
        #expect(error?.description.contains("1 try is left") == true)
        #expect(card.count(of: Self.externalAuthenticate) == 0)
        _ = try await manager.open(SessionRequest(isForced: true))
        #expect(try await manager.report().authenticationTries?.left == 3)
    }

    @Test(
        "an EXTERNAL AUTHENTICATE whose answer was lost counts as refused; the second one in a row is the last unforced"
    )
    func lostAnswers() async throws {
        let card = BenchCard()
        let manager = card.manager()
        for _ in 0..<2 {
            card.forgetCommands()
            await card.card.cutPower(PowerCut(.beforeExecution, commandsBefore: 10))
            await #expect(throws: CardManagementError.self) { _ = try await manager.open(SessionRequest()) }
            #expect(card.commands.last?.instruction == Self.externalAuthenticate)
            try await card.reset()
        }
        card.forgetCommands()
        await #expect(throws: CardManagementError.authenticationWithheld(.failuresOnRecord(2, keyVersion: 1))) {
            _ = try await manager.open(SessionRequest())
        }
        #expect(card.count(of: Self.externalAuthenticate) == 0)
        _ = try await manager.open(SessionRequest(isForced: true))
    }
}
