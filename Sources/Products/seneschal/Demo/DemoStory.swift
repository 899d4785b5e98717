import Assembly
import CardLink
import GlobalPlatform
import ISO7816
import MobileDevice
import SERAM
import SecureElement
import SeneschalAPI
import SeneschalClient
import ServiceProvider

/// What happens in the demo, in order, told as it happens.
struct DemoStory {
    let stage: DemoStage

    func tell() async throws {
        introduce()
        try await stepByStep()
        try await inOneRequest()
        try await onAnotherNetwork()
        try await withTheSignalLost()
        try await lockedByTheOperator()
        try await showTheCard()
    }

    private func introduce() {
        chapter("A central TSM at \(stage.server)")
        say("mobile networks   \(DemoStage.networks.joined(separator: ", "))")
        say("service providers \(stage.bank.name), \(stage.transit.name)")
        for product in stage.handsets {
            say(
                "handset           \(product.order.msi): \(product.order.type.rawValue) "
                    + "\(product.handset.secureElement.seId) on \(product.order.network)")
        }
    }

    /// Flow A (SE data), Flow C (pre-personalization), Flow B (communications, scripts, activation).
    private func stepByStep() async throws {
        chapter("Flows A, B and C: \(stage.bank.name) knows only the number \(stage.handsets[0].order.msi)")
        let data = try await stage.bank.client.secureElementData(.init(msi: msi(0)))
        let standard = data.seData.standard
        say(
            "SE data           \(data.seData.seType.rawValue) \(data.seData.seId.value), \(data.seData.profileId), "
                + "\(standard.name) \(standard.version); no SD of the bank yet")
        try await provision(stage.bank, on: 0, "VISIT-0001")
        say("the central TSM cannot open the bank's SD any more: its keys are the bank's alone")
    }

    private func inOneRequest() async throws {
        chapter("Alternatives B1 to B3: \(stage.transit.name) on the same card, everything in one request")
        try await provision(stage.transit, on: 0, "FARE-0001", isCombined: true)
        say("one package, two instances, two security domains (TSM-18)")
    }

    private func onAnotherNetwork() async throws {
        chapter("Another number, another network, the same requests (TSM-05, TSM-06)")
        try await provision(stage.bank, on: 1, "VISIT-0002", isCombined: true)
    }

    /// Power is lost in the middle of a script, after the card has done what it was told and before it could say so.
    private func withTheSignalLost() async throws {
        chapter("A lost signal: the third card loses its power inside INSTALL, and once more inside PUT KEY")
        let channel = stage.handsets[2].card
        await channel.cutPower(PowerCut(.afterCommit, commandsBefore: 4))
        try await provision(stage.bank, on: 2, "VISIT-0003") { step in
            // 3 commands before PUT KEY: SELECT, INITIALIZE UPDATE, EXTERNAL AUTHENTICATE.
            if step == .rotatingKeys { await channel.cutPower(PowerCut(.afterCommit, commandsBefore: 3)) }
        }
        let card = await inventory(2)
        let domains = card.applications.count { $0.isSecurityDomain && $0.securityDomain != $0.aid }
        let instances = card.applications.count { $0.aid.hasPrefix(Self.payment) }
        say("trips             \(try await trips(2))")
        say("nothing lost, nothing twice: \(domains) SD of the bank, \(instances) instance")
    }

    /// After key rotation the central TSM cannot open the SD, and can still stop its applications (TSM-20).
    private func lockedByTheOperator() async throws {
        chapter("The bank stops its service on the first card, and lets it run again")
        let data = try await stage.bank.client.secureElementData(.init(msi: msi(0)))
        guard let service = data.seData.spData.services.first else { return }
        let request = API.ServiceRequest(
            seId: data.seData.seId, msi: data.msi, service: service.service, qualifier: service.qualifier)
        let locked = try await stage.bank.client.lockService(request)
        say("lock              \(locked.serviceStatus.rawValue); SELECT answers \(try await select(locked))")
        let unlocked = try await stage.bank.client.unlockService(request)
        say("unlock            \(unlocked.serviceStatus.rawValue); SELECT answers \(try await select(unlocked))")
    }

    private func showTheCard() async throws {
        chapter("The first card now")
        for line in CardReport(await inventory(0)).lines { say(line) }
    }

    // MARK: Doing

    private static let payment = BuiltInModule.paymentPackage.bytes

    private func provision(
        _ provider: RegisteredProvider, on handset: Int, _ prn: String, isCombined: Bool = false,
        during: @escaping @Sendable (ProvisioningFlow.Step) async -> Void = { _ in }
    ) async throws {
        let order = ProvisioningFlow.Order(
            subscriber: Subscriber(msi: stage.handsets[handset].order.msi), service: DemoStage.service,
            paymentReferenceNumber: prn, data: Self.personalization(of: provider.name), isCombined: isCombined)
        let instance = try await provider.flow.run(order) { step in
            Self.tell(step)
            await during(step)
        }
        let selection = try await stage.handsets[handset].card.transmit(SelectCommand(instance).command)
        say("SELECT            \(instance) answers \(selection.statusWord)")
    }

    /// What the journal says of a card, oldest first.
    private func trips(_ handset: Int) async throws -> String {
        let element = stage.handsets[handset].handset.secureElement.seId
        return try await stage.operatorClient.list(Endpoints.listExecutions, limit: 100).items
            .filter { $0.seId.value == element }
            .sorted { $0.number < $1.number }.map { $0.purpose.rawValue }.joined(separator: ", ")
    }

    private func select(_ service: API.ServiceResponse) async throws -> StatusWord {
        try await stage.handsets[0].card.transmit(
            SelectCommand(name: service.instanceAID.bytes).command
        ).statusWord
    }

    private func inventory(_ handset: Int) async -> CardInventory {
        await stage.handsets[handset].card.card.inventory
    }

    private func msi(_ handset: Int) -> API.MobileSubscriptionIdentifier {
        .init(type: .mdn, value: stage.handsets[handset].order.msi)
    }

    /// What personalizes the generic payment application: label, processing options, one record. No PAN.
    static func personalization(of provider: String) -> PersonalizationData {
        let label = Array(provider.uppercased().utf8.prefix(16))
        let record = BERTLV(0x70, [BERTLV(0x5F20, Array("A. CARDHOLDER".utf8))])
        let options = [BERTLV(0x82, [0x00, 0x00] as [UInt8]), BERTLV(0x94, [0x08, 0x01, 0x01, 0x00] as [UInt8])]
        let selection = BERTLV(0xA5, [BERTLV(0x50, label), BERTLV(0x87, [0x01] as [UInt8])])
        return PersonalizationData([
            DataGrouping(0x0101, record.bytes), DataGrouping(0x9102, selection.bytes),
            DataGrouping(0x9104, options.bytes),
        ])
    }

    // MARK: Telling

    static func tell(_ step: ProvisioningFlow.Step) {
        switch step {
        case .foundSecureElement: return
        case .prePersonalizing:
            say("pre-personalize   create the SD, install the application, extradite it, put temporary keys")
        case .settingKeysConfidentially: say("set keys          agreed on through the card's controlling authority")
        case .foundNoControllingAuthority: say("…                 the card has no controlling authority")
        case .rotatingKeys: say("rotate keys       PUT KEY under keys that the central TSM only relays")
        case .personalizing: say("personalize       STORE DATA, wrapped by the provider")
        case .activating: say("activate          INSTALL [for make selectable]")
        case .provisioningCombined: say("provision         rotation, personalization and activation in one trip")
        case .repeating(let reason): say("…                 \(reason)")
        case .active(let instance): say("active            \(instance)")
        }
    }
}
