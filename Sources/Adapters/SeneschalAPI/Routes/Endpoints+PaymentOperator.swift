extension Endpoints {
    /// What the operator of a payment server asks for.
    static let paymentOperator: [APIRoute] = [
        addPlatformKey.route, setPlatformState.route, leaveRewards.route, addPaymentTerminalKey.route,
        setPaymentTerminalState.route, withdraw.route,
        registerPlatform.route, listPlatforms.route, registerPaymentTerminal.route, listPaymentTerminals.route,
        openLedgerAccount.route, listLedgerAccounts.route, fundAccount.route, listLedgerTransfers.route,
        closeLedgerAccount.route, getTrialBalance.route, exportJournal, listPaymentAuditEntries.route,
    ]

    public static let registerPlatform = Endpoint<API.RegisterPlatformRequest, API.RegisteredPaymentParty>.post(
        "registerPlatform", "/pay/v1/platforms", for: .operator,
        "Registers a merchant platform whose instructions are believed.", status: 201,
        problems: [.notFound, .duplicate, .limitReached])

    public static let listPlatforms = Endpoint<NoBody, API.Page<API.PaymentParty>>.get(
        "listPlatforms", "/pay/v1/platforms", for: .operator, "The platforms by name.", parameters: [limit])

    public static let registerPaymentTerminal = Endpoint<
        API.RegisterPaymentTerminalRequest, API.RegisteredPaymentParty
    >.post(
        "registerPaymentTerminal", "/pay/v1/terminals", for: .operator,
        "Registers a seller's terminal whose word is believed, for one account.", status: 201,
        problems: [.notFound, .duplicate, .limitReached])

    public static let listPaymentTerminals = Endpoint<NoBody, API.Page<API.PaymentParty>>.get(
        "listPaymentTerminals", "/pay/v1/terminals", for: .operator, "The terminals by name.", parameters: page)

    public static let addPlatformKey = Endpoint<API.PaymentPartyKeyRequest, API.PaymentPartyKey>.post(
        "addPlatformKey", "/pay/v1/platforms/{party}/keys", for: .operator,
        "Takes in another key of a platform's, before it signs with it.", parameters: [party], status: 201,
        problems: [.notFound, .duplicate, .limitReached])

    public static let setPlatformState = Endpoint<API.PaymentPartyStateRequest, API.PaymentParty>.post(
        "setPlatformState", "/pay/v1/platforms/{party}/state", for: .operator,
        "Nothing new of a platform is believed from now on, or again.", parameters: [party], problems: [.notFound])

    public static let leaveRewards = Endpoint<API.LeaveRewardsRequest, API.PaymentParty>.post(
        "leaveRewards", "/pay/v1/platforms/{party}/reward-accounts", for: .operator,
        "Lets a platform pay rewards from an account.", parameters: [party], problems: [.notFound, .limitReached])

    public static let addPaymentTerminalKey = Endpoint<API.PaymentPartyKeyRequest, API.PaymentPartyKey>.post(
        "addPaymentTerminalKey", "/pay/v1/terminals/{party}/keys", for: .operator,
        "Takes in another key of a terminal's, before it signs with it.", parameters: [party], status: 201,
        problems: [.notFound, .duplicate, .limitReached])

    public static let setPaymentTerminalState = Endpoint<API.PaymentPartyStateRequest, API.PaymentParty>.post(
        "setPaymentTerminalState", "/pay/v1/terminals/{party}/state", for: .operator,
        "Nothing new of a terminal is believed from now on, or again.", parameters: [party], problems: [.notFound])

    private static let party = path("party", API.partyNameSchema, "The party's name.")

    public static let openLedgerAccount = Endpoint<API.OpenLedgerAccountRequest, API.LedgerAccount>.post(
        "openLedgerAccount", "/pay/v1/accounts", for: .operator, "Opens an account of the ledger.", status: 201,
        problems: [.limitReached])

    public static let listLedgerAccounts = Endpoint<NoBody, API.Page<API.LedgerAccount>>.get(
        "listLedgerAccounts", "/pay/v1/accounts", for: .operator, "The accounts by name.", parameters: page)

    public static let closeLedgerAccount = Endpoint<API.EmptyRequest, API.LedgerAccount>.post(
        "closeLedgerAccount", "/pay/v1/accounts/{account}/closing", for: .operator,
        "Nothing moves over the account any more; it must be empty.",
        parameters: [path("account", API.paymentAccountSchema, "The account.")], problems: [.notFound, .wrongState])

    public static let listPaymentAuditEntries = Endpoint<NoBody, API.Page<API.PaymentAuditEntry>>.get(
        "listPaymentAuditEntries", "/pay/v1/audit", for: .operator, "The newest lines of the audit trail.",
        parameters: [limit])

    public static let fundAccount = Endpoint<API.FundingRequest, API.LedgerTransfer>.post(
        "fundAccount", "/pay/v1/fundings", for: .operator, "Books money that came over a bank.", status: 201,
        problems: [.notFound, .insufficientFunds])

    public static let withdraw = Endpoint<API.WithdrawalRequest, API.LedgerTransfer>.post(
        "withdraw", "/pay/v1/withdrawals", for: .operator, "Books money that leaves over a bank.", status: 201,
        problems: [.notFound, .insufficientFunds])

    public static let listLedgerTransfers = Endpoint<NoBody, API.Page<API.LedgerTransfer>>.get(
        "listLedgerTransfers", "/pay/v1/journal", for: .operator, "The movements of the ledger, oldest first.",
        parameters: page)

    public static let getTrialBalance = Endpoint<NoBody, API.TrialBalance>.get(
        "getTrialBalance", "/pay/v1/trial-balance", for: .operator,
        "All accounts at one moment: what stands on the two sides of each currency.")

    public static let exportJournal = APIRoute(
        "exportJournal", .get, "/pay/v1/journal-text", for: .operator,
        "The whole journal of one moment as plain-text accounting for hledger, ledger or bean-check, with assertions of "
            + "every balance.",
        parameters: [
            APIRoute.Parameter(
                name: "format", place: .query, schema: .choice(API.JournalFormat.self), isRequired: true,
                summary: "Which program is to read it.")
        ], request: nil,
        response: Schema("The journal.", .text(0...Int(Int32.max)), example: "2031-12-31 * order"),
        mediaType: "text/plain")
}
