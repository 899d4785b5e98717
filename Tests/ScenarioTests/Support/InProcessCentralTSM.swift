import CardCryptography
import ISO7816
import ServiceProvider
import TrustedServiceManager

/// The central TSM as a provider sees it, without HTTP: the same requests, the same answers, the same errors.
struct InProcessCentralTSM: CentralTSMConnection {
    /// Asked for every request: a server that was killed and started again is another one.
    let tsm: @Sendable () async -> CentralTSM
    let provider: ServiceProviderID
    let providerName: String

    func secureElement(
        of subscriber: Subscriber
    ) async throws(CentralTSMConnectionError) -> ProvidedSecureElement {
        let data = try await asking { tsm throws(TSMError) in
            try await tsm.secureElementData(of: msi(subscriber), id: nil, for: provider)
        }
        let domain = data.serviceProviderData.securityDomain
        return ProvidedSecureElement(
            id: data.id.value,
            card: domain.map {
                CardDescription(
                    securityDomain: $0.aid, keyVersionNumber: $0.keyVersionNumber,
                    keyDiversificationData: $0.keyDiversificationData, sequenceCounter: $0.sequenceCounter,
                    implementation: $0.implementation)
            },
            custody: domain.flatMap { ProvidedSecureElement.Custody(rawValue: $0.custody.rawValue) } ?? .central,
            services: data.serviceProviderData.services.map {
                .init(
                    name: ServiceName(number: $0.service.number, version: $0.service.version),
                    paymentReferenceNumber: $0.qualifier.paymentReferenceNumber, instance: $0.instance,
                    status: $0.status.rawValue)
            })
    }

    func prePersonalize(_ target: ServiceTarget, key: String) async throws(CentralTSMConnectionError) {
        _ = try await asking { tsm throws(TSMError) in
            try await tsm.prePersonalize(
                PrePersonalizationRequest(service: request(target)), context(key, "pre", "\(target)"))
        }
    }

    func change(
        _ change: ServiceChange, of target: ServiceTarget, key: String
    ) async throws(CentralTSMConnectionError) {
        _ = try await asking { tsm throws(TSMError) in
            let (request, context) = (try request(target), context(key, change.rawValue, "\(target)"))
            switch change {
            case .lock: return try await tsm.lockService(request, context)
            case .unlock: return try await tsm.unlockService(request, context)
            case .delete: return try await tsm.deleteService(request, context)
            }
        }
    }

    func beginCommunication(
        _ target: ServiceTarget, application: AID, scriptBytes: Int, operation: String, key: String
    ) async throws(CentralTSMConnectionError) -> String {
        try await asking { tsm throws(TSMError) in
            guard let operation = Operation(rawValue: operation) else {
                throw .invalid(field: "operation", reason: operation)
            }
            return try await tsm.beginCommunication(
                BeginCommunicationRequest(
                    service: request(target), targetApplication: application, scriptFormat: .compact,
                    scriptBytes: scriptBytes, operation: operation),
                context(key, "begin", "\(target) \(application)")
            ).communication.rawValue
        }
    }

    func processScript(
        _ commands: [CommandAPDU], communication: String, key: String
    ) async throws(CentralTSMConnectionError) -> ProcessedScript {
        let outcome = try await asking { tsm throws(TSMError) in
            try await tsm.processScript(
                ProcessScriptRequest(
                    communication: CommunicationID(rawValue: communication), commands: commands),
                context(key, "script", communication + commands.map(\.bytes.hex).joined()))
        }
        return ProcessedScript(outcome)
    }

    func endCommunication(
        _ communication: String, succeeded: Bool, key: String
    ) async throws(CentralTSMConnectionError) {
        _ = try await asking { tsm throws(TSMError) in
            try await tsm.endCommunication(
                EndCommunicationRequest(
                    communication: CommunicationID(rawValue: communication),
                    operationStatus: succeeded ? .success : .failure), context(key, "end", communication))
        }
    }

    func activate(_ target: ServiceTarget, key: String) async throws(CentralTSMConnectionError) {
        _ = try await asking { tsm throws(TSMError) in
            try await tsm.activateService(request(target), context(key, "activate", "\(target)"))
        }
    }

    func provision(
        _ target: ServiceTarget, rotation: [CommandAPDU]?, personalization: [CommandAPDU]?, activate: Bool, key: String
    ) async throws(CentralTSMConnectionError) -> ProcessedProvisioning {
        let outcome = try await asking { tsm throws(TSMError) in
            try await tsm.provision(
                ProvisioningRequest(
                    service: request(target), rotation: rotation, personalization: personalization,
                    activate: activate), context(key, "provision", "\(target)"))
        }
        return ProcessedProvisioning(
            rotation: outcome.rotation.map(ProcessedScript.init),
            personalization: outcome.personalization.map(ProcessedScript.init),
            isActive: outcome.status == .active)
    }

    // MARK: Translation

    private func request(_ target: ServiceTarget) throws(TSMError) -> ServiceRequest {
        do {
            return ServiceRequest(
                secureElement: try SecureElementIdentifier(value: target.secureElementID),
                msi: try msi(target.subscriber),
                service: try ServiceIdentifier(number: target.service.number, version: target.service.version),
                qualifier: try ServiceQualifier(
                    providerName: providerName, paymentReferenceNumber: target.paymentReferenceNumber))
        } catch {
            throw .invalid(field: "request", reason: "\(error)")
        }
    }

    func msi(_ subscriber: Subscriber) throws(TSMError) -> MobileSubscriptionIdentifier {
        do {
            return try MobileSubscriptionIdentifier(value: subscriber.msi)
        } catch {
            throw .invalid(field: error.field, reason: error.reason)
        }
    }

    func context(_ key: String, _ action: String, _ body: String) -> RequestContext {
        RequestContext(provider: provider, idempotencyKey: key, requestDigest: Digest.hash(Array((action + body).utf8)))
    }

    func asking<Answer: Sendable>(
        _ request: (CentralTSM) async throws(TSMError) -> Answer
    ) async throws(CentralTSMConnectionError) -> Answer {
        do throws(TSMError) {
            return try await request(await tsm())
        } catch {
            switch error {
            case .unreachable, .unknownOutcome, .internal: throw .unsettled(detail: "\(error)")
            default: throw .refused(code: "\(error)".prefix { $0 != "(" }.description, detail: "\(error)")
            }
        }
    }
}

extension ProcessedScript {
    init(_ outcome: ScriptOutcome) {
        self.init(
            verdict: Verdict(rawValue: outcome.verdict.rawValue) ?? .unknown,
            responses: Dictionary(
                uniqueKeysWithValues: outcome.responses.map { response in
                    (
                        response.index,
                        response.statusWord.map { ResponseAPDU(StatusWord($0), data: response.data) }
                    )
                }),
            failedIndexes: outcome.failed.map(\.index),
            refusals: Dictionary(
                outcome.failed.compactMap { failure in failure.statusWord.map { (failure.index, StatusWord($0)) } },
                uniquingKeysWith: { first, _ in first }))
    }
}
