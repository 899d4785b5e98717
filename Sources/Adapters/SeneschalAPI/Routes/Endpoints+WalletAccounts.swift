extension Endpoints {
    /// Accounts, sessions, devices and tokens under `/wallet/v1`; payments under `/acquirer/v1`.
    static let walletAccounts: [APIRoute] = [
        openAccount.route, logIn.route, listSessions.route, endSession.route, revokeSessions.route,
        authenticateAgain.route, listDevices.route, removeDevice.route, getToken.route, suspendToken.route,
        resumeToken.route, suspendTokens.route, resumeTokens.route, changeCards.route, carryOutTokenOrder.route,
        authorizePayment.route, reversePayment.route,
    ]

    // MARK: Accounts and sessions: no Idempotency-Key where a password is in the body, for a key is kept with a digest of it

    public static let openAccount = Endpoint<API.AccountRequest, API.OpenedAccount>.post(
        "openAccount", "/wallet/v1/accounts", for: .anyone,
        "Opens an account. Repeated after a lost answer it says that the name is taken: log in.", isMutation: false,
        problems: [.duplicate, .tooManyTries, .unfinished])

    public static let logIn = Endpoint<API.LoginRequest, API.OpenedSession>.post(
        "logIn", "/wallet/v1/sessions", for: .anyone,
        "Opens a session on a device. An earlier one of the same user on the same device ends.", isMutation: false,
        problems: [.credentialsRefused, .tooManyTries, .notFound, .wrongState, .limitReached, .unfinished])

    public static let authenticateAgain = Endpoint<API.ReauthenticationRequest, API.Reauthentication>.post(
        "authenticateAgain", "/wallet/v1/reauthentications", for: .walletUser,
        "The password once more, before a card is moved or removed.", isMutation: false,
        problems: [.credentialsRefused, .tooManyTries, .unfinished])

    public static let listSessions = Endpoint<NoBody, API.Page<API.WalletSession>>.get(
        "listSessions", "/wallet/v1/sessions", for: .walletUser, "The user's sessions that are in force, oldest first.")

    public static let endSession = Endpoint<API.EndSessionRequest, API.EndedSessions>.post(
        "endSession", "/wallet/v1/sessions/end", for: .walletUser, "Ends the session that asks.", isMutation: false,
        problems: [.unfinished])

    public static let revokeSessions = Endpoint<API.SessionRevocation, API.EndedSessions>.post(
        "revokeSessions", "/wallet/v1/sessions/revocations", for: .walletUser,
        "Ends one session of the user, or all but the one that asks.", isMutation: false,
        problems: [.notFound, .unfinished])

    // MARK: Devices

    public static let listDevices = Endpoint<NoBody, API.Page<API.Device>>.get(
        "listDevices", "/wallet/v1/devices", for: .walletUser, "The user's devices, oldest first.")

    public static let removeDevice = Endpoint<API.RemoveDeviceRequest, API.EndedSessions>.post(
        "removeDevice", "/wallet/v1/devices/{deviceId}/removal", for: .walletUser,
        "Removes a device without cards, and ends its sessions.",
        parameters: [path("deviceId", API.deviceSchema, "One of the user's devices.")],
        problems: [.notFound, .wrongState, .freshAuthenticationRequired, .unfinished])

    // MARK: Tokens

    public static let getToken = Endpoint<NoBody, API.PaymentToken>.get(
        "getToken", "/wallet/v1/tokens/{token}", for: .walletUser, "A token of the user, with its history.",
        parameters: [tokenReference], problems: [.notFound])

    public static let suspendToken = Endpoint<API.TokenChangeRequest, API.PaymentToken>.post(
        "suspendToken", "/wallet/v1/tokens/{token}/suspension", for: .walletUser,
        "From now on the token does not pay, whether or not its device hears of it.", parameters: [tokenReference],
        problems: [.notFound, .wrongState, .unfinished])

    public static let resumeToken = Endpoint<API.TokenChangeRequest, API.PaymentToken>.post(
        "resumeToken", "/wallet/v1/tokens/{token}/resumption", for: .walletUser,
        "Takes the user's own suspension back; those of others stay.", parameters: [tokenReference],
        problems: [.notFound, .wrongState, .freshAuthenticationRequired, .unfinished])

    public static let suspendTokens = Endpoint<API.SuspensionRequest, API.PaymentTokens>.post(
        "suspendTokens", "/wallet/v1/suspensions", for: .walletUser,
        "From now on the tokens of a card, of a device or of one function do not pay; the sessions of a device that is "
            + "stopped as a whole end.", problems: [.notFound, .wrongState, .unfinished])

    public static let resumeTokens = Endpoint<API.SuspensionRequest, API.PaymentTokens>.post(
        "resumeTokens", "/wallet/v1/resumptions", for: .walletUser,
        "Takes the user's own suspensions back; those of others stay.",
        problems: [.notFound, .wrongState, .freshAuthenticationRequired, .unfinished])

    // MARK: Issuers, and the fight against fraud

    public static let carryOutTokenOrder = Endpoint<API.TokenOrder, API.CardChangeReport>.post(
        "carryOutTokenOrder", "/wallet/v1/token-orders", for: .anyone,
        "Carries out what the issuer of a card has signed, in whosever wallets it is. The order's own name is its key.",
        isMutation: false, problems: [.notFound, .unfinished, .idempotencyConflict])

    public static let changeCards = Endpoint<API.CardChangeRequest, API.CardChangeReport>.post(
        "changeCards", "/wallet/v1/card-changes", for: .walletOperator,
        "Stops a card or all cards of a user against fraud, lets them go on, or ends their tokens.",
        problems: [.notFound, .unfinished])

    private static let tokenReference = path("token", API.tokenSchema, "One of the user's tokens.")

    // MARK: Payments

    public static let authorizePayment = Endpoint<
        API.AcquirerAuthorizationRequest, API.AcquirerAuthorizationAnswer
    >.post(
        "authorizePayment", "/acquirer/v1/authorizations", for: .acquirer,
        "May this payment with a token be done? The name of the transaction is its key.", isMutation: false,
        problems: [.idempotencyConflict, .unfinished])

    public static let reversePayment = Endpoint<API.AcquirerReversalRequest, API.AcquirerReversal>.post(
        "reversePayment", "/acquirer/v1/reversals", for: .acquirer,
        "Takes a payment back whose answer did not arrive or could not be used, once however often it is asked for.",
        isMutation: false, problems: [.unfinished])
}
