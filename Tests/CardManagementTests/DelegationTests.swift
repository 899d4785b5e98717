import CardCryptography
import CardManagement
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@Suite("Delegated management on the host side")
struct DelegationTests {
    static let keys: [SignatureKey] = [
        .aes(BenchCard.keySet(0x20).enc), .aes(BenchCard.keySet(0x20, count: 32).enc),
    ]

    static func keysOfEveryKind() throws -> [SignatureKey] {
        try keys + [
            .tripleDES(TripleDESKey([UInt8](1...16))), .ec(ECPrivateKey.generate(.p256)),
            .ec(ECPrivateKey.generate(.p384)), .rsa(RSAPrivateKey.generate(bitCount: 2048)),
        ]
    }

    static let commands: [CommandAPDU] = [
        InstallCommand.forLoad(.init(executableLoadFile: Packages.aid, loadFileDataBlockHash: [UInt8](0..<32))).command,
        InstallCommand.forInstallAndMakeSelectable(
            .init(
                executableLoadFile: Packages.aid, executableModule: Packages.modules[0],
                application: Packages.instance)
        ).command,
        InstallCommand.forMakeSelectable(.init(application: Packages.instance)).command,
        InstallCommand.forExtradition(.init(securityDomain: BenchCard.central, object: Packages.aid)).command,
        InstallCommand.forRegistryUpdate(.init(application: Packages.instance, privileges: [])).command,
        DeleteCommand.object(Packages.aid, withRelated: true).command,
    ]

    @Test("a token verifies with its own key, for its own command only")
    func tokens() throws {
        for key in try Self.keysOfEveryKind() {
            for command in Self.commands {
                let signed = try ContentToken.signed(command, by: key, reference: .init(number: 7))
                #expect(try ContentToken.isValid(signed, for: key.verificationKey))
                #expect(try !ContentToken.isValid(signed, for: .aes(BenchCard.keySet(0x33).mac)))
                var altered = signed
                altered.p2 ^= 0x80
                #expect(try !ContentToken.isValid(altered, for: key.verificationKey))
            }
        }
    }

    @Test("a command that takes no token, or has none, is said to be so")
    func noToken() throws {
        let key = Self.keys[0]
        #expect(throws: CardManagementError.self) {
            try ContentToken.signed(InstallCommand.forPersonalization(application: Packages.instance).command, by: key)
        }
        #expect(throws: CardManagementError.self) {
            try ContentToken.signed(GetDataCommand.cardData.command, by: key)
        }
        #expect(throws: CardManagementError.notAllowed("the command has no token")) {
            try ContentToken.isValid(Self.commands[0], for: key.verificationKey)
        }
    }

    @Test("an issuer numbers its tokens one after the other")
    func numbers() async throws {
        let issuer = KeyTokenIssuer(key: Self.keys[0], reference: .init(number: 0x1FF))
        for number: UInt64 in [0x1FF, 0x200] {
            let approved = try await issuer.approved(TokenBearingCommand(Self.commands[1]))
            #expect(try TokenBearingCommand(approved).reference?.number == number)
            #expect(try ContentToken.isValid(approved, for: Self.keys[0].verificationKey))
        }
        #expect(await issuer.nextNumber == 0x201)
    }

    @Test("a DAP block verifies for its own file and hash")
    func dataAuthentication() throws {
        let file = try Packages.file()
        let other = try Packages.file(codeLength: 901)
        for key in try Self.keysOfEveryKind() {
            for algorithm in LoadFileHashAlgorithm.allCases {
                let pattern = DataAuthentication.pattern(
                    for: file, hash: algorithm, of: BenchCard.central, signedBy: key)
                let verifier = key.verificationKey
                #expect(DataAuthentication.isValid(pattern, for: file, hash: algorithm, key: verifier))
                #expect(!DataAuthentication.isValid(pattern, for: other, hash: algorithm, key: verifier))
            }
        }
        var plan = InstallationPlan(file)
        try plan.sign(for: BenchCard.central, with: Self.keys[0], hash: .sha384)
        #expect(plan.hash.count == 48)
        #expect(plan.loadFile?.dataAuthenticationPatterns.count == 1)
        #expect(throws: CardManagementError.self) { try plan.sign(for: BenchCard.central, with: Self.keys[0]) }
    }

    @Test("a receipt proves its own operation, an absent one nothing, a malformed one is an error")
    func receipts() throws {
        let key = Self.keys[0]
        let confirmation = ConfirmationData(counter: 3, cardUniqueData: [1, 2, 3])
        let operation = ConfirmedOperation.deletion(Packages.aid)
        let bytes = Receipt(
            signature: key.signature(over: Receipt.signedData(confirmation, operation)), confirmation: confirmation
        ).bytes
        #expect(try ReceiptCheck(bytes, of: operation, key: key.verificationKey) == .valid(confirmation))
        #expect(
            try ReceiptCheck(bytes, of: .deletion(Packages.instance), key: key.verificationKey)
                == .invalid(confirmation))
        #expect(try ReceiptCheck([0], of: operation, key: key.verificationKey) == .absent)
        #expect(throws: CardManagementError.self) {
            try ReceiptCheck(Array(bytes.dropLast()), of: operation, key: key.verificationKey)
        }
    }
}
