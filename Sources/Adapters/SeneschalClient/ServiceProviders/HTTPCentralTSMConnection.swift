public import ISO7816
public import SeneschalAPI
public import ServiceProvider

/// The central TSM over HTTP, for the service provider's side: one provider, under its registered name.
public struct HTTPCentralTSMConnection: CentralTSMConnection {
    let client: SeneschalClient
    private let providerName: String

    /// - Parameter providerName: as the operator registered it; it stands in every qualifier.
    public init(_ client: SeneschalClient, providerName: String) {
        self.client = client
        self.providerName = providerName
    }

    public func secureElement(
        of subscriber: Subscriber
    ) async throws(CentralTSMConnectionError) -> ProvidedSecureElement {
        let data = try await asking { () async throws(SeneschalClientError) in
            try await client.secureElementData(.init(msi: subscriber.api))
        }.seData
        return try ProvidedSecureElement(data)
    }

    public func prePersonalize(_ target: ServiceTarget, key: String) async throws(CentralTSMConnectionError) {
        let names = names(target)
        _ = try await asking { () async throws(SeneschalClientError) in
            try await client.prePersonalize(
                .init(seId: names.seId, msi: names.msi, service: names.service, qualifier: names.qualifier),
                idempotencyKey: key)
        }
    }

    public func beginCommunication(
        _ target: ServiceTarget, application: AID, scriptBytes: Int, operation: String, key: String
    ) async throws(CentralTSMConnectionError) -> String {
        guard let operation = API.Operation(rawValue: operation) else {
            throw .refused(code: "invalidField", detail: "operation: there is none called \(operation)")
        }
        let names = names(target)
        return try await asking { () async throws(SeneschalClientError) in
            try await client.beginCommunication(
                .init(
                    seId: names.seId, msi: names.msi, service: names.service, qualifier: names.qualifier,
                    targetAID: HexBytes(application.bytes), scriptFormat: .compact, scriptSize: scriptBytes,
                    operation: operation), idempotencyKey: key)
        }.communicationId
    }

    public func processScript(
        _ commands: [CommandAPDU], communication: String, key: String
    ) async throws(CentralTSMConnectionError) -> ProcessedScript {
        let answer = try await asking { () async throws(SeneschalClientError) in
            try await client.processScript(.init(commands), in: communication, idempotencyKey: key)
        }
        return try ProcessedScript(script: answer)
    }

    public func endCommunication(
        _ communication: String, succeeded: Bool, key: String
    ) async throws(CentralTSMConnectionError) {
        _ = try await asking { () async throws(SeneschalClientError) in
            try await client.endCommunication(
                .init(operationStatus: succeeded ? .success : .failure), in: communication, idempotencyKey: key)
        }
    }

    public func activate(_ target: ServiceTarget, key: String) async throws(CentralTSMConnectionError) {
        let names = names(target)
        _ = try await asking { () async throws(SeneschalClientError) in
            try await client.activateService(names, idempotencyKey: key)
        }
    }

    public func change(
        _ change: ServiceChange, of target: ServiceTarget, key: String
    ) async throws(CentralTSMConnectionError) {
        let names = names(target)
        _ = try await asking { () async throws(SeneschalClientError) in
            switch change {
            case .lock: try await client.lockService(names, idempotencyKey: key)
            case .unlock: try await client.unlockService(names, idempotencyKey: key)
            case .delete: try await client.deleteService(names, idempotencyKey: key)
            }
        }
    }

    public func provision(
        _ target: ServiceTarget, rotation: [CommandAPDU]?, personalization: [CommandAPDU]?, activate: Bool, key: String
    ) async throws(CentralTSMConnectionError) -> ProcessedProvisioning {
        let names = names(target)
        let answer = try await asking { () async throws(SeneschalClientError) in
            try await client.provision(
                .init(
                    seId: names.seId, msi: names.msi, service: names.service, qualifier: names.qualifier,
                    rotate: rotation.map { .init($0) }, personalize: personalization.map { .init($0) },
                    activate: activate), idempotencyKey: key)
        }
        return ProcessedProvisioning(
            rotation: try answer.rotate.map(ProcessedScript.init(script:)),
            personalization: try answer.personalize.map(ProcessedScript.init(script:)),
            isActive: answer.serviceStatus == .active)
    }

    private func names(_ target: ServiceTarget) -> API.ServiceRequest {
        API.ServiceRequest(
            seId: API.SecureElementIdentifier(shortForm: target.secureElementID), msi: target.subscriber.api,
            service: .init(id: target.service.number, version: target.service.version),
            qualifier: .init(spName: providerName, prn: target.paymentReferenceNumber))
    }

    func asking<Answer>(
        _ question: () async throws(SeneschalClientError) -> Answer
    ) async throws(CentralTSMConnectionError) -> Answer {
        do throws(SeneschalClientError) {
            return try await question()
        } catch {
            switch error {
            case .problem(let problem) where problem.code.isWorthRepeating:
                throw .unsettled(detail: "\(problem)")
            case .problem(let problem):
                throw .refused(code: problem.code.rawValue, detail: "\(problem)")
            case .unreachable:
                throw .unsettled(detail: error.description)
            case .malformedAnswer, .invalidServer:
                throw .refused(code: "malformedAnswer", detail: error.description)
            }
        }
    }
}

extension ProblemCode {
    /// Whether the same request with the same key may be answered otherwise later on.
    fileprivate var isWorthRepeating: Bool {
        retryAfterSeconds != nil || self == .scriptExecuting || self == .internal
    }
}

extension Subscriber {
    var api: API.MobileSubscriptionIdentifier { .init(type: .mdn, value: msi) }
}

extension API.ProcessScriptRequest {
    /// A script of these commands.
    public init(_ commands: [CommandAPDU]) { self.init(apdus: commands.map { HexBytes($0.bytes) }) }
}

extension API.SecureElementIdentifier {
    /// The value alone stands for a Card Image Number; another type is named before a colon.
    init(shortForm text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        if parts.count == 2, let type = Kind(rawValue: String(parts[0])) {
            self.init(type: type, value: String(parts[1]))
        } else {
            self.init(type: .cin, value: text)
        }
    }

    fileprivate var shortForm: String { type == .cin ? value : pathSegment }
}

// MARK: - Answers, read as the provider's side wants them

let malformed = CentralTSMConnectionError.refused(
    code: "malformedAnswer", detail: "the answer holds what cannot be an AID, a response or a counter")

extension ProvidedSecureElement {
    fileprivate init(_ data: API.SecureElementData) throws(CentralTSMConnectionError) {
        let domain = data.spData.securityDomain
        var services: [Service] = []
        for service in data.spData.services {
            services.append(
                Service(
                    name: ServiceName(number: service.service.id, version: service.service.version),
                    paymentReferenceNumber: service.qualifier.prn, instance: try AID(answered: service.instanceAID),
                    status: service.serviceStatus.rawValue))
        }
        self.init(
            id: data.seId.shortForm, card: try domain.map(CardDescription.init(answered:)),
            custody: domain.flatMap { Custody(rawValue: $0.keyCustody.rawValue) } ?? .central, services: services)
    }
}

extension CardDescription {
    fileprivate init(answered domain: API.SecurityDomain) throws(CentralTSMConnectionError) {
        guard let version = UInt8(exactly: domain.keyVersionNumber),
            let counter = UInt32(exactly: domain.sequenceCounter),
            let implementation = UInt8(exactly: domain.scp03Implementation)
        else { throw malformed }
        self.init(
            securityDomain: try AID(answered: domain.aid), keyVersionNumber: version,
            keyDiversificationData: domain.keyDiversificationData.bytes, sequenceCounter: counter,
            implementation: implementation)
    }
}

extension ProcessedScript {
    fileprivate init(script: API.ScriptResponse) throws(CentralTSMConnectionError) {
        var responses: [Int: ResponseAPDU?] = [:]
        for answer in script.responses {
            guard let statusWord = answer.sw else {
                responses.updateValue(nil, forKey: answer.index)
                continue
            }
            do {
                responses.updateValue(
                    try ResponseAPDU(bytes: answer.data.bytes + statusWord.bytes), forKey: answer.index)
            } catch {
                throw malformed
            }
        }
        let verdict: Verdict =
            switch script.outcome {
            case .completed: .completed
            case .stopped: .stopped
            case .unknown: .unknown
            }
        var refusals: [Int: StatusWord] = [:]
        for failure in script.failed {
            guard let bytes = failure.sw?.bytes, bytes.count == 2 else { continue }
            refusals[failure.index] = StatusWord(bytes[0], bytes[1])
        }
        self.init(
            verdict: verdict, responses: responses, failedIndexes: script.failed.map(\.index), refusals: refusals)
    }
}

extension AID {
    init(answered bytes: HexBytes) throws(CentralTSMConnectionError) {
        do { try self.init(bytes.bytes) } catch { throw malformed }
    }
}
