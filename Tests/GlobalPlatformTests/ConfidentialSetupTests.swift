import GlobalPlatform
import ISO7816
import Testing

/// Messages of other people's servers stand here as they send them: the SM-SR of the eUICC demonstrator of Whty (Java)
/// for `3A01` and `3A02`, asterix of Tobiška (Python) for `00A6`.
@Suite("Confidential setup: messages")
struct ConfidentialSetupTests {
    static let point = [0x04] + [UInt8](repeating: 0x11, count: 64)
    static let signature = [UInt8](repeating: 0x22, count: 64)

    static let certificateHex =
        "7F2181A7" + "930102" + "420102" + "5F200102" + "950188" + "5F240421450101" + "7303C80101"
        + "7F4946B041046466E042804FAAC48F839EA53E85D0B8B93F2F015028A472F07F3227AF408170ACFB39D198BA7D0DCFF3DE5032A6CC8F"
        + "6ACC84EF556BFE530DEC0FF75F2AF59AF00100" + "5F3740" + String(repeating: "22", count: 64)

    static func bytes(_ hex: String) throws -> [UInt8] { try [UInt8](hex: hex) }

    /// The certificate of the demonstrator, with the length that its contents have.
    static func certificate() throws -> [UInt8] {
        let value = try bytes(certificateHex).dropFirst(4)
        return BERTLV(0x7F21, Array(value)).bytes
    }

    // MARK: Certificates

    @Test("A certificate is read field by field, and written back byte for byte")
    func certificateIsRead() throws {
        let bytes = try Self.certificate()
        let certificate = try SelfDescriptiveCertificate(bytes: bytes)
        #expect(certificate.contents.serialNumber == [0x02])
        #expect(certificate.contents.authority == [0x02])
        #expect(certificate.contents.subject == [0x02])
        #expect(certificate.contents.usage == .confidentiality)
        #expect(certificate.contents.effectiveDate == nil)
        #expect(certificate.contents.expirationDate == CertificateDate(year: 2145, month: 1, day: 1))
        #expect(certificate.contents.discretionaryData == [0xC8, 0x01, 0x01])
        guard case .elliptic(let point, let reference) = certificate.contents.publicKey else {
            Issue.record("the key is a point")
            return
        }
        #expect(point.count == 65 && point[0] == 0x04 && reference == 0)
        #expect(certificate.bytes == bytes)
        #expect(bytes.suffix(67) == [0x5F, 0x37, 0x40] + Self.signature)
        #expect(certificate.value == certificate.contents.signedBytes + bytes.suffix(67))
    }

    @Test("Every optional field and an RSA key come back as they were written", arguments: [false, true])
    func certificateIsWritten(isRSA: Bool) throws {
        let contents = SelfDescriptiveCertificate.Contents(
            serialNumber: [0x01, 0x02], authority: Array("SENESCHAL REF CA".utf8), subject: [0xAA],
            usage: isRSA ? .confidentiality : .keyAgreement,
            effectiveDate: CertificateDate(year: 2026, month: 2, day: 3),
            expirationDate: try #require(CertificateDate(year: 2036, month: 12, day: 31)), imageNumber: [0x45, 0x46],
            discretionaryData: [0xC9, 0x01, 0x07],
            publicKey: isRSA
                ? .rsa(modulus: [UInt8](repeating: 0xC3, count: 256), exponent: [0x01, 0x00, 0x01])
                : .elliptic(point: Self.point, parameterReference: 0))
        let certificate = SelfDescriptiveCertificate(contents, signature: Self.signature)
        #expect(try SelfDescriptiveCertificate(bytes: certificate.bytes) == certificate)
        #expect(certificate.contents.signedBytes.hex.contains("5F250420260203"))
    }

    @Test("A certificate with a field missing, out of order, undefined or left over is refused")
    func certificateIsRefused() throws {
        let good = try Self.certificate()
        func refuse(_ change: (inout String) -> Void) throws {
            var value = Array(good.dropFirst(4)).hex
            change(&value)
            let bytes = BERTLV(0x7F21, try Self.bytes(value)).bytes
            #expect(throws: CommandDecodingError.self) { try SelfDescriptiveCertificate(bytes: bytes) }
        }
        try refuse { $0 = $0.replacing("930102", with: "") }
        try refuse { $0 = $0.replacing("930102420102", with: "420102930102") }
        try refuse { $0 = $0.replacing("930102", with: "9300") }
        try refuse { $0 = $0.replacing("950188", with: "950144") }
        try refuse { $0 = $0.replacing("5F240421450101", with: "5F240421451301") }
        try refuse { $0 = $0.replacing("5F240421450101", with: "5F2404214501A1") }
        try refuse { $0 = $0.replacing("5F240421450101", with: "") }
        try refuse { $0 = $0.replacing("F00100", with: "F10100") }
        try refuse { $0 += "9000" }
        // The lengths are the shortest, or another reader would verify other bytes.
        try refuse { $0 = $0.replacing("930102", with: "93810102") }
        #expect(throws: CommandDecodingError.self) { try SelfDescriptiveCertificate(bytes: good + [0x00]) }
        #expect(throws: CommandDecodingError.self) { try SelfDescriptiveCertificate(bytes: Array(good.dropLast())) }
    }

    // MARK: Templates

    @Test("The template of scenario #3 is what deployed servers send")
    func agreementTemplate() throws {
        let template = KeyEstablishmentTemplate(
            .keyAgreement([.deletesExistingKeys, .certificateVerificationPrecedes]), keyLength: 16, version: 0x30)
        #expect(template.bytes.hex == "A615900203099501108001888101108201018301309100")
        #expect(try KeyEstablishmentTemplate(bytes: template.bytes) == template)
        #expect(template.sharedInformation(derivationRandom: nil, issuer: [], card: []).hex == "108810")
        #expect(template.receiptInput(derivationRandom: nil) == template.bytes)
    }

    @Test("The template of scenario #2B is what asterix makes")
    func pushTemplate() throws {
        let hex = "A60F" + "900104" + "950110" + "800188" + "810110" + "830131"
        let template = KeyEstablishmentTemplate(.push, keyLength: 16, version: 0x31, sequenceCounter: nil)
        #expect(template.bytes.hex == hex)
        #expect(try KeyEstablishmentTemplate(bytes: template.bytes) == template)
    }

    @Test("Derivation random and identifiers go into derivation and receipt where the parameter says so")
    func sharedInformation() throws {
        let template = KeyEstablishmentTemplate(
            .keyAgreement([.includesDerivationRandom, .includesIdentifiers]), keyLength: 32, version: 0x2F,
            imageNumber: [0x77], hostIdentifier: [0xB0, 0xB1])
        let random = [UInt8](repeating: 0xD0, count: 16)
        #expect(
            template.sharedInformation(derivationRandom: random, issuer: [0x42], card: [0x45, 0x46]).hex
                == "108820" + random.hex + "02B0B1" + "0142" + "024546")
        #expect(template.receiptInput(derivationRandom: random) == template.bytes + [0x85, 0x10] + random)
        #expect(try KeyEstablishmentTemplate(bytes: template.bytes) == template)
    }

    @Test(
        "A template that asks for what is not defined, or states no name of the host where it asks for it, is refused",
        arguments: [
            // Scenario 5; parameter with bit 5; push with a parameter; agreement without.
            "900105 950110 800188 810110 830130 9100", "90020319 950110 800188 810110 830130 9100",
            "90020401 950110 800188 810110 830130 9100", "900103 950110 800188 810110 830130 9100",
            // One key; a DES key; 20 bytes; identifier 2; version 00, 80 and FF.
            "90020309 95015C 800188 810110 830130 9100", "90020309 950110 800180 810110 830130 9100",
            "90020309 950110 800188 810114 830130 9100", "90020309 950110 800188 810110 820102 830130 9100",
            "90020309 950110 800188 810110 830100 9100", "90020309 950110 800188 810110 830180 9100",
            "90020309 950110 800188 81020010 830130 9100", "90020309 950110 800188 810110 8301FF 9100",
            // A counter of two bytes; the host's name missing, and there unasked; a field twice; out of order.
            "90020309 950110 800188 810110 830130 91020000", "9002030D 950110 800188 810110 830130 9100",
            "90020309 950110 800188 810110 830130 9100 8401B0",
            "90020309 950110 800188 810110 830130 830130 9100",
            "90020309 800188 950110 810110 830130 9100",
        ])
    func templateIsRefused(hex: String) throws {
        let bytes = BERTLV(0xA6, try Self.bytes(hex.replacing(" ", with: ""))).bytes
        #expect(throws: CommandDecodingError.self) { try KeyEstablishmentTemplate(bytes: bytes) }
    }

    @Test("The neighbour of the refused templates is taken")
    func templateIsTaken() throws {
        for hex in [
            "90020309 950110 800188 810110 830130 9100", "9002030D 950110 800188 810110 830130 9100 8401B0",
            "90020309 950110 800188 810110 830130 9103000005", "90020309 950110 800188 810110 830130",
            "90020309 950110 960100 800188 810110 830130 9100",
        ] {
            let bytes = BERTLV(0xA6, try Self.bytes(hex.replacing(" ", with: ""))).bytes
            #expect(try KeyEstablishmentTemplate(bytes: bytes).bytes == bytes)
        }
    }

    // MARK: Messages

    private static func template(_ options: KeyEstablishmentTemplate.Options) -> KeyEstablishmentTemplate {
        KeyEstablishmentTemplate(.keyAgreement(options), keyLength: 16, version: 0x30)
    }

    private static func messages() throws -> [ConfidentialSetupMessage] {
        [
            .certificate(try SelfDescriptiveCertificate(bytes: try certificate())),
            .authenticatedAgreement(
                template([.certificateVerificationPrecedes]), point: point, signature: signature),
            .agreement(template([.includesDerivationRandom]), point: point),
            .encryptedKeys(
                KeyEstablishmentTemplate(.push, keyLength: 16, version: 0x30),
                ciphertext: [UInt8](repeating: 0xEE, count: 256)),
        ]
    }

    @Test("Every message is read as it was written, from as many STORE DATAs as it takes")
    func messagesAreRead() throws {
        for message in try Self.messages() {
            let bytes = message.groupings.flatMap(\.bytes)
            #expect(try ConfidentialSetupMessage(bytes: bytes) == message)
            #expect(ConfidentialSetupMessage.begins(bytes))
            for length in bytes.indices { #expect(ConfidentialSetupMessage.expectsMore(Array(bytes[..<length]))) }
            #expect(!ConfidentialSetupMessage.expectsMore(bytes))
            for blockLength in [16, 223, 239, 255] {
                let commands = message.commands(blockLength: blockLength)
                #expect(commands.flatMap(\.data) == bytes)
                #expect(commands.map(\.expectsResponse) == commands.indices.map { $0 == commands.count - 1 })
            }
        }
    }

    @Test("The certificate goes in STORE DATA P1 09, the keys in P1 89: as in SGP.02")
    func parameters() throws {
        let messages = try Self.messages()
        #expect(messages[0].commands().map { $0.command.p1 } == [0x09])
        #expect(messages[1].commands(blockNumber: 1).map { [$0.command.p1, $0.command.p2] } == [[0x89, 0x01]])
        // 8010 of an RSA-2048 key does not fit one short command.
        #expect(messages[3].commands().map { $0.command.p1 }.last == 0x89)
        #expect(messages[3].commands().count == 3)
    }

    @Test("What is signed is the template, the point and the challenge, each as a data grouping")
    func signedBytes() {
        let template = Self.template([.certificateVerificationPrecedes])
        let challenge = [UInt8](repeating: 0x85, count: 16)
        let signed = ConfidentialSetupMessage.signedBytes(template, point: Self.point, challenge: challenge)
        #expect(signed.hex == "3A0217" + template.bytes.hex + "7F4941" + Self.point.hex + "008510" + challenge.hex)
    }

    @Test("Groupings that make no message, or another scenario than their template says, are refused")
    func messagesAreRefused() throws {
        let point = DataGrouping(0x7F49, Self.point)
        let signature = DataGrouping(0x5F37, Self.signature)
        func template(_ identifier: UInt16, _ scenario: KeyEstablishmentTemplate.Scenario) -> DataGrouping {
            DataGrouping(identifier, KeyEstablishmentTemplate(scenario, keyLength: 16, version: 0x30).bytes)
        }
        let verified = KeyEstablishmentTemplate.Scenario.keyAgreement([.certificateVerificationPrecedes])
        let refused: [[DataGrouping]] = [
            [], [point], [template(0x3A02, verified), point], [template(0x3A02, verified), signature, point],
            [template(0x3A02, .keyAgreement([])), point, signature], [template(0x00A6, verified), point],
            [template(0x00A6, .push), point], [template(0x00A6, .keyAgreement([])), DataGrouping(0x8010, [0])],
            [template(0x00A6, .keyAgreement([])), point, point],
        ]
        for groupings in refused {
            #expect(throws: CommandDecodingError.self) {
                try ConfidentialSetupMessage(bytes: groupings.flatMap(\.bytes))
            }
        }
        #expect(!ConfidentialSetupMessage.begins([0x00, 0x70, 0x00]))
        #expect(!ConfidentialSetupMessage.begins([0x3A]))
    }

    @Test("Answers are a challenge, or a receipt with or without the card's random")
    func answers() throws {
        let random = [UInt8](repeating: 0xA5, count: 16)
        let answers: [(KeyEstablishmentAnswer, String)] = [
            (.challenge(random), "8510" + random.hex),
            (.receipt(random, derivationRandom: nil), "8610" + random.hex),
            (.receipt(random, derivationRandom: random), "8510" + random.hex + "8610" + random.hex),
        ]
        for (answer, hex) in answers {
            #expect(answer.bytes.hex == hex)
            #expect(try KeyEstablishmentAnswer(bytes: answer.bytes) == answer)
        }
        for hex in [
            "", "850F" + String(repeating: "00", count: 15), "8608" + String(repeating: "00", count: 8), "870100",
        ] {
            #expect(throws: CommandDecodingError.self) { try KeyEstablishmentAnswer(bytes: try Self.bytes(hex)) }
        }
    }
}
