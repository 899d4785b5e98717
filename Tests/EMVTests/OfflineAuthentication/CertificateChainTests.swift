import CardCryptography
import EMV
import ISO7816
import Testing

@Suite("The chain from authority to card")
struct CertificateChainTests {
    @Test(
        "is followed for keys that fit into their certificates and keys that leave a remainder",
        arguments: [(1408, 1152, 1024), (1152, 1152, 1152), (1984, 1408, 1024), (1408, 1024, 1024)])
    func lengths(authority: Int, issuer: Int, card: Int) throws {
        let fixtures = try OfflineFixtures.make(authority, issuer, card, cardExponent: 65_537)
        #expect(
            try fixtures.chain.issuerKey(fixtures.objects, application: OfflineFixtures.application)
                == fixtures.issuer.key)
        #expect(try fixtures.cardKey() == fixtures.card.publicKey)
        #expect((fixtures.objects[.issuerPublicKeyRemainder] != nil) == (issuer > authority - 36 * 8))
        #expect((fixtures.objects[.cardPublicKeyRemainder] != nil) == (card > issuer - 42 * 8))
    }

    @Test("certificates recover to the layouts of EMV Book 2, tables 6 and 14")
    func layout() throws {
        let fixtures = OfflineFixtures.usual
        let issuer = try #require(fixtures.authority.key.key.transform(fixtures.issuer.certificate.certificate))
        let modulus = fixtures.issuer.key.modulus
        #expect(Array(issuer.prefix(15)) == hex("6A 02 629900FF 1229 000001 01 01 90 01"))
        #expect(Array(issuer[15..<155]) == Array(modulus.prefix(140)))
        #expect(fixtures.issuer.certificate.remainder == Array(modulus.suffix(4)))
        #expect(issuer[175] == 0xBC)
        let certificate = try #require(fixtures.objects[.cardPublicKeyCertificate])
        let card = try #require(fixtures.issuer.key.transform(certificate))
        #expect(Array(card.prefix(21)) == hex("6A 04 6299000000000007FFFF 1229 000001 01 01 80 01"))
        #expect(card[143] == 0xBC)
        #expect(card.count - 42 == 102)
    }

    @Test("a key shorter than its room is filled with BB")
    func filling() throws {
        let fixtures = try OfflineFixtures.make(1984, 1024, 1024)
        let block = try #require(fixtures.authority.key.key.transform(fixtures.issuer.certificate.certificate))
        #expect(Array(block[(15 + 128)..<(248 - 21)]) == [UInt8](repeating: 0xBB, count: 248 - 36 - 128))
    }

    @Test("breaks at the data object that is missing, which is named")
    func missing() {
        let fixtures = OfflineFixtures.usual
        let needed: [BERTag] = [
            .certificationAuthorityKeyIndex, .issuerPublicKeyCertificate, .issuerPublicKeyExponent,
            .primaryAccountNumber, .cardPublicKeyCertificate, .cardPublicKeyExponent,
        ]
        for tag in needed {
            #expect(throws: OfflineAuthenticationError.missing(tag)) { try fixtures.cardKey { $0[tag] = nil } }
        }
        #expect(throws: OfflineAuthenticationError.keyRemainder(.issuerCertificate, found: 0, expected: 4)) {
            // The hash comes first and fails; with it made right, the length does.
            try IssuerPublicKeyCertificate(
                certificate: try OfflineFixtures.resigned(
                    Self.certificate.certificate, with: Self.authorityKey, rest: [3], { _ in }),
                remainder: [], exponent: [3]
            ).recover(with: Self.authorityKey.publicKey, for: fixtures.number, in: OfflineFixtures.month)
        }
    }

    /// The key of an authority that the tests may sign anything with.
    static let authorityKey = RSAPrivateKey.generate(bitCount: 1408, publicExponent: 3)
    static let issuerKey = RSAPrivateKey.generate(bitCount: 1152, publicExponent: 3)
    static let certificate = IssuerPublicKeyCertificate.issue(
        to: issuerKey.publicKey, issuerIdentifier: "629900", expiry: OfflineFixtures.expiry, serialNumber: [1, 2, 3],
        by: authorityKey)

    static func recover(
        rest: [UInt8]? = nil, keepsHash: Bool = false, _ change: (inout [UInt8]) -> Void
    ) throws -> RSAPublicKey {
        let rest = rest ?? certificate.remainder + certificate.exponent
        let altered = try OfflineFixtures.resigned(
            certificate.certificate, with: authorityKey, rest: rest, keepsHash: keepsHash, change)
        return try IssuerPublicKeyCertificate(
            certificate: altered, remainder: certificate.remainder, exponent: certificate.exponent
        ).recover(
            with: authorityKey.publicKey, for: PrimaryAccountNumber("6299000000000007"), in: OfflineFixtures.month)
    }

    @Test("refuses an issuer's certificate with the step that fails, however well it is signed")
    func issuerNeighbours() throws {
        #expect(try Self.recover { _ in } == Self.issuerKey.publicKey)
        func refused(_ error: OfflineAuthenticationError, keepsHash: Bool = false, _ change: (inout [UInt8]) -> Void) {
            #expect(throws: error) { try Self.recover(keepsHash: keepsHash, change) }
        }
        let object = SignedObject.issuerCertificate
        refused(.header(object)) { $0[0] = 0x6B }
        refused(.trailer(object)) { $0[175] = 0xBD }
        refused(.format(object, 0x04)) { $0[1] = 0x04 }
        refused(.hashAlgorithm(object, 0x02)) { $0[11] = 0x02 }
        refused(.keyAlgorithm(object, 0x02)) { $0[12] = 0x02 }
        refused(.keyLength(object, 177)) { $0[13] = 177 }
        refused(.keyRemainder(object, found: 4, expected: 3)) { $0[13] = 143 }
        refused(.keyExponent(object)) { $0[14] = 3 }
        refused(.issuerIdentifier) { $0[4] = 0x01 }
        refused(.issuerIdentifier) { $0.replaceSubrange(2..<6, with: hex("62FFFFFF")) }
        refused(.issuerIdentifier) { $0.replaceSubrange(2..<6, with: hex("629A00FF")) }
        refused(.expired(object)) { $0.replaceSubrange(6..<8, with: hex("1026")) }
        refused(.expired(object)) { $0.replaceSubrange(6..<8, with: hex("1329")) }
        refused(.hash(object), keepsHash: true) { $0[8] ^= 0x01 }
        refused(.hash(object), keepsHash: true) { $0[160] ^= 0x01 }
        // Good until this very month, and for the first three or all eight digits.
        #expect(try Self.recover { $0.replaceSubrange(6..<8, with: hex("1126")) } == Self.issuerKey.publicKey)
        #expect(try Self.recover { $0.replaceSubrange(2..<6, with: hex("629FFFFF")) } == Self.issuerKey.publicKey)
        #expect(try Self.recover { $0.replaceSubrange(2..<6, with: hex("62990000")) } == Self.issuerKey.publicKey)
    }

    @Test("refuses certificates of another length, of another key, with another remainder or exponent")
    func outside() throws {
        let fixtures = OfflineFixtures.usual
        #expect(throws: OfflineAuthenticationError.length(.issuerCertificate, found: 175, expected: 176)) {
            try fixtures.cardKey { objects in objects[.issuerPublicKeyCertificate]?.removeLast() }
        }
        #expect(throws: OfflineAuthenticationError.length(.cardCertificate, found: 145, expected: 144)) {
            try fixtures.cardKey { $0[.cardPublicKeyCertificate]?.append(0) }
        }
        #expect(throws: OfflineAuthenticationError.header(.issuerCertificate)) {
            try fixtures.cardKey { $0[.issuerPublicKeyCertificate] = [UInt8](repeating: 0xFF, count: 176) }
        }
        for tag: BERTag in [.issuerPublicKeyRemainder, .issuerPublicKeyExponent] {
            #expect(throws: OfflineAuthenticationError.hash(.issuerCertificate)) {
                try fixtures.cardKey { $0[tag]?[0] ^= 0x10 }
            }
        }
        for tag: BERTag in [.cardPublicKeyRemainder, .cardPublicKeyExponent] {
            #expect(throws: OfflineAuthenticationError.hash(.cardCertificate)) {
                try fixtures.cardKey { $0[tag]?[0] ^= 0x10 }
            }
        }
        // A flipped bit anywhere in a certificate recovers to something else altogether.
        for tag: BERTag in [.issuerPublicKeyCertificate, .cardPublicKeyCertificate] {
            for index in stride(from: 0, to: 128, by: 31) {
                #expect(throws: OfflineAuthenticationError.self) { try fixtures.cardKey { $0[tag]?[index] ^= 0x01 } }
            }
        }
    }

    @Test("refuses the card's certificate for another number, other static data, after its month, or another card key")
    func cardNeighbours() throws {
        let fixtures = OfflineFixtures.usual
        let other = try PrimaryAccountNumber("6299000000000015")
        #expect(throws: OfflineAuthenticationError.accountNumber) {
            try fixtures.cardKey { $0[.primaryAccountNumber] = other.packed }
        }
        #expect(throws: OfflineAuthenticationError.issuerIdentifier) {
            try fixtures.cardKey { $0[.primaryAccountNumber] = hex("4761739001010010") }
        }
        #expect(throws: OfflineAuthenticationError.hash(.cardCertificate)) {
            try fixtures.chain.cardKey(
                fixtures.objects, application: OfflineFixtures.application,
                staticData: StaticAuthenticationData(OfflineFixtures.staticData.bytes + [0]))
        }
        func chain(_ year: Int, _ month: Int, _ authority: CertificationAuthorityKey) throws
            -> OfflineAuthenticationChain
        {
            OfflineAuthenticationChain(
                authorities: CertificationAuthorityKeys([authority]),
                month: try #require(CardExpiry(year: year, month: month)))
        }
        func key(_ chain: OfflineAuthenticationChain) throws -> RSAPublicKey {
            try chain.cardKey(
                fixtures.objects, application: OfflineFixtures.application, staticData: OfflineFixtures.staticData)
        }
        #expect(try key(chain(29, 12, fixtures.authority.key)) == fixtures.card.publicKey)
        #expect(throws: OfflineAuthenticationError.certificationAuthorityKeyExpired) {
            try key(chain(30, 1, fixtures.authority.key))
        }
        let longLived = CertificationAuthorityKey(
            registeredIdentifier: hex("A000000003"), index: 0xF1, key: fixtures.authority.key.key,
            expiry: try #require(CardExpiry(year: 40, month: 1)))
        #expect(throws: OfflineAuthenticationError.expired(.issuerCertificate)) { try key(chain(30, 1, longLived)) }
    }

    @Test("needs the authority's key that the card names, of the application's scheme")
    func authorities() throws {
        let fixtures = OfflineFixtures.usual
        let identifier = hex("A000000003")
        #expect(
            throws: OfflineAuthenticationError.unknownCertificationAuthorityKey(
                registeredIdentifier: identifier, index: 0xF2)
        ) { try fixtures.cardKey { $0[.certificationAuthorityKeyIndex] = [0xF2] } }
        #expect(
            throws: OfflineAuthenticationError.unknownCertificationAuthorityKey(
                registeredIdentifier: hex("A000000004"), index: 0xF1)
        ) {
            try fixtures.chain.cardKey(
                fixtures.objects, application: AID(hex("A0000000041010")), staticData: OfflineFixtures.staticData)
        }
        var keys = CertificationAuthorityKeys()
        for index in 0..<CertificationAuthorityKeys.countMax {
            let key = CertificationAuthorityKey(
                registeredIdentifier: [0xA0, 0, 0, 0, UInt8(index / 6)], index: UInt8(index % 6),
                key: fixtures.authority.key.key, expiry: OfflineFixtures.expiry)
            let isAdded = keys.add(key)
            let isReplaced = keys.add(key)
            #expect(isAdded && isReplaced)
        }
        #expect(keys.keys.count == CertificationAuthorityKeys.countMax)
        let isBeyond = keys.add(fixtures.authority.key)
        #expect(!isBeyond)
    }

    @Test("the check value of an authority's key is SHA-1 over identifier, index, modulus and exponent")
    func checkValue() {
        let key = OfflineFixtures.usual.authority.key
        #expect(key.checkValue == Digest.hash(hex("A000000003F1") + key.key.modulus + [3], .sha1))
    }
}
