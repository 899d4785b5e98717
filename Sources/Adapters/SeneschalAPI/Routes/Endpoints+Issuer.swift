extension Endpoints {
    /// What wallets, devices and its operator ask a reference issuer for, under `/issuer/v1`.
    static let issuer: [APIRoute] =
        [
            verifyCardholder.route, confirmOneTimePassword.route, bindCard.route, bindCardOfDevice.route,
            unbindCard.route, authorizeTokenTransaction.route, authorizeChipTransaction.route, reverseTransaction.route,
            getIssuerKey.route,
        ] + issuerOperator

    // MARK: Recognizing cardholders

    public static let verifyCardholder = Endpoint<
        API.IssuerVerificationRequest, API.IssuerVerificationAnswer
    >.post(
        "verifyCardholder", "/issuer/v1/verifications", for: .walletPlatform,
        "Do card, name, identity number and reserved telephone number belong together?", problems: [.unfinished])

    public static let confirmOneTimePassword = Endpoint<API.OneTimePasswordRequest, API.IssuerVerificationAnswer>.post(
        "confirmOneTimePassword", "/issuer/v1/verifications/{verificationId}/one-time-password", for: .walletPlatform,
        "Takes the one-time password that was sent to the reserved telephone number.",
        parameters: [path("verificationId", API.verificationIDSchema, "As answered to the verification.")],
        problems: [.notFound])

    // MARK: Binding cards

    public static let bindCard = Endpoint<API.IssuerBindingRequest, API.IssuerBinding>.post(
        "bindCard", "/issuer/v1/bindings", for: .walletPlatform,
        "Stores the triple card, user, secure element. Other secure elements of the card stay bound.",
        problems: bindingProblems)

    public static let bindCardOfDevice = Endpoint<API.IssuerBindingRequest, API.IssuerBinding>.post(
        "bindCardOfDevice", "/issuer/v1/device-bindings", for: .anyone,
        "The same for a device, whose credential is the wallet's assertion.", problems: bindingProblems)

    public static let unbindCard = Endpoint<API.IssuerBindingRequest, API.IssuerUnbinding>.post(
        "unbindCard", "/issuer/v1/unbindings", for: .walletPlatform,
        "Removes the triple. Removing what is not there is no error.", problems: [.assertionRefused])

    private static let bindingProblems: [ProblemCode] = [
        .assertionRefused, .notRecognized, .wrongState, .limitReached,
    ]

    // MARK: Money

    public static let authorizeTokenTransaction = Endpoint<
        API.IssuerAuthorizationRequest, API.IssuerAuthorizationAnswer
    >.post(
        "authorizeTokenTransaction", "/issuer/v1/authorizations", for: .walletPlatform,
        "May this transaction of a token be done? The name of the transaction is its key.",
        problems: [.assertionRefused, .duplicate])

    public static let authorizeChipTransaction = Endpoint<
        API.ChipAuthorizationRequest, API.IssuerAuthorizationAnswer
    >.post(
        "authorizeChipTransaction", "/issuer/v1/chip-authorizations", for: .walletPlatform,
        "May this transaction of one of the issuer's own chips be done? The issuer verifies the cryptogram.",
        problems: [.duplicate])

    public static let reverseTransaction = Endpoint<API.ReversalRequest, API.Reversal>.post(
        "reverseTransaction", "/issuer/v1/reversals", for: .walletPlatform,
        "Undoes a transaction by its name, once however often it is asked for.", problems: [])

    public static let getIssuerKey = Endpoint<NoBody, API.IssuerKey>.get(
        "getIssuerKey", "/issuer/v1/key", for: .anyone,
        "The public keys that confirmations are verified with and verifications encrypted to.")

    static func path(_ name: String, _ schema: Schema, _ summary: String) -> APIRoute.Parameter {
        APIRoute.Parameter(name: name, place: .path, schema: schema, isRequired: true, summary: summary)
    }
}
