extension Endpoints {
    /// What payers, terminals, platforms and its operator ask a payment server for, under `/pay/v1`.
    static let payments: [APIRoute] =
        [
            openPayerAccount.route, getPayerAccount.route, listPayerTransfers.route, makeOrder.route, getOrder.route,
            listOrders.route, payOrder.route, declineOrder.route, replacePayerDevice.route, replacePayerPIN.route,
            payReward.route, cancelInstruction.route, getInstructionStanding.route, getPaymentServerKey.route,
        ] + bills + smartCards + cardPayments + purses + paymentOperator

    // MARK: Payers

    public static let openPayerAccount = Endpoint<API.OpenPayerAccountRequest, API.PayerAccount>.post(
        "openPayerAccount", "/pay/v1/payers", for: .anyone,
        "Opens a payer's account for a device's key. It has a PIN in it and so no Idempotency-Key: the device key names "
            + "it.",
        status: 201, isMutation: false, problems: [.duplicate, .limitReached])

    public static let getPayerAccount = Endpoint<NoBody, API.LedgerAccount>.get(
        "getPayerAccount", "/pay/v1/account", for: .payer, "The payer's own account.")

    public static let listPayerTransfers = Endpoint<NoBody, API.Page<API.LedgerTransfer>>.get(
        "listPayerTransfers", "/pay/v1/transfers", for: .payer, "The newest movements of the payer's own account.",
        parameters: [limit])

    public static let makeOrder = Endpoint<API.OrderRequest, API.PaymentOrder>.post(
        "makeOrder", "/pay/v1/orders", for: .payer,
        "Makes an order of a platform's instruction. One instruction becomes one order.", status: 201,
        problems: [.assertionRefused, .duplicate, .ineligible, .limitReached])

    public static let listOrders = Endpoint<NoBody, API.Page<API.PaymentOrder>>.get(
        "listOrders", "/pay/v1/orders", for: .payer, "The payer's newest orders.", parameters: [limit])

    public static let getOrder = Endpoint<NoBody, API.PaymentOrder>.get(
        "getOrder", "/pay/v1/orders/{order}", for: .payer, "One order of the payer's.", parameters: [order],
        problems: [.notFound])

    public static let payOrder = Endpoint<API.OrderPaymentRequest, API.PaymentOrder>.post(
        "payOrder", "/pay/v1/orders/{order}/payment", for: .payer,
        "Pays an order that its payer has confirmed. The order is its key: it is paid once however often it is asked "
            + "for.",
        parameters: [order], isMutation: false,
        problems: [.notFound, .assertionRefused, .credentialsRefused, .tooManyTries, .wrongState, .insufficientFunds])

    public static let declineOrder = Endpoint<API.EmptyRequest, API.PaymentOrder>.post(
        "declineOrder", "/pay/v1/orders/{order}/refusal", for: .payer, "The payer does not pay it.",
        parameters: [order], problems: [.notFound, .wrongState])

    public static let replacePayerDevice = Endpoint<API.ReplaceDeviceRequest, API.PayerDevice>.post(
        "replacePayerDevice", "/pay/v1/account/device", for: .payer,
        "Another device speaks for the account from now on. The PIN proves that it is the owner who asks.",
        isMutation: false, problems: [.duplicate, .credentialsRefused, .tooManyTries])

    public static let replacePayerPIN = Endpoint<API.ReplacePINRequest, API.PayerDevice>.post(
        "replacePayerPIN", "/pay/v1/account/pin", for: .payer, "Another payment PIN.", isMutation: false,
        problems: [.credentialsRefused, .tooManyTries])

    // MARK: Platforms

    public static let payReward = Endpoint<API.RewardRequest, API.LedgerTransfer>.post(
        "payReward", "/pay/v1/rewards", for: .merchantPlatform,
        "Pays a reward that a platform has signed. The reward's name is its key.", isMutation: false,
        problems: [.assertionRefused, .duplicate, .notFound, .insufficientFunds])

    public static let cancelInstruction = Endpoint<API.EmptyRequest, API.PaymentOrder>.post(
        "cancelInstruction", "/pay/v1/instructions/{instruction}/cancellation", for: .merchantPlatform,
        "Takes back the order that was made of an instruction, if it is still open.",
        parameters: [instruction], problems: [.notFound, .wrongState])

    public static let getInstructionStanding = Endpoint<NoBody, API.InstructionStanding>.get(
        "getInstructionStanding", "/pay/v1/instructions/{instruction}", for: .merchantPlatform,
        "What became of an instruction that the platform has signed, with the result signed anew where there is one.",
        parameters: [instruction])

    public static let getPaymentServerKey = Endpoint<NoBody, API.PaymentServerKey>.get(
        "getPaymentServerKey", "/pay/v1/key", for: .anyone, "The public key that the payment server signs with.")

    private static let instruction = path(
        "instruction", .printable(1...64, example: "ins_0001"), "The instruction's `jti`.")
    private static let order = path("order", API.orderIDSchema, "As answered when it was made.")
}
