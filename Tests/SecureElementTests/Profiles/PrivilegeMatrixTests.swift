import CardTesting
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

@Suite("TSM-23 who has which privileges")
struct PrivilegeMatrixTests {
    /// Tables 1, 4, 8 and 12 in the three bytes of INSTALL and GET STATUS, by figure and AID.
    static let expected: [CardConfiguration.Figure: [AID: String]] = [
        .embedded: [TestCard.central: "9A0000"],
        .uicc: [
            TestCard.central: "9ADC00", CardConfiguration.managingCentralSecurityDomain: "80C000",
            CardConfiguration.mobileNetworkSecurityDomain: "80C000",
        ],
        .embeddedWithThirdParty: [
            TestCard.central: "9ADC00", CardConfiguration.managingCentralSecurityDomain: "80E080",
            CardConfiguration.thirdPartySecurityDomain: "80C000",
            // C1: mandated DAP verification is coded with the bit of DAP verification.
            CardConfiguration.mandatedDAPSecurityDomain: "C10000",
            CardConfiguration.controllingAuthoritySecurityDomain: "800100",
        ],
        .uiccWithThirdParty: [
            TestCard.central: "9ADC00", CardConfiguration.managingCentralSecurityDomain: "80E080",
            CardConfiguration.mobileNetworkSecurityDomain: "80C000",
            CardConfiguration.thirdPartySecurityDomain: "80C000",
            CardConfiguration.mandatedDAPSecurityDomain: "C10000",
            CardConfiguration.controllingAuthoritySecurityDomain: "800100",
        ],
    ]

    @Test(
        "the factory's security domains have the privileges of their table, keys of their own, and no others are there")
    func factory() throws {
        var cells = 0
        for figure in CardConfiguration.Figure.allCases {
            var card = try TestCard(CardConfiguration(figure))
            let table = try #require(Self.expected[figure])
            let domains = card.element.memory.applications.filter(\.isSecurityDomain)
            #expect(Dictionary(uniqueKeysWithValues: domains.map { ($0.aid, $0.privileges.bytes.hex) }) == table)
            cells += domains.count
            for domain in domains {
                #expect(domain.securityDomain == TestCard.central && domain.lifeCycle == 0x0F)
                _ = try OpenSession(domain.aid, &card, keys: TestCard.keys(of: domain.aid))
            }
            try card.element.memory.checkRegistry()
        }
        #expect(cells == 15)
    }

    @Test("alternatives: further central SDs, any number of third parties, no MDPH SD, no CASD")
    func alternatives() throws {
        for figure in CardConfiguration.Figure.allCases {
            for central in [0, 2, 8] {
                for (thirdParties, mandated, authority) in [(0, false, false), (1, true, false), (9, false, true)] {
                    let alternatives = CardConfiguration.Alternatives(
                        furtherCentralSecurityDomains: central, thirdParties: thirdParties, hasMandatedDAP: mandated,
                        hasControllingAuthority: authority)
                    let card = try TestCard(CardConfiguration(figure, alternatives))
                    func count(_ role: SecurityDomainRole) -> Int {
                        card.element.memory.applications.count {
                            card.element.memory.securityDomain($0.aid)?.role == role
                        }
                    }
                    let hasOthers = figure == .embeddedWithThirdParty || figure == .uiccWithThirdParty
                    #expect(count(figure == .embedded ? .central : .managingCentral) == central + 1)
                    #expect(count(.thirdParty) == (hasOthers ? thirdParties : 0))
                    #expect(count(.mandatedDAP) == (hasOthers && mandated ? 1 : 0))
                    #expect(count(.controllingAuthority) == (hasOthers && authority ? 1 : 0))
                    #expect(count(.issuer) == (figure == .embedded ? 0 : 1))
                    try card.element.memory.checkRegistry()
                    let restored = try SecureElement(persistentState: card.element.persistentState)
                    #expect(restored.memory == card.element.memory)
                }
            }
        }
    }

    @Test("TSM-31 companions, PPSE and packages are there in every figure, below the central SD")
    func companions() throws {
        for figure in CardConfiguration.Figure.allCases {
            let configuration = CardConfiguration(figure)
            let memory = try TestCard(configuration).element.memory
            for companion in memory.rules.companions {
                #expect(memory.application(companion)?.securityDomain == configuration.centralSecurityDomain)
            }
            #expect(
                memory.loadFile(BuiltInModule.paymentPackage)?.securityDomain == configuration.centralSecurityDomain)
        }
    }

    /// Every single privilege beside Security Domain, by who gives it: `6A80` but for these.
    private static let grants: [(CardConfiguration.Figure, SecurityDomainRole, [Privileges])] = [
        (.embedded, .central, [.dapVerification, .trustedPath]),
        (.uicc, .issuer, [.dapVerification, .trustedPath, .authorizedManagement, .mandated, .globalService]),
        (.uicc, .managingCentral, [.dapVerification, .trustedPath]),
        (.uicc, .mobileNetwork, [.dapVerification, .trustedPath]),
        (.uiccWithThirdParty, .managingCentral, [.dapVerification, .trustedPath, .delegatedManagement]),
        (.uiccWithThirdParty, .thirdParty, [.dapVerification, .trustedPath]),
        (.uiccWithThirdParty, .mobileNetwork, [.dapVerification, .trustedPath]),
        (
            .uiccWithThirdParty, .issuer,
            [.dapVerification, .trustedPath, .authorizedManagement, .mandated, .globalService]
        ),
    ]

    @Test("only the ISD gives Authorized Management and Mandated DAP; nobody gives what serves the whole card")
    func granting() throws {
        var given = 0
        for (figure, role, granted) in Self.grants {
            let configuration = CardConfiguration(figure)
            let grantor = try #require(configuration.securityDomains.first { $0.role == role }).aid
            for bit in 4...22 {
                let single = Privileges(rawValue: 1 << bit)
                let privilege = single == .mandatedDAPVerification ? .mandated : single
                var card = try TestCard(configuration)
                let create = TestCard.createDomain(TestCard.domain, privileges: [.securityDomain, privilege])
                if granted.contains(privilege) {
                    try card.expectSuccess(card.manage([create], in: grantor, keys: TestCard.keys(of: grantor)))
                    #expect(try card.application(TestCard.domain).privileges == [.securityDomain, privilege])
                    given += 1
                } else {
                    try card.expectRefusals([(create, .incorrectData)], in: grantor, keys: TestCard.keys(of: grantor))
                }
            }
        }
        #expect(given == 23)
    }

    @Test("Token Verification and Receipt Generation go to security domains with Authorized Management only")
    func approvers() throws {
        var card = try TestCard(.uicc)
        let approving: [Privileges] = [
            .tokenVerification, .receiptGeneration, [.tokenVerification, .receiptGeneration],
        ]
        try card.expectRefusals(
            approving.map {
                (TestCard.createDomain(TestCard.domain, privileges: [.securityDomain, $0]), .incorrectData)
            })
        for privileges in approving {
            var card = card
            try card.expectSuccess(
                card.manage([
                    TestCard.createDomain(
                        TestCard.domain, privileges: [.securityDomain, .authorizedManagement, privileges])
                ]))
        }
    }

    @Test("where service providers' security domains have no DAP Verification, only the ISD can give it")
    func withoutDAP() throws {
        for figure in CardConfiguration.Figure.allCases {
            let configuration = CardConfiguration(figure, .init(serviceProvidersVerifyDAP: false))
            var card = try TestCard(configuration)
            let central = configuration.centralSecurityDomain
            let keys = TestCard.keys(of: central)
            try card.expectRefusals(
                [
                    (
                        TestCard.createDomain(TestCard.domain, privileges: [.securityDomain, .dapVerification]),
                        .incorrectData
                    )
                ], in: central, keys: keys)
            try card.expectSuccess(card.manage([TestCard.createDomain(TestCard.domain)], in: central, keys: keys))
        }
    }

    @Test("the role of a new security domain follows from its privileges")
    func newRoles() throws {
        var card = try TestCard(.uiccWithThirdParty)
        let roles: [(Privileges, SecurityDomainRole)] = [
            ([], .serviceProvider), (.trustedPath, .serviceProvider), (.authorizedManagement, .thirdParty),
            ([.authorizedManagement, .tokenVerification], .managingCentral), (.mandated, .mandatedDAP),
            (.globalService, .controllingAuthority),
        ]
        for (privileges, role) in roles {
            var card = card
            try card.expectSuccess(
                card.manage([TestCard.createDomain(TestCard.domain, privileges: [.securityDomain, privileges])]))
            #expect(card.element.memory.role(of: TestCard.domain) == role)
        }
        let central = CardConfiguration.managingCentralSecurityDomain
        try card.expectSuccess(
            card.manage(
                [TestCard.createDomain(TestCard.domain, privileges: [.securityDomain, .delegatedManagement])],
                in: central, keys: TestCard.keys(of: central)))
        #expect(card.element.memory.role(of: TestCard.domain) == .delegated)
    }
}

extension Privileges {
    fileprivate static let mandated: Privileges = [.dapVerification, .mandatedDAPVerification]
}
