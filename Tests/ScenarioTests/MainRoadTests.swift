import CardLink
import GlobalPlatform
import ISO7816
import SecureElement
import ServiceProvider
import Testing
import TrustedServiceManager

@Suite("From a number to an active service")
struct MainRoadTests {
    @Test(
        "Flows A to C bring a service to life, step by step and in one request (TSM-11)",
        arguments: [(false, 0x70), (true, 0x70), (false, 0x71)] as [(Bool, UInt8)])
    func provision(isCombined: Bool, implementation: UInt8) async throws {
        let world = try await World(implementation: implementation)
        let instance = try await world.flow().run(World.order(isCombined: isCombined))
        let selection = try await world.card.transmit(SelectCommand(instance).command)
        #expect(selection.statusWord == .success)
        let directory = try await world.card.transmit(
            SelectCommand(CardConfiguration.paymentSystemEnvironment).command)
        #expect(directory.data.hex.contains(instance.bytes.hex))
        await world.tearDown()
    }

    @Test(
        "TSM-05 the same requests work unchanged on cards of all four configurations",
        arguments: CardConfiguration.Figure.allCases, [false, true])
    func configurations(figure: CardConfiguration.Figure, isCombined: Bool) async throws {
        try await World.tell(figure: figure) { world in
            let instance = try await world.flow().run(World.order(isCombined: isCombined))
            #expect(try await world.selecting(instance) == .success)
            let application = await world.card.card.inventory.applications.first { $0.aid == instance }
            let domain = try #require(application?.securityDomain)
            let parent = await world.card.card.inventory.applications.first { $0.aid == domain }?.securityDomain
            #expect(parent == world.configuration.centralSecurityDomain, "the provider's SD is below the central SD")
        }
    }
}
