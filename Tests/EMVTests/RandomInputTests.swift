import CardCryptography
import CardTesting
import EMV
import Foundation
import ISO7816
import Testing

/// Whatever comes in, a parser answers with a value or with its own error, and what it takes it writes as it was.
@Suite("Random input")
struct RandomInputTests {
    static let seed: UInt64 = 0x5EED_0004
    static let rounds = 1_000

    /// Bytes of the examples with a few changed, cut or repeated.
    static func mutations(of example: [UInt8], _ body: (_ bytes: [UInt8]) -> Void) {
        let random = SeededRandomSource(seed: seed)
        for _ in 0..<rounds {
            var bytes = example
            for _ in 0...Int(random.bytes(1)[0] % 3) {
                let choice = random.bytes(4)
                guard !bytes.isEmpty else { break }
                let index = (Int(choice[1]) << 8 | Int(choice[2])) % bytes.count
                switch choice[0] % 4 {
                case 0: bytes[index] ^= 1 << (choice[3] % 8)
                case 1: bytes[index] = choice[3]
                case 2: bytes.removeSubrange(index..<min(index + Int(choice[3] % 5) + 1, bytes.count))
                default: bytes.insert(choice[3], at: index)
                }
            }
            body(bytes)
        }
    }

    @Test("card records are taken as they are written or refused")
    func cardRecords() throws {
        var taken = 0
        try Self.mutations(of: UniversalCardRecordTests.record().bytes) { bytes in
            guard let record = try? UniversalCardRecord(bytes: bytes) else { return }
            taken += 1
            #expect(record.bytes == bytes, "seed \(Self.seed)")
        }
        #expect(taken > 0)
        #expect(taken < Self.rounds)
    }

    @Test("data object lists, file locators and tracks are taken as they are written or refused")
    func lists() {
        Self.mutations(of: hex(DataObjectListTests.quick)) { bytes in
            if let list = try? DataObjectList(bytes: bytes) { #expect(list.bytes == bytes) }
        }
        Self.mutations(of: hex("0801010010010301")) { bytes in
            if let locator = try? ApplicationFileLocator(bytes: bytes) { #expect(locator.bytes == bytes) }
        }
        Self.mutations(of: hex("6299000000000007D291220112345F")) { bytes in
            if let track = try? Track2EquivalentData(packed: bytes) { #expect(track.packed == bytes) }
        }
    }

    @Test("issuer application data is taken as it is or refused")
    func issuerData() {
        for example in ApplicationCryptogramTests.issuerData.values {
            Self.mutations(of: example) { bytes in
                if let data = try? IssuerApplicationData(bytes) { #expect(data.bytes == bytes) }
            }
        }
    }

    @Test("consumers' codes are taken as they are written or refused")
    func consumerCodes() throws {
        var taken = 0
        try Self.mutations(of: ConsumerPresentedCodeTests.payment().bytes) { bytes in
            guard let code = try? ConsumerPresentedCode(bytes: bytes) else { return }
            taken += 1
            // Empty templates and long lengths are taken too: what was read is read again.
            #expect((try? ConsumerPresentedCode(bytes: code.bytes)) == code)
        }
        #expect(taken > 0)
    }

    @Test("merchants' codes are refused when anything is changed, for the checksum if for nothing else")
    func merchantCodes() {
        let example = Array(QRVectors.payload("mpm-spec").utf8)
        Self.mutations(of: example) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            if let code = try? MerchantPresentedCode(text: text) { #expect(code.text == text) }
        }
    }

    @Test("signatures of random bytes are refused")
    func signatures() {
        let random = SeededRandomSource(seed: Self.seed)
        for _ in 0..<200 {
            let signature = [0x00] + random.bytes(127)
            #expect(throws: OfflineAuthenticationError.self) {
                try DynamicDataAuthentication.recover(signature, terminalData: [], with: DynamicDataTests.key)
            }
        }
    }

    @Test("groupings of a payment application are taken as they are written or refused")
    func groupings() throws {
        let whole = PaymentPersonalizationTests.data(
            try .generateCryptogram(
                PaymentPersonalizationTests.account(), masterKey: PaymentPersonalizationTests.masterKey))
        for (identifier, data) in whole {
            Self.mutations(of: data.revealed()) { bytes in
                var altered = whole
                altered[identifier] = SecretBytes(bytes)
                guard let personalization = try? PaymentPersonalization(altered) else { return }
                let again = try? PaymentPersonalization(PaymentPersonalizationTests.data(personalization))
                #expect(again == personalization)
            }
        }
    }
}
