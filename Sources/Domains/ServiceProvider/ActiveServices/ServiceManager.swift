public import CardCryptography
import GlobalPlatform
public import ISO7816

/// Works on a service that has been brought to life: more data into its application, a look at its records, a lock, an
/// end. What is done is found done, so anything may be asked for again.
public struct ServiceManager: Sendable {
    private let tsm: any CentralTSMConnection
    private let road: ProvisioningFlow

    /// - Parameter firstPause: before a request is repeated; each further pause is twice as long, up to 64 times.
    public init(
        tsm: any CentralTSMConnection, keys: any ProviderKeys, random: any RandomSource,
        firstPause: Duration = .milliseconds(50)
    ) {
        self.tsm = tsm
        road = ProvisioningFlow(tsm: tsm, keys: keys, random: random, firstPause: firstPause)
    }

    /// A service of one subscriber.
    public struct Name: Hashable, Sendable {
        public var subscriber: Subscriber
        public var service: ServiceName
        public var paymentReferenceNumber: String

        public init(subscriber: Subscriber, service: ServiceName, paymentReferenceNumber: String) {
            self.subscriber = subscriber
            self.service = service
            self.paymentReferenceNumber = paymentReferenceNumber
        }
    }

    /// *Post-personalization*: STORE DATA for the application, in one session of the provider's. The application takes it
    /// over whole with the last block, or not at all.
    ///
    /// The same data may be stored again: the application must take it the second time as it did the first.
    /// - Throws: ``ProvisioningError/cardRefused(_:)`` when the card has said no twice, and nothing has changed.
    public func store(_ data: PersonalizationData, in name: Name) async throws(ProvisioningError) {
        var lastRefusal: StatusWord?
        for _ in 0..<ProvisioningFlow.roundsMax {
            let place = try await place(of: name)
            let maker = ScriptMaker(keys: road.keys, random: road.random)
            let commands =
                [InstallCommand.forPersonalization(application: place.instance).command]
                + StoreDataCommand.blocks(of: data.groupings, blockLength: ScriptMaker.blockLength(place.card))
                .map(\.command)
            let (result, _) = try await road.relayed(
                maker.script(of: commands, for: place.card), place.target, on: place.instance)
            switch result {
            case .completed: return
            case .stopped(_, let statusWord?):
                guard statusWord != lastRefusal else { throw .cardRefused(statusWord) }
                lastRefusal = statusWord
            case .misbehaved(let reason): throw .cardMisbehaved(reason)
            case .wrongKeys: throw .cardMisbehaved("the card does not hold the expected keys")
            case .stopped, .stale, .refused, .notStarted, .unknown: continue
            }
        }
        throw .doesNotConverge
    }

    /// READ RECORD after READ RECORD, until one is refused.
    ///
    /// - Parameter records: P1 and P2 of each, as ISO/IEC 7816-4 §11.3.3 has them.
    /// - Returns: the answers, the refused one last. Nobody has signed them: they are what the handset says.
    public func read(
        _ records: [(number: UInt8, reference: UInt8)], of name: Name
    ) async throws(ProvisioningError) -> [ResponseAPDU] {
        let place = try await place(of: name)
        let commands =
            [SelectCommand(place.instance).command]
            + records.map { CommandAPDU(0x00, 0xB2, $0.number, $0.reference, expectedLength: 256) }
        let size = commands.reduce(0) { $0 + $1.bytes.count }
        let communication = try await once { key throws(CentralTSMConnectionError) in
            try await tsm.beginCommunication(
                place.target, application: place.instance, scriptBytes: size, operation: "postPersonalization",
                key: key)
        }
        let processed = try await once { key throws(CentralTSMConnectionError) in
            try await tsm.processScript(commands, communication: communication, key: key)
        }
        try await once { key throws(CentralTSMConnectionError) in
            try await tsm.endCommunication(communication, succeeded: processed.verdict == .completed, key: key)
        }
        var answers: [ResponseAPDU] = []
        for index in commands.indices {
            if let statusWord = processed.refusals[index] {
                answers.append(ResponseAPDU(statusWord))
                break
            }
            guard let answer = processed.responses[index], let answer else { break }
            answers.append(answer)
        }
        guard let select = answers.first, select.statusWord.isSuccess else {
            throw answers.first.map { .cardRefused($0.statusWord) } ?? .unsettled("the card was not read")
        }
        return Array(answers.dropFirst())
    }

    /// Locks, unlocks or deletes. Deleting what is not there is no error.
    public func change(_ change: ServiceChange, of name: Name) async throws(ProvisioningError) {
        let element = try await element(of: name.subscriber)
        let known = element.services.contains {
            $0.name == name.service && $0.paymentReferenceNumber == name.paymentReferenceNumber
        }
        if change == .delete, !known { return }
        let target = target(name, on: element)
        try await once { key throws(CentralTSMConnectionError) in try await tsm.change(change, of: target, key: key) }
    }

    /// Where a service is: its target, its instance, and the provider's security domain above it.
    private struct Place {
        var target: ServiceTarget
        var instance: AID
        var card: CardDescription
    }

    private func place(of name: Name) async throws(ProvisioningError) -> Place {
        let element = try await element(of: name.subscriber)
        let known = element.services.first {
            $0.name == name.service && $0.paymentReferenceNumber == name.paymentReferenceNumber
        }
        guard let known, let card = element.card, element.custody == .provider else {
            throw .wrongState(known?.status ?? "absent")
        }
        return Place(target: target(name, on: element), instance: known.instance, card: card)
    }

    private func element(of subscriber: Subscriber) async throws(ProvisioningError) -> ProvidedSecureElement {
        try await road.asking { () async throws(CentralTSMConnectionError) in
            try await tsm.secureElement(of: subscriber)
        }
    }

    private func target(_ name: Name, on element: ProvidedSecureElement) -> ServiceTarget {
        ServiceTarget(
            subscriber: name.subscriber, secureElementID: element.id, service: name.service,
            paymentReferenceNumber: name.paymentReferenceNumber)
    }

    private func once<Answer>(
        _ request: (_ key: String) async throws(CentralTSMConnectionError) -> Answer
    ) async throws(ProvisioningError) -> Answer {
        try await road.once({ _ in }, request)
    }
}
