import CardCryptography
import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("Signatures of load files")
struct DataAuthenticationTests {
    typealias Pattern = LoadFile.DataAuthenticationPattern
    static let domain = TestCard.domain
    static let package = Package(securityDomain: domain)

    /// A card of Fig. 5 with a service provider's SD that verifies load files.
    static func card(
        _ key: SignatureKey = KeyKind.usual.key, privileges: Privileges = [.securityDomain, .dapVerification]
    ) throws -> TestCard {
        var card = try TestCard()
        try card.expectSuccess(card.manage([TestCard.createDomain(domain, privileges: privileges)]))
        if privileges.contains(.dapVerification) { try card.put(key, .dapVerification, in: domain) }
        return card
    }

    static func pattern(_ package: Package, _ domain: AID = domain, by key: SignatureKey) -> Pattern {
        Pattern(securityDomain: domain, signature: key.signature(over: package.hash))
    }

    static func commands(_ package: Package, _ patterns: [Pattern]) throws -> [CommandAPDU] {
        let file = LoadFile(try package.file(), dataAuthenticationPatterns: patterns)
        return [package.announcement()] + (try LoadCommand.blocks(of: file).map(\.command))
    }

    /// All but the last command succeed, the last is refused, and memory is what it was.
    static func expectRefusal(
        _ commands: [CommandAPDU], _ statusWord: StatusWord, _ card: inout TestCard,
        in receiver: AID = TestCard.central,
        keys: SCP03KeySet = TestCard.centralKeys, _ comment: Comment? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var session = try OpenSession(receiver, &card, keys: keys)
        let before = card.element.memory
        var answers: [StatusWord] = []
        for command in commands { answers.append(try session.send(command, &card).statusWord) }
        #expect(answers.dropLast().allSatisfy { $0 == .success }, comment, sourceLocation: sourceLocation)
        #expect(answers.last == statusWord, comment, sourceLocation: sourceLocation)
        #expect(card.element.memory == before, comment, sourceLocation: sourceLocation)
    }

    @Test(
        "TSM-25: a package with a DAP loads under the SP SD that verifies it; with a bad signature, or none, it does not",
        arguments: KeyKind.allCases)
    func underProvider(kind: KeyKind) throws {
        var card = try Self.card(kind.key)
        let package = try Self.package.with(hash: .sha256)
        let good = Self.pattern(package, by: kind.key)
        for position in stride(from: 0, to: good.signature.count, by: max(1, good.signature.count / 12)) {
            var bad = good
            bad.signature[position] ^= 0x10
            try Self.expectRefusal(Self.commands(package, [bad]), .incorrectData, &card, "byte \(position)")
        }
        for signature in [good.signature.dropLast(), good.signature + [0], []] as [[UInt8]] {
            let bad = Pattern(securityDomain: Self.domain, signature: signature)
            try Self.expectRefusal(Self.commands(package, [bad]), .incorrectData, &card)
        }
        let foreign = Self.pattern(package, by: KeyKind.aes256.key)
        if kind != .aes256 { try Self.expectRefusal(Self.commands(package, [foreign]), .incorrectData, &card) }
        try Self.expectRefusal(Self.commands(package, []), .conditionsOfUseNotSatisfied, &card)
        try card.expectSuccess(card.manage(Self.commands(package, [good])))
        #expect(card.element.memory.loadFile(package.aid)?.securityDomain == Self.domain)
    }

    @Test("TSM-25: the signature is over a hash of any of the four lengths", arguments: Digest.Algorithm.fileHashes)
    func hashes(algorithm: Digest.Algorithm) throws {
        var card = try Self.card()
        let package = try Self.package.with(hash: algorithm)
        let good = Self.pattern(package, by: KeyKind.usual.key)
        var other = package
        other.hash[0] ^= 1
        try Self.expectRefusal(
            Self.commands(package, [Self.pattern(other, by: KeyKind.usual.key)]), .incorrectData, &card)
        try Self.expectRefusal(
            Self.commands(other, [Self.pattern(other, by: KeyKind.usual.key)]), .incorrectData, &card,
            "signed, but not the hash of this file")
        try card.expectSuccess(card.manage(Self.commands(package, [good])))
    }

    @Test("TSM-25: a package without a DAP loads under the central SD, and under an SP SD that verifies none")
    func unsigned() throws {
        var central = Self.package
        central.securityDomain = nil
        var card = try Self.card()
        try card.expectSuccess(card.manage(Self.commands(central, [])))
        var lenient = try Self.card(privileges: [.securityDomain])
        try lenient.expectSuccess(lenient.manage(Self.commands(Self.package, [])))
        #expect(lenient.element.memory.loadFile(Self.package.aid)?.securityDomain == Self.domain)
    }

    @Test("a DAP needs the hash that it signs, also where no DAP is needed")
    func withoutHash() throws {
        var card = try Self.card()
        let hashed = try Self.package.with(hash: .sha256)
        let pattern = Self.pattern(hashed, by: KeyKind.usual.key)
        try Self.expectRefusal(Self.commands(Self.package, [pattern]), .incorrectData, &card)
        var central = Self.package
        central.securityDomain = nil
        try Self.expectRefusal(Self.commands(central, [pattern]), .incorrectData, &card)
    }

    @Test("a DAP that is not needed is verified all the same")
    func unneeded() throws {
        var card = try Self.card()
        var package = try Self.package.with(hash: .sha256)
        package.securityDomain = nil
        var bad = Self.pattern(package, by: KeyKind.usual.key)
        bad.signature[0] ^= 1
        try Self.expectRefusal(Self.commands(package, [bad]), .incorrectData, &card)
        try card.expectSuccess(card.manage(Self.commands(package, [Self.pattern(package, by: KeyKind.usual.key)])))
    }

    @Test("an SD without a key set of its own gets its DAP key replaced, deleted and put again")
    func keyManagement() throws {
        var card = try Self.card()
        let package = try Self.package.with(hash: .sha256)
        let delete = DeleteCommand.key(identifier: nil, version: .dapVerification).command
        try card.expectSuccess(card.manage([delete], in: Self.domain))
        try Self.expectRefusal(
            Self.commands(package, [Self.pattern(package, by: KeyKind.usual.key)]), .conditionsOfUseNotSatisfied, &card)
        try card.put(KeyKind.p256.key, .dapVerification, in: Self.domain)
        try Self.expectRefusal(
            Self.commands(package, [Self.pattern(package, by: KeyKind.usual.key)]), .incorrectData, &card)
        try card.expectSuccess(card.manage(Self.commands(package, [Self.pattern(package, by: KeyKind.p256.key)])))
    }

    @Test("a DAP names an SD that exists, verifies load files, has a key and is not locked; each SD once")
    func named() throws {
        var card = try Self.card()
        let package = try Self.package.with(hash: .sha256)
        let good = Self.pattern(package, by: KeyKind.usual.key)
        func refused(_ patterns: [Pattern], _ statusWord: StatusWord) throws {
            try Self.expectRefusal(Self.commands(package, patterns), statusWord, &card)
        }
        let stranger = Self.pattern(package, TestCard.otherDomain, by: KeyKind.usual.key)
        try refused([good, stranger], .referencedDataNotFound)
        try refused(
            [Self.pattern(package, TestCard.central, by: KeyKind.usual.key), good], .conditionsOfUseNotSatisfied)
        try refused([good, good], .incorrectData)
        card.element.memory.updateSecurityDomain(Self.domain) { domain in domain.delete { _ in true } }
        try refused([good], .conditionsOfUseNotSatisfied)
        try card.put(KeyKind.usual.key, .dapVerification, in: Self.domain)
        try card.expectSuccess(card.manage([SetStatusCommand.lock(Self.domain).command]))
        let refusal = try card.manage([package.announcement()])
        #expect(refusal == [.conditionsOfUseNotSatisfied], "nothing is loaded into a locked SD")
        var central = package
        central.securityDomain = nil
        try Self.expectRefusal(Self.commands(central, [good]), .conditionsOfUseNotSatisfied, &card)
        try card.expectSuccess(card.manage([SetStatusCommand.unlock(Self.domain).command]))
        try card.expectSuccess(card.manage(Self.commands(package, [good])))
    }

    // MARK: - Mandated

    static let verifier = CardConfiguration.mandatedDAPSecurityDomain

    /// Who may load, on a card of Fig. 8.
    static let loaders = [
        CardConfiguration.managingCentralSecurityDomain, CardConfiguration.mobileNetworkSecurityDomain,
        CardConfiguration.thirdPartySecurityDomain,
    ]

    static func mandatingCard(_ key: SignatureKey, hasMandatedDAP: Bool = true) throws -> TestCard {
        var card = try TestCard(CardConfiguration(.uiccWithThirdParty, .init(hasMandatedDAP: hasMandatedDAP)))
        if hasMandatedDAP {
            try card.put(key, .dapVerification, in: verifier, keys: TestCard.keys(of: verifier))
        }
        return card
    }

    @Test(
        "TSM-26: with an MDPH SD every load needs its signature, whoever loads and wherever to",
        arguments: KeyKind.allCases)
    func mandated(kind: KeyKind) throws {
        for loader in Self.loaders {
            var card = try Self.mandatingCard(kind.key)
            let keys = TestCard.keys(of: loader)
            var package = try Self.package.with(hash: .sha256)
            package.securityDomain = nil
            let good = Self.pattern(package, Self.verifier, by: kind.key)
            var bad = good
            bad.signature[bad.signature.count - 1] ^= 1
            try Self.expectRefusal(
                Self.commands(package, []), .conditionsOfUseNotSatisfied, &card, in: loader, keys: keys)
            try Self.expectRefusal(Self.commands(package, [bad]), .incorrectData, &card, in: loader, keys: keys)
            try card.expectSuccess(card.manage(Self.commands(package, [good]), in: loader, keys: keys))
            #expect(card.element.memory.loadFile(package.aid)?.securityDomain == loader)
        }
    }

    @Test("TSM-26: without an MDPH SD the check is off")
    func notMandated() throws {
        for loader in Self.loaders {
            var card = try Self.mandatingCard(KeyKind.usual.key, hasMandatedDAP: false)
            var package = Self.package
            package.securityDomain = nil
            try card.expectSuccess(
                card.manage(Self.commands(package, []), in: loader, keys: TestCard.keys(of: loader)))
        }
    }

    @Test("TSM-26: an SP SD that verifies and the MDPH SD both have to agree; each with its own key")
    func both() throws {
        let mandated = KeyKind.aes256.key
        let provider = KeyKind.tripleDES.key
        let loader = Self.loaders[0]
        let keys = TestCard.keys(of: loader)
        var card = try Self.mandatingCard(mandated)
        let create = TestCard.createDomain(Self.domain, privileges: [.securityDomain, .dapVerification])
        try card.expectSuccess(card.manage([create], in: loader, keys: keys))
        try card.put(provider, .dapVerification, in: Self.domain, keys: keys)
        let package = try Self.package.with(hash: .sha256)
        let first = Self.pattern(package, by: provider)
        let second = Self.pattern(package, Self.verifier, by: mandated)
        func refused(_ patterns: [Pattern], _ statusWord: StatusWord) throws {
            try Self.expectRefusal(
                Self.commands(package, patterns), statusWord, &card, in: loader, keys: keys)
        }
        try refused([first], .conditionsOfUseNotSatisfied)
        try refused([second], .conditionsOfUseNotSatisfied)
        try refused(
            [Self.pattern(package, by: mandated), Self.pattern(package, Self.verifier, by: provider)], .incorrectData)
        try card.expectSuccess(card.manage(Self.commands(package, [second, first]), in: loader, keys: keys))
    }

    @Test("TSM-26: an MDPH SD without a key lets nothing be loaded")
    func mandatedWithoutKey() throws {
        var card = try Self.mandatingCard(KeyKind.usual.key)
        card.element.memory.updateSecurityDomain(Self.verifier) { domain in
            domain.delete { $0.version == .dapVerification }
        }
        var package = try Self.package.with(hash: .sha256)
        package.securityDomain = nil
        let loader = Self.loaders[0]
        try Self.expectRefusal(
            Self.commands(package, [Self.pattern(package, Self.verifier, by: KeyKind.usual.key)]),
            .conditionsOfUseNotSatisfied, &card, in: loader, keys: TestCard.keys(of: loader))
    }
}

extension Digest.Algorithm {
    /// Those that a Load File Data Block Hash may have (GPC v2.3.1 Table C-3).
    static let fileHashes: [Digest.Algorithm] = [.sha1, .sha256, .sha384, .sha512]
}
