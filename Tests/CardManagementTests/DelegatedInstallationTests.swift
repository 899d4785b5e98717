import CardCryptography
import CardLink
import CardManagement
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import Testing

@Suite("An installation with tokens and signatures")
struct DelegatedInstallationTests {
    private static let central = CardConfiguration.managingCentralSecurityDomain
    private static let delegated: AID = "F053454E45534348414C53440001"
    private static let tokenKey = BenchCard.keySet(0x21).enc
    private static let receiptKey = BenchCard.keySet(0x22, count: 32).enc
    private static let signatureKey = BenchCard.keySet(0x23).enc

    /// A card of Fig. 7 with a Security Domain that manages by tokens of the central one.
    private static func delegatedCard(journal: any ManagementJournal = MemoryJournal()) async throws -> BenchCard {
        let card = BenchCard(CardConfiguration(.embeddedWithThirdParty, .init(hasMandatedDAP: false)))
        var session = try await card.manager(journal: journal).open(SessionRequest(securityDomain: central))
        try await session.createDomain(DomainPlan(delegated, privileges: .delegatedManagement))
        try await session.putKey(.aes(tokenKey), version: .tokenVerification, identifier: .signature)
        try await session.putKey(.aes(receiptKey), version: .receiptGeneration, identifier: .signature)
        card.forgetCommands()
        return card
    }

    private static func manager(_ card: BenchCard, _ issuer: KeyTokenIssuer?) -> CardManager {
        CardManager(channel: card, keys: FixedKeySource(CardKeyMaterial(BenchCard.keys)), tokens: issuer)
    }

    private static func issuer(_ key: AESKey = tokenKey) -> KeyTokenIssuer {
        KeyTokenIssuer(key: .aes(key), reference: TokenControlReference(number: 1))
    }

    private static let request = SessionRequest(securityDomain: delegated)

    private static func registry(_ card: BenchCard) async throws -> CardRegistry {
        var session = try await card.manager().open(SessionRequest(securityDomain: central))
        return try await session.registry()
    }

    @Test("every command of a delegated domain gets its token, and every receipt is the card's")
    func delegated() async throws {
        let card = try await Self.delegatedCard()
        let plan = try Packages.plan()
        let issuer = Self.issuer()
        let outcome = try await Self.manager(card, issuer).install(plan, in: Self.request)
        let operations: [ConfirmedOperation] = [
            .load(Packages.aid, under: Self.delegated), .install(Packages.instance, from: Packages.aid),
            .install(Packages.secondInstance, from: Packages.aid),
        ]
        #expect(outcome.confirmations.count == 4)
        for (index, operation) in operations.enumerated() {
            let check = try ReceiptCheck(outcome.confirmations[index + 1], of: operation, key: .aes(Self.receiptKey))
            guard case .valid(let data) = check else {
                Issue.record("\(operation): \(check)")
                continue
            }
            #expect(data.counter == UInt16(index + 1))
        }
        #expect(await issuer.nextNumber == 4)
        var session = try await Self.manager(card, issuer).open(Self.request)
        let confirmation = try await session.delete(Packages.aid, withRelated: true)
        let check = try ReceiptCheck(confirmation, of: .deletion(Packages.aid), key: .aes(Self.receiptKey))
        guard case .valid = check else {
            Issue.record("\(check)")
            return
        }
    }

    @Test("without a token, with another's, or one that was used, the card refuses and keeps nothing")
    func refused() async throws {
        let card = try await Self.delegatedCard()
        let before = try await Self.registry(card)
        let used = KeyTokenIssuer(key: .aes(Self.tokenKey), reference: TokenControlReference(number: 0))
        for issuer in [nil, Self.issuer(Self.receiptKey), used] {
            let error = await #expect(throws: CardManagementError.self) {
                _ = try await Self.manager(card, issuer).install(try Packages.plan(), in: Self.request)
            }
            guard case .cardRefused(let refusal) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(refusal.command.hasPrefix("INSTALL [for load]"))
            let after = try await Self.registry(card)
            #expect(after == before)
        }
    }

    @Test("is taken up at every cut: a token that may have been used is not used again")
    func cuts() async throws {
        let plan = try Packages.plan(codeLength: 400)
        let undisturbed = try await Self.delegatedCard()
        _ = try await Self.manager(undisturbed, Self.issuer()).install(plan, in: Self.request)
        let count = undisturbed.commands.count
        let expected = try await Self.registry(undisturbed)
        for index in 0..<count {
            for moment in PowerCut.Moment.allCases {
                let card = try await Self.delegatedCard()
                await card.card.cutPower(PowerCut(moment, commandsBefore: index))
                let outcome = try await Self.manager(card, Self.issuer()).install(plan, in: Self.request)
                #expect(outcome.reconnections == 1)
                let registry = try await Self.registry(card)
                #expect(registry == expected, "\(moment) of command \(index)")
            }
        }
        #expect(count >= 15)
    }

    @Test("a file is signed for the domain that mandates it; unsigned, or by another key, nothing of it is kept")
    func mandated() async throws {
        let card = BenchCard(.embeddedWithThirdParty)
        let mandating = CardConfiguration.mandatedDAPSecurityDomain
        var session = try await card.manager().open(SessionRequest(securityDomain: mandating))
        try await session.putKey(.aes(Self.signatureKey), version: .dapVerification, identifier: .signature)
        let before = try await Self.registry(card)
        let unsigned = try Packages.plan()
        var foreign = unsigned
        try foreign.sign(for: mandating, with: .aes(Self.tokenKey))
        for plan in [unsigned, foreign] {
            let error = await #expect(throws: CardManagementError.self) {
                _ = try await card.manager().install(plan, in: SessionRequest(securityDomain: Self.central))
            }
            #expect(error?.description.hasPrefix("LOAD block") == true, "\(String(describing: error))")
            let after = try await Self.registry(card)
            #expect(after == before)
        }
        var signed = unsigned
        try signed.sign(for: mandating, with: .aes(Self.signatureKey))
        _ = try await card.manager().install(signed, in: SessionRequest(securityDomain: Self.central))
        let after = try await Self.registry(card)
        #expect(after.application(Packages.instance) != nil)
    }
}
