extension Endpoints {
    /// What service providers ask for, under `/tsm/v1`.
    static let serviceProviders: [APIRoute] = [
        secureElementIdentifier.route, secureElementData.route, prePersonalize.route, beginCommunication.route,
        processScript.route, endCommunication.route, activateService.route, lockService.route, unlockService.route,
        deleteService.route, provision.route, serviceStatus.route,
    ]

    public static let secureElementIdentifier = Endpoint<
        API.SecureElementIdentifierRequest, API.SecureElementIdentifierResponse
    >.post(
        "getSecureElementIdentifier", "/tsm/v1/secure-element-identifier", for: .serviceProvider,
        "The secure element of a subscription.", isMutation: false, problems: [.notFound])

    public static let secureElementData = Endpoint<API.SecureElementDataRequest, API.SecureElementDataResponse>.post(
        "getSecureElementData", "/tsm/v1/secure-element-data", for: .serviceProvider,
        "What the asking provider may know of the secure element of a subscription.", isMutation: false,
        problems: [.notFound, .mismatch])

    public static let prePersonalize = Endpoint<API.PrePersonalizationRequest, API.PrePersonalizationResponse>.post(
        "prePersonalize", "/tsm/v1/pre-personalizations", for: .serviceProvider,
        "Creates the provider's security domain, instantiates the service's application and extradites it.",
        problems: onCard + [.ineligible])

    public static let beginCommunication = Endpoint<API.BeginCommunicationRequest, API.BeginCommunicationResponse>.post(
        "beginCommunication", "/tsm/v1/communications", for: .serviceProvider,
        "Begins an over-the-air dialogue with one secure element.", problems: onCard)

    public static let processScript = Endpoint<API.ProcessScriptRequest, API.ScriptResponse>.post(
        "processScript", "/tsm/v1/communications/{communicationId}/scripts", for: .serviceProvider,
        "Has command APDUs executed on the secure element, in order; stops at the first refusal.",
        parameters: [communicationID],
        problems: onCard + [.communicationEnded, .communicationExpired, .scriptExecuting, .scriptsExhausted]
            + [.commandRefused, .scriptTooLarge])

    public static let endCommunication = Endpoint<API.EndCommunicationRequest, API.EndCommunicationResponse>.post(
        "endCommunication", "/tsm/v1/communications/{communicationId}/end", for: .serviceProvider,
        "Ends a communication; its identifier may not be used again.", parameters: [communicationID],
        problems: onCard + [.communicationEnded, .communicationExpired, .scriptExecuting])

    public static let activateService = Endpoint<API.ServiceRequest, API.ServiceResponse>.post(
        "activateService", "/tsm/v1/activations", for: .serviceProvider,
        "Makes the application of a personalized service selectable.", problems: onCard)

    public static let lockService = Endpoint<API.ServiceRequest, API.ServiceResponse>.post(
        "lockService", "/tsm/v1/locks", for: .serviceProvider, "Stops the application of a service.",
        problems: onCard)

    public static let unlockService = Endpoint<API.ServiceRequest, API.ServiceResponse>.post(
        "unlockService", "/tsm/v1/unlocks", for: .serviceProvider, "Lets a stopped application run again.",
        problems: onCard)

    public static let deleteService = Endpoint<API.ServiceRequest, API.ServiceResponse>.post(
        "deleteService", "/tsm/v1/deletions", for: .serviceProvider,
        "Removes the instance of a service from the secure element; the security domain stays.", problems: onCard)

    public static let provision = Endpoint<API.ProvisioningRequest, API.ProvisioningResponse>.post(
        "provision", "/tsm/v1/provisionings", for: .serviceProvider,
        "Key rotation, personalization and activation in one request and one trip.",
        problems: onCard + [.commandRefused, .scriptTooLarge])

    public static let serviceStatus = Endpoint<API.ServiceRequest, API.ServiceStatusResponse>.post(
        "getServiceStatus", "/tsm/v1/service-status", for: .serviceProvider,
        "Where a service stands on one secure element.", isMutation: false, problems: [.notFound, .mismatch])

    /// The problems of a request that concerns a card.
    static let onCard: [ProblemCode] = [
        .notFound, .mismatch, .wrongState, .unreachable, .unknownOutcome, .cardRefused, .cardMisbehaved,
    ]

    private static let communicationID = APIRoute.Parameter(
        name: "communicationId", place: .path, schema: API.communicationIDSchema, isRequired: true,
        summary: "As answered by beginCommunication.")
}
