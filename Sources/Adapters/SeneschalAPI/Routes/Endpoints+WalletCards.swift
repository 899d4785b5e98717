extension Endpoints {
    /// What a user's device asks the wallet for about cards, under `/wallet/v1`.
    static let walletCards: [APIRoute] = [
        walletKeys.route, prepareSecureElement.route, walletCardList.route, bindingAssertion.route,
        activateCard.route, confirmActivation.route, synchronizeCards.route, unbindWalletCard.route,
        migrationSources.route,
        migrateCards.route, migration.route,
    ]

    public static let walletKeys = Endpoint<NoBody, API.WalletKeys>.get(
        "getWalletKeys", "/wallet/v1/keys", for: .anyone, "The wallet's public keys.")

    public static let prepareSecureElement = Endpoint<API.PreparationRequest, API.PreparationReply>.post(
        "prepareSecureElement", "/wallet/v1/secure-element", for: .walletUser,
        "Makes the two universal instances of the device's secure element, where they are missing.",
        problems: onSecureElement)

    public static let walletCardList = Endpoint<NoBody, API.WalletCards>.get(
        "listWalletCards", "/wallet/v1/users/{userId}/cards", for: .walletUser,
        "All and only the cards of the user, who must be that of the session.",
        parameters: [
            .init(
                name: "userId", place: .path, schema: API.userSchema, isRequired: true,
                summary: "As answered to the login.")
        ], problems: [.forbidden])

    public static let bindingAssertion = Endpoint<API.NamedCard, API.BindingAssertion>.post(
        "getBindingAssertion", "/wallet/v1/binding-assertions", for: .walletUser,
        "The wallet's word to the card's issuer that this user may bind it to this secure element.",
        isMutation: false, problems: [.notFound, .wrongState])

    public static let activateCard = Endpoint<API.CardActivationRequest, API.CardActivationReply>.post(
        "activateCard", "/wallet/v1/activations", for: .walletUser,
        "Binds a card to this device, where that is to be done, and activates functions, in one exchange.",
        problems: onSecureElement + verifying)

    public static let confirmActivation = Endpoint<API.OneTimePasswordConfirmation, API.CardActivationReply>.post(
        "confirmActivation", "/wallet/v1/activations/confirmations", for: .walletUser,
        "Completes an activation with the one-time password of the card's issuer.",
        problems: onSecureElement + verifying)

    public static let synchronizeCards = Endpoint<API.SynchronizationRequest, API.SynchronizationReply>.post(
        "synchronizeCards", "/wallet/v1/synchronizations", for: .walletUser,
        "Loads what is missing in the device's secure element, deletes what is not to be there, finishes what was "
            + "under way.", problems: onSecureElement)

    public static let unbindWalletCard = Endpoint<API.NamedCard, API.UnbindingReply>.post(
        "unbindWalletCard", "/wallet/v1/unbindings", for: .walletUser,
        "Takes a card off this device: its tokens end at once.",
        problems: onSecureElement + [.freshAuthenticationRequired])

    public static let migrationSources = Endpoint<NoBody, API.MigrationSources>.get(
        "listMigrationSources", "/wallet/v1/migration-sources", for: .walletUser,
        "The account's other devices with a card on them.")

    public static let migrateCards = Endpoint<API.MigrationRequest, API.Migration>.post(
        "migrateCards", "/wallet/v1/migrations", for: .walletUser,
        "Moves cards from another device of the account to the asking one.",
        problems: onSecureElement + [.freshAuthenticationRequired])

    public static let migration = Endpoint<NoBody, API.Migration>.get(
        "getMigration", "/wallet/v1/migrations/{migrationId}", for: .walletUser,
        "How far a migration is; what is under way goes on.",
        parameters: [
            .init(
                name: "migrationId", place: .path, schema: API.migrationSchema, isRequired: true,
                summary: "As answered to the request.")
        ], problems: onSecureElement)

    private static let onSecureElement: [ProblemCode] = [
        .notFound, .wrongState, .unfinished, .cardRefused, .secureElementFull, .secureElementMismatch,
    ]

    private static let verifying: [ProblemCode] = [
        .unknownIssuer, .issuerRefused, .duplicate, .limitReached, .tooManyTries,
    ]
}
