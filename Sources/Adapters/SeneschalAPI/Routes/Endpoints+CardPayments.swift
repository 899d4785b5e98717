extension Endpoints {
    /// Payments with cards, for which the payment server asks their issuer.
    static let cardPayments: [APIRoute] = [payWithCard.route, findCardPayment.route, getCardPayment.route]

    public static let payWithCard = Endpoint<API.CardPaymentRequest, API.CardPayment>.post(
        "payWithCard", "/pay/v1/card-payments", for: .paymentTerminal,
        "Reserves the money, asks the card's issuer, and settles by its word. The Idempotency-Key, of 64 characters at "
            + "most, names the payment: asked for again, it is answered alike.",
        problems: [.notFound, .wrongState, .insufficientFunds, .unfinished])

    public static let findCardPayment = Endpoint<NoBody, API.CardPayment>.get(
        "findCardPayment", "/pay/v1/card-payments", for: .paymentTerminal,
        "What became of a payment by the terminal's own name of it. The card gives other data each time it is read: a "
            + "terminal that has lost the answer looks here before it asks for the card again.",
        parameters: [
            APIRoute.Parameter(
                name: "transaction", place: .query, schema: .printable(1...64, example: "sale-1"), isRequired: true,
                summary: "The Idempotency-Key that it was asked for with.")
        ], problems: [.notFound, .wrongState])

    public static let getCardPayment = Endpoint<NoBody, API.CardPayment>.get(
        "getCardPayment", "/pay/v1/card-payments/{payment}", for: .paymentTerminal,
        "What became of a payment that this terminal has asked for.",
        parameters: [path("payment", API.cardPaymentIDSchema, "As answered when it was made.")],
        problems: [.notFound, .wrongState])
}
