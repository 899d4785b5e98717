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
}
