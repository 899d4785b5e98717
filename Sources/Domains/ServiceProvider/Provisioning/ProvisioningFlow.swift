public import CardCryptography
public import ISO7816

/// Brings one service to life for one subscriber, from nothing but the number (Flows A to C).
///
/// It is driven by what the central TSM says of the card, so it can be started again at any point: what is done is
/// found done. A request that got no settled answer is repeated with its own key, and only then replaced.
public struct ProvisioningFlow: Sendable {
    let tsm: any CentralTSMConnection
    let keys: any ProviderKeys
    let random: any RandomSource
    let confidentiality: ConfidentialSetupPolicy
    let firstPause: Duration

    /// - Parameters:
    ///   - confidentiality: whether keys are set through the controlling authority of cards.
    ///   - firstPause: before a request is repeated; each further pause is twice as long, up to 64 times.
    public init(
        tsm: any CentralTSMConnection, keys: any ProviderKeys, random: any RandomSource,
        confidentiality: ConfidentialSetupPolicy = .never, firstPause: Duration = .milliseconds(50)
    ) {
        self.tsm = tsm
        self.keys = keys
        self.random = random
        self.confidentiality = confidentiality
        self.firstPause = firstPause
    }

    /// What to provision, for whom.
    public struct Order: Sendable {
        public var subscriber: Subscriber
        public var service: ServiceName
        public var paymentReferenceNumber: String
        public var data: PersonalizationData
        /// Rotation, personalization and activation in one request (alternatives B1 to B3) instead of one by one. A card
        /// that draws random challenges is asked for one before each script, so there it is one by one all the same.
        public var isCombined: Bool

        public init(
            subscriber: Subscriber, service: ServiceName, paymentReferenceNumber: String, data: PersonalizationData,
            isCombined: Bool = false
        ) {
            self.subscriber = subscriber
            self.service = service
            self.paymentReferenceNumber = paymentReferenceNumber
            self.data = data
            self.isCombined = isCombined
        }
    }

    /// What the flow is doing, for people who watch it.
    public enum Step: Hashable, Sendable {
        case foundSecureElement(String)
        case prePersonalizing, rotatingKeys, personalizing, activating, provisioningCombined
        /// Through the card's controlling authority.
        case settingKeysConfidentially
        case foundNoControllingAuthority
        case repeating(reason: String)
        case active(AID)
    }

    /// Attempts for one request, and rounds for one order, at most.
    public static let attemptsMax = 8
    public static let roundsMax = 12

    /// - Returns: the instance, active.
    public func run(
        _ order: Order, report: @Sendable (Step) async -> Void = { _ in }
    ) async throws(ProvisioningError) -> AID {
        var course = Course()
        for _ in 0..<Self.roundsMax {
            let element = try await asking { () async throws(CentralTSMConnectionError) in
                try await tsm.secureElement(of: order.subscriber)
            }
            await report(.foundSecureElement(element.id))
            let target = ServiceTarget(
                subscriber: order.subscriber, secureElementID: element.id, service: order.service,
                paymentReferenceNumber: order.paymentReferenceNumber)
            let known = element.services.first {
                $0.name == order.service && $0.paymentReferenceNumber == order.paymentReferenceNumber
            }
            if let known, known.status == "active" {
                await report(.active(known.instance))
                return known.instance
            }
            try await advance(order, target, element, &course, report)
        }
        throw .doesNotConverge
    }

    /// What the rounds so far have shown of the card.
    struct Course {
        var hasNoControllingAuthority = false
        /// What the controlling authority said no with.
        var setupRefusal: StatusWord?
        /// Which of the key sets agreed on with the card is tried.
        var candidate = 0
    }

    private func advance(
        _ order: Order, _ target: ServiceTarget, _ element: ProvidedSecureElement, _ course: inout Course,
        _ report: @Sendable (Step) async -> Void
    ) async throws(ProvisioningError) {
        guard let (card, known) = element.prepared(order.service, order.paymentReferenceNumber) else {
            await report(.prePersonalizing)
            return try await once(report) { key throws(CentralTSMConnectionError) in
                try await tsm.prePersonalize(target, key: key)
            }
        }
        if element.custody == .temporary, let confidential = confidentiality.keys, !course.hasNoControllingAuthority {
            await report(.settingKeysConfidentially)
            switch try await setKeysConfidentially(confidential, target, card, report) {
            case .agreed, .notAgreed:
                return
            case .refused(let statusWord):
                // A refusal carries no R-MAC: it is believed when another attempt meets it again.
                guard course.setupRefusal == nil else { throw .confidentialSetupRefused(statusWord) }
                course.setupRefusal = statusWord
                return
            case .noAuthority:
                await report(.foundNoControllingAuthority)
                if case .required = confidentiality { throw .noControllingAuthority }
                course.hasNoControllingAuthority = true
            }
        }
        let isToRotate = element.custody == .temporary || card.keyVersionNumber == ProviderKeySet.agreedVersion
        if order.isCombined, isToRotate, card.hasPseudoRandomChallenge {
            await report(.provisioningCombined)
            return try await provisionCombined(order, target, card, known.instance, &course, report)
        }
        if isToRotate {
            await report(.rotatingKeys)
            let candidate = course.candidate
            let script = try await vault { () async throws(ProviderKeysError) in
                try await maker.keyRotation(card, candidate: candidate)
            }
            let result = try await relay(script, target, application: card.securityDomain, "keyRotation", report)
            return try await judge(result, of: script, &course, report)
        }
        switch known.status {
        case "prePersonalized", "keysRotated":
            await report(.personalizing)
            let script = maker.personalization(of: known.instance, order.data, card)
            let result = try await relay(script, target, application: known.instance, "personalization", report)
            try await judge(result, of: script, &course, report)
            // The provider's own generation has proven to be on the card: what was agreed on is over.
            if result == .completed, let confidential = confidentiality.keys {
                try await vault { () async throws(ProviderKeysError) in
                    try await confidential.forgetAgreedKeys(of: card)
                }
            }
        case "personalized":
            await report(.activating)
            try await once(report) { key throws(CentralTSMConnectionError) in
                try await tsm.activate(target, key: key)
            }
        default:
            throw .wrongState(known.status)
        }
    }

    private var maker: ScriptMaker { ScriptMaker(keys: keys, random: random) }

    /// Begin, process, end: one communication for one script, and for the opening that it may need.
    private func relay(
        _ script: RelayedScript, _ target: ServiceTarget, application: AID, _ operation: String,
        _ report: @Sendable (Step) async -> Void
    ) async throws(ProvisioningError) -> RelayedScriptResult {
        let communication = try await once(report) { key throws(CentralTSMConnectionError) in
            try await tsm.beginCommunication(
                target, application: application, scriptBytes: script.scriptBytesMax, operation: operation, key: key)
        }
        let result = try await process(script, in: communication, report)
        try await once(report) { key throws(CentralTSMConnectionError) in
            try await tsm.endCommunication(communication, succeeded: result == .completed, key: key)
        }
        return result
    }

    private func process(
        _ script: RelayedScript, in communication: String, _ report: @Sendable (Step) async -> Void
    ) async throws(ProvisioningError) -> RelayedScriptResult {
        let (ready, processed) = try await sent(script, in: communication, report)
        guard let processed else { return .notStarted }
        return try await vault { () async throws(ProviderKeysError) in try await ready.interpret(processed, keys) }
    }

    /// - Returns: the script, opened where it had to be, and what became of it; `nil` when the card did not open it.
    func sent(
        _ script: RelayedScript, in communication: String, _ report: @Sendable (Step) async -> Void
    ) async throws(ProvisioningError) -> (RelayedScript, ProcessedScript?) {
        var script = script
        if let opening = script.opening {
            let answer = try await once(report) { key throws(CentralTSMConnectionError) in
                try await tsm.processScript(opening, communication: communication, key: key)
            }
            guard let opened = script.opened(by: answer) else { return (script, nil) }
            script = opened
        }
        let ready = script
        let commands = try await vault { () async throws(ProviderKeysError) in try await ready.commands(keys) }
        let processed = try await once(report) { key throws(CentralTSMConnectionError) in
            try await tsm.processScript(commands, communication: communication, key: key)
        }
        return (ready, processed)
    }

    private func provisionCombined(
        _ order: Order, _ target: ServiceTarget, _ card: CardDescription, _ instance: AID, _ course: inout Course,
        _ report: @Sendable (Step) async -> Void
    ) async throws(ProvisioningError) {
        let candidate = course.candidate
        let rotation = try await vault { () async throws(ProviderKeysError) in
            try await maker.keyRotation(card, candidate: candidate)
        }
        let rotated = try await vault { () async throws(ProviderKeysError) in try await maker.rotated(card) }
        let personalization = maker.personalization(of: instance, order.data, rotated)
        let first = try await vault { () async throws(ProviderKeysError) in try await rotation.commands(keys) }
        let second = try await vault { () async throws(ProviderKeysError) in try await personalization.commands(keys) }
        let processed = try await once(report) { key throws(CentralTSMConnectionError) in
            try await tsm.provision(target, rotation: first, personalization: second, activate: true, key: key)
        }
        for (script, part) in [(rotation, processed.rotation), (personalization, processed.personalization)] {
            guard let part else { continue }
            let result = try await vault { () async throws(ProviderKeysError) in try await script.interpret(part, keys)
            }
            try await judge(result, of: script, &course, report)
        }
    }

    /// What is not complete is another round; what is not the card is an error.
    private func judge(
        _ result: RelayedScriptResult, of script: RelayedScript, _ course: inout Course,
        _ report: @Sendable (Step) async -> Void
    ) async throws(ProvisioningError) {
        switch result {
        case .completed: return
        case .stopped(let reason, _): await report(.repeating(reason: reason))
        case .stale: await report(.repeating(reason: "the card is at another sequence counter"))
        case .refused(let statusWord): await report(.repeating(reason: "SELECT answered \(statusWord)"))
        case .notStarted, .unknown: await report(.repeating(reason: "the script did not run"))
        case .wrongKeys:
            // Somebody may have lied about an earlier attempt to agree on keys.
            guard case .agreed(let candidate) = script.keySet, candidate + 1 < ProviderKeySet.candidatesMax else {
                throw .cardMisbehaved("the card does not hold the expected keys")
            }
            course.candidate = candidate + 1
            await report(.repeating(reason: "the card holds other keys than were agreed on last"))
        case .misbehaved(let reason): throw .cardMisbehaved(reason)
        }
    }

    /// One request under one key, repeated until its answer is settled.
    func once<Answer>(
        _ report: @Sendable (Step) async -> Void,
        _ request: (_ key: String) async throws(CentralTSMConnectionError) -> Answer
    ) async throws(ProvisioningError) -> Answer {
        let key = random.bytes(16).hex.lowercased()
        var last = ""
        for attempt in 0..<Self.attemptsMax {
            do throws(CentralTSMConnectionError) {
                return try await request(key)
            } catch {
                switch error {
                case .refused(let code, let detail):
                    throw .refused(code: code, detail: detail)
                case .unsettled(let detail):
                    last = detail
                    await report(.repeating(reason: detail))
                    try? await Task.sleep(for: firstPause * (1 << min(attempt, 6)))
                }
            }
        }
        throw .unsettled(last)
    }

    func asking<Answer>(
        _ question: () async throws(CentralTSMConnectionError) -> Answer
    ) async throws(ProvisioningError) -> Answer {
        do throws(CentralTSMConnectionError) {
            return try await question()
        } catch {
            switch error {
            case .refused(let code, let detail): throw .refused(code: code, detail: detail)
            case .unsettled(let detail): throw .unsettled(detail)
            }
        }
    }

    func vault<Answer>(
        _ use: () async throws(ProviderKeysError) -> Answer
    ) async throws(ProvisioningError) -> Answer {
        do throws(ProviderKeysError) { return try await use() } catch { throw .vault(error) }
    }
}

public enum ProvisioningError: Error, Equatable, Sendable, CustomStringConvertible {
    case refused(code: String, detail: String)
    case unsettled(String)
    case cardMisbehaved(String)
    case vault(ProviderKeysError)
    case wrongState(String)
    /// The card said no, twice: a refusal carries no R-MAC, so the first is not believed alone.
    case cardRefused(StatusWord)
    /// The card has no controlling authority, and the policy requires one.
    case noControllingAuthority
    /// The card's controlling authority said no, twice.
    case confidentialSetupRefused(StatusWord)
    case doesNotConverge

    public var description: String {
        switch self {
        case .refused(let code, let detail): "the central TSM refused (\(code)): \(detail)"
        case .unsettled(let detail): "still not settled: \(detail); run it again, it goes on where it stopped"
        case .cardMisbehaved(let reason): "the answers do not come from the card: \(reason)"
        case .vault(let error): "\(error)"
        case .cardRefused(let statusWord): "the card refused: \(statusWord)"
        case .wrongState(let status): "the service is \(status); unlock or delete it first"
        case .noControllingAuthority: "the card has no controlling authority, through which alone keys may be set"
        case .confidentialSetupRefused(let statusWord):
            "the card's controlling authority refused the keys or your certificate: \(statusWord)"
        case .doesNotConverge: "the service did not become active within \(ProvisioningFlow.roundsMax) rounds"
        }
    }
}
