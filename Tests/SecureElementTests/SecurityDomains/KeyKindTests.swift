import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

/// PUT KEY of every kind of key, as the clients write them, in sessions of both protocols.
@Suite("PUT KEY of every kind of key")
struct KeyKindTests {
    enum Channel: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case scp02 = "SCP02"
        case scp03 = "SCP03"
        var testDescription: String { rawValue }
    }

    private static func session(_ channel: Channel, _ card: inout TestCard) throws -> AnySession {
        channel == .scp02
            ? try AnySession(TestCard.central, &card, keys: TestCard.desKeys, version: 0x20)
            : try AnySession(TestCard.central, &card, keys: .scp03(TestCard.centralKeys), version: 0x01, level: .full)
    }

    private static func putKey(
        _ fields: [KeyDataField], _ version: KeyVersionNumber = 0x73, replacing: KeyVersionNumber? = nil
    ) -> CommandAPDU {
        PutKeyCommand(replacing: replacing, newVersion: version, firstIdentifier: .signature, keys: fields).command
    }

    private static func stored(_ card: TestCard, _ version: KeyVersionNumber = 0x73) throws -> StoredKey {
        try #require(card.element.memory.securityDomain(TestCard.central)?.keys.first { $0.version == version })
    }

    /// The key is stored, told by GET DATA E0 with these components, and still there after the power was off.
    private static func expectStored(
        _ card: TestCard, _ components: [(KeyType, Int)], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var after = TestCard.copy(card, try SecureElement(persistentState: card.element.persistentState))
        #expect(after.element.memory == card.element.memory, sourceLocation: sourceLocation)
        let told = try KeyInformationTemplate(
            bytes: after.transmit(GetDataCommand.keyInformationTemplate.command).data)
        let key = try #require(told.keys.first { $0.version == 0x73 }, sourceLocation: sourceLocation)
        #expect(key.components.map(\.type) == components.map(\.0), sourceLocation: sourceLocation)
        // 0 is 256 or more.
        #expect(
            key.components.map(\.length) == components.map { $0.1 > 0xFF ? 0 : $0.1 }, sourceLocation: sourceLocation)
    }

    @Test("AES of three sizes and DES of two, with and without the length of the key", arguments: Channel.allCases)
    func symmetric(channel: Channel) throws {
        let random = SeededRandomSource(seed: 5)
        for length in [16, 24, 32] {
            let keys: [SymmetricTestKey] =
                try [.aes(AESKey(random.bytes(length)))]
                + (length == 32 ? [] : [.tripleDES(TripleDESKey(random.bytes(length)))])
            for key in keys {
                for format in [KeyDataField.AESFormat.withClearLength, .ciphertextOnly] {
                    var card = try TestCard(scp02: 0x15)
                    var session = try Self.session(channel, &card)
                    let answer = try session.send(Self.putKey([session.field(key, format: format)]), &card)
                    #expect(answer == ResponseAPDU(.success, data: [0x73] + key.keyCheckValue))
                    #expect(try Self.stored(card).bytes == key.bytes)
                    try Self.expectStored(card, [(key.type, length)])
                }
            }
        }
    }

    @Test(
        "DES keys named 82 are stored as 82; a wrong key check value is 9485, none is taken",
        arguments: Channel.allCases)
    func otherDES(channel: Channel) throws {
        var card = try TestCard(scp02: 0x15)
        var session = try Self.session(channel, &card)
        let key = SymmetricTestKey.tripleDES(try TripleDESKey([UInt8](1...16)))
        var field = session.field(key)
        field.components[0].type = .tripleDESInCBC
        #expect(try session.send(Self.putKey([field]), &card).statusWord == .success)
        #expect(try Self.stored(card).signatureKey == .tripleDES(TripleDESKey([UInt8](1...16))))
        try Self.expectStored(card, [(.tripleDESInCBC, 16)])
        field.keyCheckValue = [1, 2, 3]
        #expect(try session.send(Self.putKey([field], 0x70), &card) == ResponseAPDU(.invalidKeyCheckValue))
        field.keyCheckValue = []
        #expect(try session.send(Self.putKey([field], 0x70), &card) == ResponseAPDU(.success, data: [0x70]))
    }

    @Test("DES keys make room for AES keys of the same version, and the other way round: the protocol follows")
    func changeOfType() throws {
        var card = try TestCard(scp02: 0x15)
        let aes = SecureChannelKeySet.scp03(TestCard.keySet(0x30))
        var session = try AnySession(TestCard.central, &card, keys: TestCard.desKeys, version: 0x20)
        let toAES = session.putKey(aes, version: 0x20, replacing: 0x20)
        try card.expectSuccess([session.send(toAES, &card).statusWord])
        var other = try AnySession(TestCard.central, &card, keys: aes, version: 0x20)
        #expect(other.protocolIdentifier == 0x03)
        let one = other.field(TestCard.desKeys.testKeys[0])
        #expect(
            try other.send(
                PutKeyCommand(replacing: 0x20, newVersion: 0x20, firstIdentifier: .mac, keys: [one]).command, &card)
                == ResponseAPDU(.incorrectData), "one key alone does not change the kind of the set")
        let toDES = other.putKey(TestCard.desKeys, version: 0x21, replacing: 0x20)
        try card.expectSuccess([other.send(toDES, &card).statusWord])
        #expect(try AnySession(TestCard.central, &card, keys: TestCard.desKeys, version: 0x21).protocolIdentifier == 2)
        #expect(throws: SecureChannelError.cardRefused(.referencedDataNotFound)) {
            _ = try AnySession(TestCard.central, &card, keys: aes, version: 0x20)
        }
    }

    @Test("RSA public keys, short and chained, with and without Le", arguments: Channel.allCases, [1024, 2048, 3072])
    func rsaPublic(channel: Channel, bitCount: Int) throws {
        let key = RSAPrivateKey.generate(bitCount: bitCount).publicKey
        let modulusFirst = KeyDataField(
            components: [
                .init(type: .rsaModulus, data: key.modulus), .init(type: .rsaPublicExponent, data: key.exponent),
            ], keyCheckValue: [])
        var exponentFirst = modulusFirst
        exponentFirst.components.reverse()
        for (field, hasLe) in [(modulusFirst, true), (modulusFirst, false), (exponentFirst, true)] {
            var card = try TestCard(scp02: 0x15)
            var session = try Self.session(channel, &card)
            var command = Self.putKey([field])
            if !hasLe { command.expectedLength = nil }
            #expect(try session.send(command, &card) == ResponseAPDU(.success, data: [0x73]))
            #expect(try Self.stored(card).verificationKey == .rsa(key))
            try Self.expectStored(card, [(.rsaModulus, bitCount / 8), (.rsaPublicExponent, 3)])
        }
    }

    @Test("EC public keys of every curve, by reference and by parameters", arguments: Channel.allCases)
    func ecPublic(channel: Channel) throws {
        for curve in EllipticCurve.allCases {
            let key = ECPrivateKey.generate(curve).publicKey
            let point = KeyDataField.Component(type: .eccPublicKey, data: key.uncompressedPoint)
            for curveComponents in [
                Self.reference(curve), Self.parameters(curve), Self.parameters(curve, cofactor: true),
            ] {
                var card = try TestCard(scp02: 0x15)
                var session = try Self.session(channel, &card)
                let command = Self.putKey([KeyDataField(components: [point] + curveComponents, keyCheckValue: [])])
                #expect(try session.send(command, &card) == ResponseAPDU(.success, data: [0x73]))
                #expect(try Self.stored(card).verificationKey == .ec(key))
                try Self.expectStored(card, [(.eccPublicKey, curve.pointLength), (.eccParametersReference, 1)])
            }
        }
    }

    @Test("private keys, padded where their length asks for it, sign with the public half", arguments: Channel.allCases)
    func privateKeys(channel: Channel) throws {
        for curve in EllipticCurve.allCases {
            let key = ECPrivateKey.generate(curve)
            var card = try TestCard(scp02: 0x15)
            var session = try Self.session(channel, &card)
            let field = KeyDataField(
                components: [session.component(.eccPrivateKey, key.scalar)] + Self.reference(curve), keyCheckValue: [])
            #expect(try session.send(Self.putKey([field]), &card).statusWord == .success)
            #expect(try Self.stored(card).signatureKey == .ec(key))
            try Self.expectStored(card, [(.eccPrivateKey, curve.coordinateLength), (.eccParametersReference, 1)])
        }
        let rsa = RSAPrivateKey.generate(bitCount: 1024)
        var card = try TestCard(scp02: 0x15)
        var session = try Self.session(channel, &card)
        let field = KeyDataField(
            components: [
                session.component(.rsaPrivateModulus, SecretBytes(rsa.publicKey.modulus)),
                session.component(.rsaPrivateExponent, rsa.privateExponent),
            ], keyCheckValue: [])
        #expect(try session.send(Self.putKey([field]), &card).statusWord == .success)
        let signature = try #require(try Self.stored(card).signatureKey).signature(over: [1, 2, 3])
        #expect(rsa.publicKey.isValid(signature, over: [1, 2, 3]))
        try Self.expectStored(card, [(.rsaPrivateModulus, 128), (.rsaPrivateExponent, 128)])
    }

    @Test("a private RSA key comes as its primes, alone or with what speeds them up", arguments: Channel.allCases)
    func primes(channel: Channel) throws {
        for isWhole in [false, true] {
            var card = try TestCard(scp02: 0x15)
            var session = try Self.session(channel, &card)
            let rest: [KeyType] = isWhole ? [.rsaCoefficient, .rsaExponentP, .rsaExponentQ] : []
            let field = KeyDataField(
                components: [
                    session.component(.rsaPrimeP, Self.prime(0)), session.component(.rsaPrimeQ, Self.prime(1)),
                ]
                    + rest.map { session.component($0, Self.prime(0)) }, keyCheckValue: [])
            #expect(try session.send(Self.putKey([field]), &card).statusWord == .success)
            let stored = try Self.stored(card)
            guard case .rsa(let key)? = stored.signatureKey else {
                Issue.record("no RSA key")
                return
            }
            #expect(key.publicKey.bitCount == 1024)
            #expect(key.publicKey.isValid(key.signature(over: [7]), over: [7]))
            try Self.expectStored(card, ([.rsaPrimeP, .rsaPrimeQ] + rest).map { ($0, 64) })
        }
    }

    @Test("what is no key is 6A80, a curve or kind that is not known 9484, a check value where there is none 9485")
    func refusals() throws {
        let point = KeyDataField.Component(
            type: .eccPublicKey, data: ECPrivateKey.generate(.p256).publicKey.uncompressedPoint)
        var off = point
        off.data[40] ^= 1
        var otherField = Self.parameters(.p256)
        otherField[1].data[5] ^= 1
        let modulus = KeyDataField.Component(
            type: .rsaModulus, data: RSAPrivateKey.generate(bitCount: 1024).publicKey.modulus)
        let exponent = KeyDataField.Component(type: .rsaPublicExponent, data: [1, 0, 1])
        var even = modulus
        even.data[127] &= 0xFE
        let cases: [([KeyDataField.Component], [UInt8], StatusWord)] = [
            ([point], [], .incorrectData), ([off] + Self.reference(.p256), [], .incorrectData),
            ([point] + Self.reference(.p384), [], .incorrectData),
            ([point, .init(type: .eccParametersReference, data: [0x04])], [], .algorithmNotSupported),
            ([point, .init(type: .eccParametersReference, data: [0x00, 0x00])], [], .incorrectData),
            ([point] + otherField, [], .algorithmNotSupported),
            ([point] + Self.parameters(.p256).dropLast(), [], .incorrectData),
            ([point] + Self.parameters(.p256) + Self.reference(.p256), [], .incorrectData),
            ([point] + Self.parameters(.p256) + [.init(type: .eccCofactor, data: [2])], [], .incorrectData),
            ([point, point], [], .incorrectData), ([point] + Self.reference(.p256), [1, 2, 3], .invalidKeyCheckValue),
            ([modulus], [], .incorrectData), ([exponent], [], .incorrectData), ([even, exponent], [], .incorrectData),
            ([modulus, exponent, exponent], [], .incorrectData),
            ([modulus, exponent], [1, 2, 3], .invalidKeyCheckValue),
            ([.init(type: .rsaModulus, data: [UInt8](repeating: 0xC5, count: 64)), exponent], [], .incorrectData),
            ([.init(type: .preSharedKeyTLS, data: [UInt8](repeating: 1, count: 16))], [], .algorithmNotSupported),
            ([.init(type: KeyType(rawValue: 0x90), data: [1])], [], .algorithmNotSupported),
            ([.init(type: .aes, data: [UInt8](repeating: 1, count: 15))], [], .incorrectData),
            ([.init(type: .aes, data: [])], [], .incorrectData),
            ([.init(type: .aes, data: [17] + [UInt8](repeating: 1, count: 16))], [], .incorrectData),
            ([.init(type: .aes, data: [16] + [UInt8](repeating: 1, count: 32))], [], .incorrectData),
            ([.init(type: .des, data: [8] + [UInt8](repeating: 1, count: 16))], [], .incorrectData),
        ]
        for channel in Channel.allCases {
            for (components, keyCheckValue, statusWord) in cases {
                var card = try TestCard(scp02: 0x15)
                var session = try Self.session(channel, &card)
                let before = card.element.memory
                let command = Self.putKey([KeyDataField(components: components, keyCheckValue: keyCheckValue)])
                #expect(try session.send(command, &card) == ResponseAPDU(statusWord), "\(channel): \(components)")
                #expect(card.element.memory == before)
            }
        }
    }

    @Test("keys of every kind fill GET DATA E0 up to one short response, and no further")
    func bound() throws {
        var card = try TestCard(scp02: 0x15)
        var session = try Self.session(.scp03, &card)
        let field = KeyDataField(
            components: [
                .init(type: .rsaModulus, data: RSAPrivateKey.generate(bitCount: 2048).publicKey.modulus),
                .init(type: .rsaPublicExponent, data: [1, 0, 1]),
            ], keyCheckValue: [])
        var accepted = 0
        for number in 0x40...0x6F {
            let before = card.element.memory
            let answer = try session.send(Self.putKey([field], KeyVersionNumber(integerLiteral: UInt8(number))), &card)
            guard answer.statusWord == .success else {
                #expect(answer == ResponseAPDU(.notEnoughMemory) && card.element.memory == before)
                break
            }
            accepted += 1
        }
        let template = try session.send(GetDataCommand.keyInformationTemplate.command, &card).data
        #expect(accepted == (239 - 3 - 36) / 8 && template.count <= SecurityDomain.keyInformationLengthMax)
    }
}

extension KeyKindTests {
    private static func reference(_ curve: EllipticCurve) -> [KeyDataField.Component] {
        [.init(type: .eccParametersReference, data: [curve.parameterReference])]
    }

    private static func parameters(_ curve: EllipticCurve, cofactor: Bool = false) -> [KeyDataField.Component] {
        let parameters = curve.parameters
        return [
            .init(type: .eccField, data: parameters.field), .init(type: .eccCoefficientA, data: parameters.a),
            .init(type: .eccCoefficientB, data: parameters.b), .init(type: .eccGenerator, data: parameters.generator),
            .init(type: .eccOrder, data: parameters.order),
        ] + (cofactor ? [.init(type: .eccCofactor, data: [1])] : [])
    }

    /// Two primes of 512 bits, made with `openssl prime -generate -bits 512 -hex` for these tests.
    private static func prime(_ index: Int) -> SecretBytes {
        let digits = [
            "F8E3AA1D3730854E63B32677B0862D8FAD0BB57902C2ABC048FAA957B18ACF9F"
                + "48925B8D13F0C8263F2707FD56340AF03168C169670FF9273C8E9853B65D1B23",
            "E8750A2B3A054EC32C9EC019F9CD7797C427CDA80BFB2ABDDA179DEE08BE3EB7"
                + "CB8A3CDB65EA36E20BFF37C2FBAC9DEA99301915C05715D759CB038B111975F1",
        ]
        guard let bytes = try? [UInt8](hex: digits[index]) else { preconditionFailure("hex digits") }
        return SecretBytes(bytes)
    }
}

extension TestCard {
    /// The same card with another element.
    fileprivate static func copy(_ card: TestCard, _ element: SecureElement) -> TestCard {
        var card = card
        card.element = element
        return card
    }
}
