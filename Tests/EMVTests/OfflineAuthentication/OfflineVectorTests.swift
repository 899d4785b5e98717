import CardCryptography
import CardTesting
import EMV
import ISO7816
import Testing

/// `Vectors/EMV/offline-authentication.json`, computed from the standard's text in Python.
struct OfflineVectors: Decodable, Sendable {
    var number, month, staticData, unpredictableNumber, relatedData, exchanged: String
    var chains: [Chain]
    var bad: [Bad]

    struct Chain: Decodable, Sendable, CustomTestStringConvertible {
        var name, authority, authorityExponent, checkValue, card: String
        var objects: [String: String]
        var signatures: Signatures

        var testDescription: String { name }
        var dataObjects: [BERTag: [UInt8]] { OfflineVectors.dataObjects(objects) }

        func authorityKey() throws -> CertificationAuthorityKey {
            CertificationAuthorityKey(
                registeredIdentifier: hex("A000000003"), index: 0xF1,
                key: try RSAPublicKey(modulus: hex(authority), exponent: hex(authorityExponent)),
                expiry: OfflineFixtures.expiry)
        }

        func chain() throws -> OfflineAuthenticationChain {
            OfflineAuthenticationChain(
                authorities: CertificationAuthorityKeys([try authorityKey()]),
                month: try #require(CardExpiry(printed: OfflineVectors.file.month)))
        }
    }

    struct Signatures: Decodable, Sendable {
        var code, dynamic, number, fast, counter, combined, cryptogram: String
        var `static`: String
        var answer: [[String]]
    }

    struct Bad: Decodable, Sendable {
        var name: String
        var objects: [String: String]
    }

    static func dataObjects(_ objects: [String: String]) -> [BERTag: [UInt8]] {
        Dictionary(uniqueKeysWithValues: objects.map { (tag($0.key), hex($0.value)) })
    }

    static let file: OfflineVectors = {
        do { return try Vectors.load("EMV/offline-authentication.json") } catch { preconditionFailure("\(error)") }
    }()
}

@Suite("Offline data authentication from the text of EMV Book 2")
struct OfflineVectorTests {
    let file = OfflineVectors.file
    var staticData: StaticAuthenticationData { StaticAuthenticationData(hex(file.staticData)) }

    @Test("every chain leads to its card's key", arguments: OfflineVectors.file.chains)
    func chains(vector: OfflineVectors.Chain) throws {
        #expect(try vector.authorityKey().checkValue == hex(vector.checkValue))
        let key = try vector.chain().cardKey(
            vector.dataObjects, application: OfflineFixtures.application, staticData: staticData)
        #expect(key.modulus == hex(vector.card))
    }

    @Test("every signature gives back what was signed", arguments: OfflineVectors.file.chains)
    func signatures(vector: OfflineVectors.Chain) throws {
        let signatures = vector.signatures
        let issuer = try vector.chain().issuerKey(vector.dataObjects, application: OfflineFixtures.application)
        let card = try vector.chain().cardKey(
            vector.dataObjects, application: OfflineFixtures.application, staticData: staticData)
        let unpredictable = hex(file.unpredictableNumber)
        let code = try SignedStaticData.recover(hex(signatures.static), over: staticData, with: issuer)
        #expect(code == hex(signatures.code))
        let number = try DynamicDataAuthentication.recover(
            hex(signatures.dynamic), terminalData: unpredictable, with: card)
        #expect(number == hex(signatures.number))
        try FastDynamicDataAuthentication.verify(
            [
                .signedDynamicApplicationData: hex(signatures.fast),
                .applicationTransactionCounter: hex(signatures.counter), .unpredictableNumber: unpredictable,
                .amountAuthorized: hex("000000001250"), .transactionCurrencyCode: hex("0978"),
                .cardAuthenticationRelatedData: hex(file.relatedData),
            ], with: card)
        let answer =
            signatures.answer.map { BERTLV(tag($0[0]), hex($0[1])) }
            + [BERTLV(.signedDynamicApplicationData, hex(signatures.combined))]
        let combined = try CombinedDataAuthentication.recover(
            answer, exchanged: hex(file.exchanged), unpredictableNumber: unpredictable, with: card)
        #expect(combined.cryptogram == hex(signatures.cryptogram))
        #expect(combined.dynamicNumber == hex(signatures.number))
    }

    @Test("every chain that is wrong in one step is refused for that step")
    func bad() throws {
        let errors: [String: OfflineAuthenticationError] = [
            "issuer header": .header(.issuerCertificate), "issuer trailer": .trailer(.issuerCertificate),
            "issuer format": .format(.issuerCertificate, 0x04), "issuer hash": .hash(.issuerCertificate),
            "issuer hash algorithm": .hashAlgorithm(.issuerCertificate, 0x02),
            "issuer key algorithm": .keyAlgorithm(.issuerCertificate, 0x02),
            "issuer key longer than the authority's": .keyLength(.issuerCertificate, 177),
            "issuer remainder too long": .keyRemainder(.issuerCertificate, found: 4, expected: 3),
            "issuer of other numbers": .issuerIdentifier, "issuer expired": .expired(.issuerCertificate),
            "card header": .header(.cardCertificate), "card format": .format(.cardCertificate, 0x02),
            "card hash": .hash(.cardCertificate), "card with other static data": .hash(.cardCertificate),
            "card of another number": .accountNumber, "card expired": .expired(.cardCertificate),
            "card key algorithm": .keyAlgorithm(.cardCertificate, 0x00),
            "issuer certified by another authority": .header(.issuerCertificate),
        ]
        #expect(Set(file.bad.map(\.name)) == Set(errors.keys))
        let chain = try file.chains[0].chain()
        for bad in file.bad {
            let error = try #require(errors[bad.name])
            #expect(throws: error, "\(bad.name)") {
                try chain.cardKey(
                    OfflineVectors.dataObjects(bad.objects), application: OfflineFixtures.application,
                    staticData: staticData)
            }
        }
    }
}
