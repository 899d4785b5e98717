import CardLink
import GlobalPlatform
import ISO7816
import SecureElement
import ServiceProvider
import Storage
import Testing
import TrustedServiceManager

@Suite("Which way a request leaves")
struct MobileNetworkTests {
    @Test(
        "TSM-05 the same order works unchanged for UICC, embedded SE and NFC enabler, each in another network",
        arguments: [
            (TrustedServiceManager.SecureElementType.uicc, "westerly"), (.embedded, "northwind"),
            (.nfcEnabler, "southsea"),
        ])
    func formFactors(type: TrustedServiceManager.SecureElementType, network: String) async throws {
        try await World.tell { world in
            let attached = try await world.addCard(
                CardRegistration(cin: "1112131415161718", msi: "4915100000002", network: network, type: type))
            var order = World.order()
            order.subscriber = attached.subscriber
            let instance = try await world.flow().run(order)
            #expect(try await attached.card.transmit(SelectCommand(instance).command).statusWord == .success)
        }
    }

    @Test("TSM-06 two cards in two networks are reached through two remote agents, each through its own")
    func twoNetworks() async throws {
        try await World.tell { world in
            let second = try await world.addCard(
                CardRegistration(cin: "1112131415161718", msi: "4915100000002", network: "southsea"))
            let (first, firstApdus) = (await world.first, world.guillotine.apdus)
            try await world.prePersonalize(first)
            #expect(world.guillotine.apdus > firstApdus)
            #expect(second.guillotine.apdus == 0)

            let apdus = world.guillotine.apdus
            _ = try await world.tsm.prePersonalize(
                PrePersonalizationRequest(
                    service: try world.service(first, cin: second.registration.cin, msi: second.registration.msi)),
                world.context(first))
            #expect(world.guillotine.apdus == apdus)
            #expect(second.guillotine.apdus > 0)
            let networks = try await world.store.executions(limit: 100).map {
                [$0.secureElement.value, $0.mobileNetwork]
            }
            #expect(Set(networks) == [[World.cin, World.network], [second.registration.cin, "southsea"]])
            #expect(await world.remoteAgent().attached.map(\.value) == [World.cin])
            #expect(await world.remoteAgent("southsea").attached.map(\.value) == [second.registration.cin])
        }
    }

    @Test("TSM-06 an agent that is attached to another network than its card's is not used")
    func wrongNetwork() async throws {
        try await World.tell { world in
            let lost = try await world.addCard(
                CardRegistration(cin: "1112131415161718", msi: "4915100000002", network: "southsea"),
                attachedTo: World.network)
            let first = await world.first
            let request = PrePersonalizationRequest(
                service: try world.service(first, cin: lost.registration.cin, msi: lost.registration.msi))
            await #expect(
                throws: TSMError.unreachable(reason: "no agent of cin:1112131415161718 is attached to southsea")
            ) {
                try await world.tsm.prePersonalize(request, world.context(first))
            }
            #expect(lost.guillotine.apdus == 0)
        }
    }

    @Test("TSM-07 a script that was altered on its way is rejected by the card, which keeps what it had")
    func alteredScript() async throws {
        try await World.tell { world in
            let first = await world.first
            try await world.prePersonalize(first)
            let maker = ScriptMaker(keys: first.vault, random: world.random)
            let script = maker.personalization(
                of: Names.firstInstance, World.personalization, try await world.description(first))
            var commands = try await script.commands(first.vault)
            var altered = commands[4].bytes
            altered[20] ^= 0x01
            commands[4] = try CommandAPDU(bytes: altered)
            let outcome = try await world.run(commands, first)
            #expect(outcome.verdict == .stopped)
            #expect(outcome.failed.map(\.index) == [4])
            #expect(outcome.failed.first?.statusWord == StatusWord.securityStatusNotSatisfied.rawValue)
            #expect(outcome.unattempted == Array(5..<commands.count))
            let status = try await world.tsm.serviceStatus(try world.service(first), for: first.id)
            #expect(status.status == .prePersonalized)
        }
    }
}
