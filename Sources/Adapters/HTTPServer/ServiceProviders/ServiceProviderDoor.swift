import SeneschalAPI
import TrustedServiceManager

/// The door of service providers, `/tsm/v1`: JSON to requests of the domain, outcomes to JSON, and nothing else.
struct ServiceProviderDoor: Sendable {
    let tsm: CentralTSM

    func register(on router: inout DoorRouter) {
        registerQueries(on: &router)
        registerCommunications(on: &router)
        registerServices(on: &router)
    }

    private func registerQueries(on router: inout DoorRouter) {
        router.on(Endpoints.secureElementIdentifier) { body, visit in
            let provider = try visit.serviceProvider(claiming: body.spTsmId)
            let id = try await tsm.secureElementIdentifier(of: body.msi.domain(), for: provider)
            return .init(status: .success, requestId: body.requestId, seId: .init(id), msi: body.msi)
        }
        router.on(Endpoints.secureElementData) { body, visit in
            let provider = try visit.serviceProvider(claiming: body.spTsmId)
            let data = try await tsm.secureElementData(
                of: body.msi.domain(), id: body.seId?.domain(), for: provider)
            return .init(status: .success, requestId: body.requestId, seData: .init(data), msi: body.msi)
        }
        router.on(Endpoints.serviceStatus) { body, visit in
            .init(try await tsm.serviceStatus(body.domain(), for: visit.serviceProvider()))
        }
    }

    private func registerCommunications(on router: inout DoorRouter) {
        router.on(Endpoints.beginCommunication) { body, visit in
            .init(try await tsm.beginCommunication(body.domain(), visit.providerContext()))
        }
        router.on(Endpoints.processScript) { body, visit in
            let request = ProcessScriptRequest(
                communication: try visit.communication(), commands: try body.commands())
            return .init(try await tsm.processScript(request, visit.providerContext()))
        }
        router.on(Endpoints.endCommunication) { body, visit in
            let request = EndCommunicationRequest(
                communication: try visit.communication(), operationStatus: body.operationStatus.domain)
            return .init(try await tsm.endCommunication(request, visit.providerContext()))
        }
    }

    private func registerServices(on router: inout DoorRouter) {
        router.on(Endpoints.prePersonalize) { body, visit in
            .init(
                try await tsm.prePersonalize(body.domain(), visit.providerContext()), requestID: body.requestId)
        }
        router.on(Endpoints.activateService) { body, visit in
            .init(try await tsm.activateService(body.domain(), visit.providerContext()))
        }
        router.on(Endpoints.lockService) { body, visit in
            .init(try await tsm.lockService(body.domain(), visit.providerContext()))
        }
        router.on(Endpoints.unlockService) { body, visit in
            .init(try await tsm.unlockService(body.domain(), visit.providerContext()))
        }
        router.on(Endpoints.deleteService) { body, visit in
            .init(try await tsm.deleteService(body.domain(), visit.providerContext()))
        }
        router.on(Endpoints.provision) { body, visit in
            .init(
                try await tsm.provision(body.domain(), visit.providerContext()),
                activationWanted: body.activate ?? false)
        }
    }
}

extension RequestVisit {
    /// The provider whose credential it is; a request that names another one is refused.
    func serviceProvider(claiming claimed: String? = nil) throws(Problem) -> ServiceProviderID {
        guard case .party(.serviceProvider(let id))? = visitor else { throw Problem(.forbidden) }
        guard claimed == nil || claimed == id.rawValue else {
            throw Problem(
                .forbidden, detail: "the access credential belongs to another service provider", field: "spTsmId")
        }
        return id
    }

    func providerContext() throws(Problem) -> RequestContext {
        RequestContext(provider: try serviceProvider(), idempotencyKey: idempotencyKey, requestDigest: digest)
    }

    fileprivate func communication() throws(Problem) -> CommunicationID {
        guard let id = parameters["communicationId"] else { throw Problem(.notFound, field: "communicationId") }
        return CommunicationID(rawValue: id)
    }
}
