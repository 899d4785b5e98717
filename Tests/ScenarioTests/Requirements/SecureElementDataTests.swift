import ISO7816
import SecureElement
import ServiceProvider
import Storage
import Testing

@testable import TrustedServiceManager

@Suite("What a provider learns from a number")
struct SecureElementDataTests {
    @Test(
        "TSM-01 request SE data answers every field, and echoes the MSI", arguments: CardConfiguration.Figure.allCases)
    func allFields(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            let msi = try MobileSubscriptionIdentifier(value: World.subscriber.msi)
            let data = try await world.tsm.secureElementData(of: msi, id: nil, for: first.id)
            let provider = try #require(try await world.store.serviceProvider(first.id))
            #expect(
                data
                    == SecureElementData(
                        id: try SecureElementIdentifier(value: World.cin), mobileNetwork: World.network,
                        serviceProviderData: ServiceProviderData(securityDomain: nil, services: []),
                        masterKeyIndex: provider.temporaryMasterKey,
                        profileID: "\(SecureElementConfiguration(figure).rawValue)-fig\(figure.rawValue)",
                        type: .embedded,
                        standard: StandardVersion(name: "GlobalPlatform", version: "2.3.1"), certificationLevel: 4,
                        expiresAt: 4_000_000_000, msi: msi))
        }
    }

    @Test("TSM-01 SE data of a provider never shows what is another's", arguments: CardConfiguration.Figure.allCases)
    func onlyOwnData(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let (first, second) = (await world.first, try await world.addProvider())
            try await world.prePersonalize(first)
            let msi = try MobileSubscriptionIdentifier(value: World.subscriber.msi)
            let own = try await world.tsm.secureElementData(of: msi, id: nil, for: first.id)
            let others = try await world.tsm.secureElementData(of: msi, id: nil, for: second.id)
            #expect(own.serviceProviderData.securityDomain?.aid == Names.firstDomain)
            #expect(own.serviceProviderData.services.map(\.instance) == [Names.firstInstance])
            #expect(others.serviceProviderData == ServiceProviderData(securityDomain: nil, services: []))
            #expect(own.masterKeyIndex != others.masterKeyIndex)
        }
    }

    @Test("TSM-02 an unknown MSI is not found, and nothing else is told", arguments: CardConfiguration.Figure.allCases)
    func unknownSubscription(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let (first, msi) = (await world.first, try MobileSubscriptionIdentifier(value: "4915199999999"))
            let data = try await world.refusal { try await $0.secureElementData(of: msi, id: nil, for: first.id) }
            #expect(data == .notFound(field: "msi", reason: "no secure element is known for this subscription"))
            let identifier = try await world.refusal { try await $0.secureElementIdentifier(of: msi, for: first.id) }
            #expect(identifier == data)
        }
    }

    @Test(
        "TSM-03 identifier first, then data by both, is the same as data at once; another pair is refused",
        arguments: CardConfiguration.Figure.allCases)
    func twoRequestForm(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let first = await world.first
            let other = try await world.addCard(CardRegistration(cin: "1112131415161718", msi: "4915100000002"))
            let msi = try MobileSubscriptionIdentifier(value: World.subscriber.msi)
            let id = try await world.tsm.secureElementIdentifier(of: msi, for: first.id)
            let twice = try await world.tsm.secureElementData(of: msi, id: id, for: first.id)
            #expect(try await world.tsm.secureElementData(of: msi, id: nil, for: first.id) == twice)

            let another = try SecureElementIdentifier(value: other.registration.cin)
            let mismatch = try await world.refusal {
                try await $0.secureElementData(of: msi, id: another, for: first.id)
            }
            #expect(
                mismatch == .mismatch(field: "msi", reason: "the subscription does not belong to this secure element"))
            let unknown = try SecureElementIdentifier(value: "FFFFFFFFFFFFFFFF")
            let notFound = try await world.refusal {
                try await $0.secureElementData(of: msi, id: unknown, for: first.id)
            }
            #expect(notFound?.field == "seId")
        }
    }

    @Test(
        "TSM-04 a provider that knows only a number gets its service: no network, handset or chip type is named",
        arguments: CardConfiguration.Figure.allCases)
    func onlyTheNumber(figure: CardConfiguration.Figure) async throws {
        try await World.tell(figure: figure) { world in
            let order = ProvisioningFlow.Order(
                subscriber: Subscriber(msi: "4915112345678"), service: World.serviceName,
                paymentReferenceNumber: "PRN-1", data: World.personalization)
            let instance = try await world.flow().run(order)
            #expect(instance == Names.firstInstance)
        }
    }
}
