import SeneschalAPI
import TrustedServiceManager

/// The door of TSM operators, `/operator/v1`: registrations, lists, reconciliation.
struct OperatorDoor: Sendable {
    let desk: OperatorDesk
    let store: any DirectoryStore

    func register(on router: inout DoorRouter) {
        registerRegistrations(on: &router)
        registerDirectoryLists(on: &router)
        registerObservation(on: &router)
        registerCardManagement(on: &router)
        registerCredentials(on: &router)
        registerDelegation(on: &router)
    }

    private func registerRegistrations(on router: inout DoorRouter) {
        router.on(Endpoints.registerMobileNetwork) { body, visit in
            .init(name: try await desk.registerMobileNetwork(body.name, visit.operatorContext()).name)
        }
        router.on(Endpoints.registerServiceProvider) { body, visit in
            .init(
                try await desk.registerServiceProvider(
                    name: body.name, transportKey: body.transportKey, visit.operatorContext()))
        }
        router.on(Endpoints.registerService) { body, visit in
            .init(try await desk.registerService(body.domain(), visit.operatorContext()))
        }
        router.on(Endpoints.createCardBatch) { body, visit in
            .init(
                try await desk.createCardBatch(
                    label: body.label, transportKey: body.transportKey, visit.operatorContext()))
        }
        router.on(Endpoints.registerSecureElement) { body, visit in
            let registered = try await desk.registerSecureElement(body.domain(), visit.operatorContext())
            return .init(secureElement: .init(registered.secureElement), agentSecret: registered.agentSecret)
        }
        router.on(Endpoints.registerSubscription) { body, visit in
            .init(try await desk.registerSubscription(body.domain(), visit.operatorContext()))
        }
        router.on(Endpoints.reconcile) { _, visit in
            .init(try await desk.reconcile(visit.secureElement("seId"), visit.operatorContext()))
        }
    }

    private func registerDirectoryLists(on router: inout DoorRouter) {
        router.on(Endpoints.listMobileNetworks) { _, visit in
            let networks = try await store.mobileNetworks().map { API.MobileNetwork(name: $0.name) }
            return visit.page(of: networks, by: \.name)
        }
        router.on(Endpoints.listServiceProviders) { _, visit in
            visit.page(of: try await store.serviceProviders().map(API.ServiceProvider.init), by: \.id)
        }
        router.on(Endpoints.listServices) { _, visit in
            visit.page(of: try await store.services().map(API.Service.init)) {
                "\($0.service.id)/\($0.service.version)"
            }
        }
        router.on(Endpoints.listSecureElements) { _, visit in
            let limit = visit.limit
            let after = visit.parameters["after"] == nil ? nil : try visit.secureElement("after")
            // One more than the page holds tells whether another page follows.
            let found = try await store.secureElements(after: after, limit: limit + 1).map(API.SecureElement.init)
            let items = Array(found.prefix(limit))
            return API.Page(items: items, next: found.count > limit ? items.last?.seId.pathSegment : nil)
        }
        router.on(Endpoints.listSubscriptions) { _, visit in
            let found = try await store.subscriptions(of: visit.secureElement("seId")).map(API.Subscription.init)
            return visit.page(of: found) { "\($0.msi.type.rawValue):\($0.msi.value)" }
        }
    }

    private func registerObservation(on router: inout DoorRouter) {
        router.on(Endpoints.listCommunications) { _, visit in
            API.Page(items: try await store.communications(limit: visit.limit).map(API.Communication.init))
        }
        router.on(Endpoints.listExecutions) { _, visit in
            API.Page(items: try await store.executions(limit: visit.limit).map(API.Execution.init))
        }
        router.on(Endpoints.listAuditEntries) { _, visit in
            API.Page(items: try await store.auditEntries(limit: visit.limit).map(API.AuditEntry.init))
        }
    }
}

extension RequestVisit {
    func operatorContext() throws(Problem) -> OperatorContext {
        guard case .party(.operator(let name))? = visitor else { throw Problem(.forbidden) }
        return OperatorContext(name: name, idempotencyKey: idempotencyKey, requestDigest: digest)
    }

    /// A parameter that names a secure element.
    func secureElement(_ parameter: String) throws(Problem) -> SecureElementIdentifier {
        try API.SecureElementIdentifier(segment: parameters[parameter] ?? "", field: parameter).domain()
    }

    var limit: Int { parameters["limit"].flatMap { Int($0) } ?? API.limitDefault }

    /// The page after the cursor, in the order of the cursors.
    func page<Item>(of items: [Item], by cursor: (Item) -> String) -> API.Page<Item> {
        let after = parameters["after"]
        let sorted = items.map { (cursor: cursor($0), item: $0) }.sorted { $0.cursor < $1.cursor }
        let rest = sorted.drop { after.map($0.cursor.isAtMost) ?? false }
        let page = rest.prefix(limit)
        return API.Page(items: page.map(\.item), next: rest.count > page.count ? page.last?.cursor : nil)
    }
}

extension String {
    fileprivate func isAtMost(_ other: String) -> Bool { self <= other }
}
