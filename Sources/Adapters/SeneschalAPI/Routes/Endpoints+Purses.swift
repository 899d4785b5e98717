extension Endpoints {
    /// Purses: their issuing, their loads, and what gates report of them.
    static let purses: [APIRoute] = [
        issuePurse.route, listPurses.route, getPurse.route, setPurseState.route, personalizePurse.route,
        equipTerminal.route, makePurseLoad.route, listPurseLoads.route, getPurseLoad.route, creditPurse.route,
        provePurseLoad.route, cancelPurseLoad.route, reportGatePurchase.route, getGatePurchase.route,
        listHeldGatePurchases.route, settleGatePurchase.route,
    ]

    // MARK: The issuer

    public static let issuePurse = Endpoint<API.IssuePurseRequest, API.Purse>.post(
        "issuePurse", "/pay/v1/purses", for: .operator, "Opens the account of a new purse.", status: 201,
        problems: [.notFound, .duplicate, .limitReached])

    public static let listPurses = Endpoint<NoBody, API.Page<API.Purse>>.get(
        "listPurses", "/pay/v1/purses", for: .operator, "The purses by card.", parameters: page)

    public static let getPurse = Endpoint<NoBody, API.Purse>.get(
        "getPurse", "/pay/v1/purses/{card}", for: .operator, "One purse.", parameters: [purse], problems: [.notFound])

    public static let setPurseState = Endpoint<API.PurseStateRequest, API.Purse>.post(
        "setPurseState", "/pay/v1/purses/{card}/state", for: .operator,
        "Stops a purse from being loaded, or lets it be loaded again. What it has paid is owed all the same.",
        parameters: [purse], problems: [.notFound])

    public static let personalizePurse = Endpoint<API.PurseKeyRequest, API.PursePersonalization>.post(
        "personalizePurse", "/pay/v1/purses/{card}/personalization", for: .operator,
        "What makes an instance of the application this card, its keys wrapped for whoever personalizes it.",
        parameters: [purse], isMutation: false, problems: [.notFound, .wrongState])

    public static let equipTerminal = Endpoint<API.EquipTerminalRequest, API.SecurityModule>.post(
        "equipTerminal", "/pay/v1/terminals/{party}/security-modules", for: .operator,
        "Gives a terminal a security module (PSAM): what is taken from purses with it is the terminal's owner's. The number "
            + "is its key: asked again, the same module is made.",
        parameters: [path("party", API.partyNameSchema, "The terminal's name.")], isMutation: false,
        problems: [.notFound, .duplicate, .limitReached])

    // MARK: Payers

    public static let makePurseLoad = Endpoint<API.PurseLoadRequest, API.PurseLoad>.post(
        "makePurseLoad", "/pay/v1/purse-loads", for: .payer,
        "Makes a load of a purse, for the payer to confirm and the card to begin.", status: 201,
        problems: [.notFound, .wrongState, .limitReached])

    public static let listPurseLoads = Endpoint<NoBody, API.Page<API.PurseLoad>>.get(
        "listPurseLoads", "/pay/v1/purse-loads", for: .payer, "The payer's newest loads.", parameters: [limit])

    public static let getPurseLoad = Endpoint<NoBody, API.PurseLoad>.get(
        "getPurseLoad", "/pay/v1/purse-loads/{load}", for: .payer, "One load of the payer's.", parameters: [load],
        problems: [.notFound])

    public static let creditPurse = Endpoint<API.PurseCreditRequest, API.PurseCredit>.post(
        "creditPurse", "/pay/v1/purse-loads/{load}/credit", for: .payer,
        "Reserves the money and answers what loads the card. Asked again, with the card begun anew, it is ordered again, "
            + "unless the card has executed it: the card's MAC1 covers its counter of loads.",
        parameters: [load], isMutation: false,
        problems: [.notFound, .assertionRefused, .credentialsRefused, .tooManyTries, .wrongState, .insufficientFunds])

    public static let provePurseLoad = Endpoint<API.PurseLoadProof, API.PurseLoad>.post(
        "provePurseLoad", "/pay/v1/purse-loads/{load}/proof", for: .payer,
        "The card has loaded itself: the money moves. The load is the key: it moves once.", parameters: [load],
        isMutation: false, problems: [.notFound, .wrongState])

    public static let cancelPurseLoad = Endpoint<API.PurseLoadCancellation, API.PurseLoad>.post(
        "cancelPurseLoad", "/pay/v1/purse-loads/{load}/cancellation", for: .payer,
        "Gives a load up. One that the card may have been told of needs the card: if it has loaded itself, the load is "
            + "loaded.",
        parameters: [load], isMutation: false, problems: [.notFound, .wrongState])

    // MARK: Gates

    public static let reportGatePurchase = Endpoint<API.GateReport, API.GatePurchase>.post(
        "reportGatePurchase", "/pay/v1/gate-purchases", for: .paymentTerminal,
        "Takes what a gate knows of one purchase. Security module and serial name it: reported again, it is answered as it "
            + "stands, and moves nothing again.",
        isMutation: false, problems: [.duplicate, .wrongState])

    public static let getGatePurchase = Endpoint<NoBody, API.GatePurchase>.get(
        "getGatePurchase", "/pay/v1/gate-purchases/{number}/{serial}", for: .paymentTerminal,
        "What became of a purchase that this terminal has reported.", parameters: gatePurchase, problems: [.notFound])

    public static let listHeldGatePurchases = Endpoint<NoBody, API.Page<API.GatePurchase>>.get(
        "listHeldGatePurchases", "/pay/v1/held-gate-purchases", for: .operator,
        "The purchases of which nobody knows whether the card was debited, oldest first.", parameters: [limit])

    public static let settleGatePurchase = Endpoint<API.GateSettlement, API.GatePurchase>.post(
        "settleGatePurchase", "/pay/v1/gate-purchases/{number}/{serial}/settlement", for: .operator,
        "Decides on a purchase of which nobody knows.", parameters: gatePurchase, problems: [.notFound, .wrongState])

    private static let purse = path("card", API.purseSchema, "The last 16 digits of the purse's number.")
    private static let load = path("load", API.purseLoadIDSchema, "As answered when it was made.")
    private static let gatePurchase = [
        path("number", API.purseTerminalSchema, "The security module's number."),
        path("serial", .printable(1...10, example: "17"), "The security module's serial of the purchase."),
    ]
}
