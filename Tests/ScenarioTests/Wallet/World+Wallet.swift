import CardLink
import GlobalPlatform
import SecureElement
import ServiceProvider
import Storage
import TrustedServiceManager

// What a world needs for a wallet, which is its provider: two universal services, and a second handset that can be cut.

extension World {
    /// Services 2001 and 2002: the two universal cards.
    func offerUniversalCards() async throws {
        for type in [1, 2] as [UInt8] {
            _ = try await desk.registerService(
                try ServiceDefinition(
                    identifier: ServiceIdentifier(number: 2_000 + Int(type), version: "1.0"),
                    name: "Universal card \(type)", executableLoadFile: BuiltInModule.universalCardPackage,
                    executableModule: BuiltInModule.universalCard,
                    instanceAIDPrefix: Self.universalPrefix + [type],
                    minimumStandard: StandardVersion(name: "GlobalPlatform", version: "2.1.1"),
                    minimumCertificationLevel: 3, providers: []),
                Self.founder("universal card \(type)"))
        }
    }

    /// What the AIDs of universal instances begin with, before the type.
    static let universalPrefix: [UInt8] = [0xA0, 0x00, 0x00, 0x03, 0x33, 0x01, 0x01]

    /// One more card in a handset of its own, with a guillotine above it.
    func addCard(_ registration: CardRegistration, cut: Cut?) async throws -> AttachedCard {
        let attached = AttachedCard(
            registration: registration,
            card: InProcessCard(try await Self.issue(registration, from: batch, desk)),
            guillotine: Guillotine(cut) { [weak self] in await self?.killServer() })
        attachHandset(
            to: registration.network, cin: registration.cin, card: attached.card, guillotine: attached.guillotine)
        return attached
    }

    var isSettled: Bool {
        get async throws { try await store.unsettledExecutions(on: nil).isEmpty }
    }
}

extension Cut {
    /// Never comes to pass; a world that has it waits no longer than one that is cut.
    static let never = Cut(victim: .agent, phase: .beforeSend, apdu: .max)
}
