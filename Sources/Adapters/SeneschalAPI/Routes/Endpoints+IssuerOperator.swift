extension Endpoints {
    /// What the operator of an issuer asks for.
    static let issuerOperator: [APIRoute] = [
        registerCardholder.route, listCardholders.route, issueCard.route, listCardAccounts.route,
        setCardAccountState.route, signTokenOrder.route, listCardBindings.route, personalizeChip.route,
        listCardTransactions.route,
        listOneTimePasswords.route, registerWallet.route, renewWalletCredential.route, addWalletKey.route,
        listWallets.route,
        listIssuerAuditEntries.route,
    ]

    public static let registerCardholder = Endpoint<API.RegisterCardholderRequest, API.Cardholder>.post(
        "registerCardholder", "/issuer/v1/cardholders", for: .operator, "Registers a cardholder.", status: 201,
        problems: [])

    public static let listCardholders = Endpoint<NoBody, API.Page<API.Cardholder>>.get(
        "listCardholders", "/issuer/v1/cardholders", for: .operator,
        "The cardholders by identifier, without what identifies them.", parameters: page)

    public static let issueCard = Endpoint<API.IssueCardRequest, API.IssuedCard>.post(
        "issueCard", "/issuer/v1/cards", for: .operator,
        "Issues a card; answers its number, which is told here and nowhere else.", status: 201,
        problems: [.notFound, .duplicate, .limitReached])

    public static let listCardAccounts = Endpoint<NoBody, API.Page<API.CardAccount>>.get(
        "listCardAccounts", "/issuer/v1/cards", for: .operator, "The cards by reference, their numbers masked.",
        parameters: page)

    public static let setCardAccountState = Endpoint<API.CardStateRequest, API.CardAccount>.post(
        "setCardAccountState", "/issuer/v1/cards/{card}/state", for: .operator,
        "Blocks a card, unblocks it, or closes it for good.", parameters: [cardAccount],
        problems: [.notFound, .wrongState])

    public static let signTokenOrder = Endpoint<API.TokenOrderRequest, API.TokenOrder>.post(
        "signTokenOrder", "/issuer/v1/cards/{card}/token-orders", for: .operator,
        "Signs the issuer's word to a wallet's token service about the card: suspend, resume, delete.",
        parameters: [cardAccount], problems: [.notFound])

    public static let listCardBindings = Endpoint<NoBody, API.Page<API.IssuerBindingRecord>>.get(
        "listCardBindings", "/issuer/v1/cards/{card}/bindings", for: .operator,
        "Who has a card in which wallet, on which secure element.", parameters: [cardAccount])

    public static let personalizeChip = Endpoint<API.PersonalizationRequest, API.ChipPersonalization>.post(
        "personalizeChip", "/issuer/v1/cards/{card}/personalization", for: .operator,
        "The key of one card, for whoever personalizes its chip.", parameters: [cardAccount], problems: [.notFound])

    public static let listCardTransactions = Endpoint<NoBody, API.Page<API.CardTransaction>>.get(
        "listCardTransactions", "/issuer/v1/transactions", for: .operator, "The newest transactions.",
        parameters: [
            APIRoute.Parameter(
                name: "card", place: .query, schema: API.cardAccountSchema, isRequired: false,
                summary: "Of this card; of all when absent."), limit,
        ])

    public static let listOneTimePasswords = Endpoint<NoBody, API.Page<API.OutgoingOneTimePassword>>.get(
        "listOneTimePasswords", "/issuer/v1/one-time-passwords", for: .operator,
        "A simulation of the telephone network: the newest messages, which nobody was sent.", parameters: [limit])

    public static let registerWallet = Endpoint<API.RegisterWalletRequest, API.RegisteredWallet>.post(
        "registerWallet", "/issuer/v1/wallets", for: .operator,
        "Registers a wallet; answers its credential.", status: 201, problems: [.duplicate, .limitReached])

    public static let renewWalletCredential = Endpoint<API.RenewCredentialRequest, API.RegisteredWallet>.post(
        "renewWalletCredential", "/issuer/v1/wallets/{wallet}/credential", for: .operator,
        "Makes another access credential of a wallet's; those before open nothing any more.",
        parameters: [walletName], status: 201, problems: [.notFound])

    public static let addWalletKey = Endpoint<API.WalletKeyRequest, API.WalletPlatform>.post(
        "addWalletKey", "/issuer/v1/wallets/{wallet}/keys", for: .operator,
        "Takes in another key of a wallet, before the wallet signs with it.",
        parameters: [walletName], status: 201,
        problems: [.notFound, .duplicate, .limitReached])

    public static let listWallets = Endpoint<NoBody, API.Page<API.WalletPlatform>>.get(
        "listWallets", "/issuer/v1/wallets", for: .operator, "The wallets, by name.", parameters: page)

    public static let listIssuerAuditEntries = Endpoint<NoBody, API.Page<API.IssuerAuditEntry>>.get(
        "listIssuerAuditEntries", "/issuer/v1/audit", for: .operator, "The newest lines of the audit trail.",
        parameters: [limit])

    private static let walletName = path("wallet", API.partyNameSchema, "The wallet's name.")
    private static let cardAccount = path("card", API.cardAccountSchema, "The issuer's reference of the card.")
}
