extension Endpoints {
    /// What operators ask for, under `/operator/v1`.
    static let operators: [APIRoute] =
        [
            registerMobileNetwork.route, listMobileNetworks.route, registerServiceProvider.route,
            listServiceProviders.route,
            registerService.route, listServices.route, createCardBatch.route, registerSecureElement.route,
            listSecureElements.route, registerSubscription.route, listSubscriptions.route, reconcile.route,
            listCommunications.route, listExecutions.route, listAuditEntries.route,
        ] + cardManagement + credentials + delegationOperators

    public static let registerMobileNetwork = Endpoint<API.MobileNetwork, API.MobileNetwork>.post(
        "registerMobileNetwork", "/operator/v1/networks", for: .operator, "Registers a mobile network.",
        status: 201, problems: [.duplicate])

    public static let listMobileNetworks = Endpoint<NoBody, API.Page<API.MobileNetwork>>.get(
        "listMobileNetworks", "/operator/v1/networks", for: .operator, "The mobile networks, by name.",
        parameters: page)

    public static let registerServiceProvider = Endpoint<
        API.RegisterServiceProviderRequest, API.RegisterServiceProviderResponse
    >.post(
        "registerServiceProvider", "/operator/v1/providers", for: .operator,
        "Registers a service provider; answers its credential and its temporary master key.", status: 201,
        problems: [.duplicate])

    public static let listServiceProviders = Endpoint<NoBody, API.Page<API.ServiceProvider>>.get(
        "listServiceProviders", "/operator/v1/providers", for: .operator, "The service providers, by identifier.",
        parameters: page)

    public static let registerService = Endpoint<API.Service, API.Service>.post(
        "registerService", "/operator/v1/services", for: .operator, "Registers the definition of a service.",
        status: 201, problems: [.duplicate])

    public static let listServices = Endpoint<NoBody, API.Page<API.Service>>.get(
        "listServices", "/operator/v1/services", for: .operator, "The services, by number and version.",
        parameters: page)

    public static let createCardBatch = Endpoint<API.CreateCardBatchRequest, API.WrappedMasterKey>.post(
        "createCardBatch", "/operator/v1/card-batches", for: .operator,
        "Makes the master key of a batch of cards, for their manufacturer.", status: 201, problems: [])

    public static let registerSecureElement = Endpoint<
        API.RegisterSecureElementRequest, API.RegisterSecureElementResponse
    >.post(
        "registerSecureElement", "/operator/v1/secure-elements", for: .operator,
        "Registers a secure element; answers the credential of its local agent.", status: 201,
        problems: [.duplicate, .notFound])

    public static let listSecureElements = Endpoint<NoBody, API.Page<API.SecureElement>>.get(
        "listSecureElements", "/operator/v1/secure-elements", for: .operator, "The secure elements, by identifier.",
        parameters: page)

    public static let registerSubscription = Endpoint<API.Subscription, API.Subscription>.post(
        "registerSubscription", "/operator/v1/subscriptions", for: .operator,
        "Registers which secure element a subscription stands for.", status: 201, problems: [.duplicate, .notFound])

    public static let listSubscriptions = Endpoint<NoBody, API.Page<API.Subscription>>.get(
        "listSubscriptions", "/operator/v1/subscriptions", for: .operator,
        "The subscriptions of one secure element, by number.",
        parameters: [
            APIRoute.Parameter(
                name: "seId", place: .query, schema: secureElementSegment, isRequired: true,
                summary: "Type and value of the secure element's identifier.")
        ] + page)

    public static let reconcile = Endpoint<API.ReconciliationRequest, API.Reconciliation>.post(
        "reconcileSecureElement", "/operator/v1/secure-elements/{seId}/reconciliation", for: .operator,
        "Reads the card and settles whatever an interruption left open on it.",
        parameters: [
            APIRoute.Parameter(
                name: "seId", place: .path, schema: secureElementSegment, isRequired: true,
                summary: "Type and value of the secure element's identifier.")
        ], problems: [.notFound, .unreachable, .unknownOutcome, .cardMisbehaved])

    public static let listCommunications = Endpoint<NoBody, API.Page<API.Communication>>.get(
        "listCommunications", "/operator/v1/communications", for: .operator, "The newest communications.",
        parameters: [limit])

    public static let listExecutions = Endpoint<NoBody, API.Page<API.Execution>>.get(
        "listExecutions", "/operator/v1/executions", for: .operator, "The newest executions.", parameters: [limit])

    public static let listAuditEntries = Endpoint<NoBody, API.Page<API.AuditEntry>>.get(
        "listAuditEntries", "/operator/v1/audit", for: .operator, "The newest lines of the audit trail.",
        parameters: [limit])

    static let limit = APIRoute.Parameter(
        name: "limit", place: .query, schema: .integer(1...API.limitMax, example: API.limitDefault),
        isRequired: false, summary: "Items on the page at most; \(API.limitDefault) when absent.")

    static let page = [
        limit,
        APIRoute.Parameter(
            name: "after", place: .query, schema: API.cursorSchema, isRequired: false,
            summary: "The `next` of the page before."),
    ]

    static let secureElementSegment = Schema.printable(8...80, example: "cin:45434E0000000001")
}
