import CardCryptography
import CardLink
import Foundation
import ISO7816
import KeyVault
import SecureElement
import ServiceProvider
import Storage
import TrustedServiceManager

/// A service provider of a world.
struct Party: Sendable {
    let id: ServiceProviderID
    let name: String
    let vault: ProviderVault
}

/// A card in a handset of its own.
struct AttachedCard: Sendable {
    let registration: CardRegistration
    let card: InProcessCard<SecureElement>
    let guillotine: Guillotine

    var subscriber: Subscriber { Subscriber(msi: registration.msi) }
}

extension World {
    var first: Party { Party(id: provider, name: Self.providerName, vault: providerVault) }

    /// Registers one more provider.
    func addProvider(_ name: String = "Tram Lines") async throws -> Party {
        let vault = try openAnotherProviderVault()
        let registered = try await desk.registerServiceProvider(
            name: name, transportKey: try vault.transportKey(), Self.founder("provider \(name)"))
        try await vault.importTemporaryMasterKey(wrapped: registered.temporaryMasterKey.wrappedKey)
        return Party(id: registered.provider.id, name: name, vault: vault)
    }

    /// Registers one more card and puts it into a handset of its own.
    ///
    /// - Parameter attachedTo: the network that the handset is really in; the registered one unless told.
    func addCard(_ registration: CardRegistration, attachedTo network: String? = nil) async throws -> AttachedCard {
        if try await store.mobileNetwork(registration.network) == nil {
            _ = try await desk.registerMobileNetwork(
                registration.network, Self.founder("network \(registration.network)"))
        }
        let attached = AttachedCard(
            registration: registration,
            card: InProcessCard(try await Self.issue(registration, from: batch, desk)),
            guillotine: Guillotine(nil) {})
        attachHandset(
            to: network ?? registration.network, cin: registration.cin, card: attached.card,
            guillotine: attached.guillotine)
        return attached
    }

    func flow(of party: Party) -> ProvisioningFlow {
        ProvisioningFlow(
            tsm: connection(of: party.id, named: party.name), keys: party.vault, random: SystemRandomSource(),
            firstPause: .milliseconds(2))
    }
}

// MARK: - Requests

extension World {
    /// A request of a provider; every one has a key of its own unless told.
    nonisolated func context(
        _ party: Party, key: String? = UUID().uuidString, body: [UInt8] = [1]
    ) -> RequestContext {
        RequestContext(provider: party.id, idempotencyKey: key, requestDigest: body)
    }

    nonisolated func service(
        _ party: Party, cin: String = World.cin, msi: String = World.subscriber.msi,
        number: Int = World.serviceName.number, prn: String = "PRN-1"
    ) throws -> ServiceRequest {
        ServiceRequest(
            secureElement: try SecureElementIdentifier(value: cin),
            msi: try MobileSubscriptionIdentifier(value: msi),
            service: try ServiceIdentifier(number: number, version: Self.serviceName.version),
            qualifier: try ServiceQualifier(providerName: party.name, paymentReferenceNumber: prn))
    }

    @discardableResult
    func prePersonalize(_ party: Party, prn: String = "PRN-1") async throws -> PrePersonalizationOutcome {
        let request = PrePersonalizationRequest(service: try service(party, prn: prn))
        return try await settled { key async throws(TSMError) in
            try await tsm.prePersonalize(request, context(party, key: key))
        }
    }

    /// On a busy machine many of them only find that the report is still on its way.
    private static let attemptsMax = 40

    /// One request under one key, until its answer is settled.
    func settled<Answer>(
        _ request: (_ key: String) async throws(TSMError) -> Answer
    ) async throws(TSMError) -> Answer {
        let key = random.bytes(16).hex
        for _ in 1..<Self.attemptsMax {
            do throws(TSMError) {
                return try await request(key)
            } catch {
                switch error {
                case .unreachable, .unknownOutcome, .internal: continue
                default: throw error
                }
            }
        }
        return try await request(key)
    }

    /// Begins a communication with the provider's SD, or with `target`.
    func begin(
        _ party: Party, target: AID? = nil, operation: TrustedServiceManager.Operation = .personalization,
        prn: String = "PRN-1", scriptBytes: Int = 1_000
    ) async throws -> CommunicationID {
        let domain = try await store.securityDomain(
            on: SecureElementIdentifier(value: Self.cin), of: party.id)?.aid
        return try await tsm.beginCommunication(
            BeginCommunicationRequest(
                service: try service(party, prn: prn), targetApplication: target ?? domain ?? Names.firstDomain,
                scriptFormat: .compact, scriptBytes: scriptBytes, operation: operation), context(party)
        ).communication
    }

    func process(
        _ commands: [CommandAPDU], in communication: CommunicationID, _ party: Party
    ) async throws -> ScriptOutcome {
        try await tsm.processScript(
            ProcessScriptRequest(communication: communication, commands: commands), context(party))
    }

    /// A long script, repeated under its key while the report is still on its way.
    func processPatiently(
        _ commands: [CommandAPDU], in communication: CommunicationID, _ party: Party
    ) async throws -> ScriptOutcome {
        let context = context(party)
        while true {
            do throws(TSMError) {
                return try await tsm.processScript(
                    ProcessScriptRequest(communication: communication, commands: commands), context)
            } catch {
                guard case .unknownOutcome = error else { throw error }
            }
        }
    }

    /// Begin, one script, end.
    func run(
        _ commands: [CommandAPDU], _ party: Party, prn: String = "PRN-1", patiently: Bool = false
    ) async throws -> ScriptOutcome {
        let communication = try await begin(party, prn: prn)
        let outcome =
            patiently
            ? try await processPatiently(commands, in: communication, party)
            : try await process(commands, in: communication, party)
        _ = try await tsm.endCommunication(
            EndCommunicationRequest(
                communication: communication, operationStatus: outcome.verdict == .completed ? .success : .failure),
            context(party))
        return outcome
    }

    /// The provider's SD as *get SE data* describes it to a script maker.
    func description(_ party: Party, subscriber: Subscriber = World.subscriber) async throws -> CardDescription {
        guard let card = try await connection(of: party.id, named: party.name).secureElement(of: subscriber).card else {
            throw TSMError.wrongState(reason: "no security domain yet")
        }
        return card
    }
}

/// The AIDs that the first things of a world get.
enum Names {
    static let firstDomain: AID = "F053454E45534348414C53440001"
    static let secondDomain: AID = "F053454E45534348414C53440002"
    static let firstInstance: AID = "F053454E45534348414C50410001"
    static let secondInstance: AID = "F053454E45534348414C50410002"
}
