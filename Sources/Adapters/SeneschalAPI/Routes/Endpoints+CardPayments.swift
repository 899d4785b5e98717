extension Endpoints {
    /// Payments with cards, for which the payment server asks their issuer.
    static let cardPayments: [APIRoute] = [payWithCard.route, getCardPayment.route]

    public static let payWithCard = Endpoint<API.CardPaymentRequest, API.CardPayment>.post(
        "payWithCard", "/pay/v1/card-payments", for: .paymentTerminal,
        "Reserves the money, asks the card's issuer, and settles by its word. The Idempotency-Key, of 64 characters at "
            + "most, names the payment: asked for again, it is answered alike.",
        problems: [.notFound, .wrongState, .insufficientFunds, .unfinished])

    public static let getCardPayment = Endpoint<NoBody, API.CardPayment>.get(
        "getCardPayment", "/pay/v1/card-payments/{payment}", for: .paymentTerminal,
        "What became of a payment that this terminal has asked for.",
        parameters: [path("payment", API.cardPaymentIDSchema, "As answered when it was made.")],
        problems: [.notFound, .wrongState])
}
