extension Endpoints {
    /// Smart cards that are verified in two stages.
    static let smartCards: [APIRoute] = [
        enrolSmartCard.route, setSmartCardState.route, personalizeSmartCard.route, challengeSmartCard.route,
        processSmartCard.route,
    ]

    public static let enrolSmartCard = Endpoint<API.EnrolSmartCardRequest, API.SmartCard>.post(
        "enrolSmartCard", "/pay/v1/smart-cards", for: .operator, "Links a card to an account.", status: 201,
        problems: [.notFound, .duplicate, .limitReached])

    public static let setSmartCardState = Endpoint<API.SmartCardStateRequest, API.SmartCard>.post(
        "setSmartCardState", "/pay/v1/smart-cards/{card}/state", for: .operator,
        "Stops a card from paying, or lets it pay again.", parameters: [smartCard], problems: [.notFound])

    public static let personalizeSmartCard = Endpoint<API.SmartCardKeyRequest, API.SmartCardPersonalization>.post(
        "personalizeSmartCard", "/pay/v1/smart-cards/{card}/personalization", for: .operator,
        "What makes an instance of the application this card, its key wrapped for whoever personalizes it.",
        parameters: [smartCard], isMutation: false, problems: [.notFound])

    public static let challengeSmartCard = Endpoint<API.SmartCardStatementRequest, API.SmartCardChallenge>.post(
        "challengeSmartCard", "/pay/v1/smart-card-challenges", for: .paymentTerminal,
        "A challenge for one transaction of a card. The signed request is its own key.", isMutation: false,
        problems: [.assertionRefused, .limitReached])

    public static let processSmartCard = Endpoint<API.SmartCardStatementRequest, API.SmartCardTransaction>.post(
        "processSmartCard", "/pay/v1/smart-card-transactions", for: .paymentTerminal,
        "Verifies a card in two stages and does its transaction. The transaction is its own key: it is done once.",
        isMutation: false, problems: [.assertionRefused, .limitReached])

    private static let smartCard = path("card", API.smartCardSchema, "The card's identification.")
}
