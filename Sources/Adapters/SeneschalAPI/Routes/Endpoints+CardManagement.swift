extension Endpoints {
    /// What operators do to one card, under `/operator/v1/secure-elements/{seId}`.
    static let cardManagement: [APIRoute] = [
        lockSecureElement.route, unlockSecureElement.route, terminateSecureElement.route, lockApplication.route,
        unlockApplication.route, loadPackage.route, installApplication.route, deleteContent.route,
    ]

    public static let lockSecureElement = cardAction(
        "lockSecureElement", "lock",
        "Locks the card through its issuer security domain: nothing but that answers any more.")

    public static let unlockSecureElement = cardAction(
        "unlockSecureElement", "unlock", "Lets a locked card work again.")

    public static let terminateSecureElement = cardAction(
        "terminateSecureElement", "termination", "Ends the life of the card, for good.")

    public static let lockApplication = onSecureElement(
        API.ApplicationRequest.self, API.ServiceResponse.self, "lockApplication", "application-locks",
        "Stops a service's application, whoever holds the keys of its security domain.")

    public static let unlockApplication = onSecureElement(
        API.ApplicationRequest.self, API.ServiceResponse.self, "unlockApplication", "application-unlocks",
        "Lets a stopped application run again.")

    public static let loadPackage = onSecureElement(
        API.LoadRequest.self, API.Content.self, "loadPackage", "load-files",
        "Loads a package without DAP into the management domain.", problems: [.duplicate])

    public static let installApplication = onSecureElement(
        API.InstallRequest.self, API.Content.self, "installApplication", "applications",
        "Makes an application of the management domain's own, selectable at once.", problems: [.duplicate])

    public static let deleteContent = onSecureElement(
        API.ContentDeletionRequest.self, API.Content.self, "deleteContent", "content-deletions",
        "Deletes an application or a package that the management domain manages.")

    private static func cardAction(
        _ operationID: String, _ path: String, _ summary: String
    ) -> Endpoint<API.CardRequest, API.CardState> {
        onSecureElement(API.CardRequest.self, API.CardState.self, operationID, path, summary)
    }

    static func onSecureElement<Request: WireType, Response: WireType>(
        _: Request.Type, _: Response.Type, _ operationID: String, _ path: String, _ summary: String,
        problems: [ProblemCode] = []
    ) -> Endpoint<Request, Response> {
        .post(
            operationID, "/operator/v1/secure-elements/{seId}/\(path)", for: .operator, summary,
            parameters: [
                APIRoute.Parameter(
                    name: "seId", place: .path, schema: secureElementSegment, isRequired: true,
                    summary: "Type and value of the secure element's identifier.")
            ], problems: onCard + problems)
    }
}
