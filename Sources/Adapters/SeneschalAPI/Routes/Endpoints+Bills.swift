extension Endpoints {
    /// Virtual bills.
    static let bills: [APIRoute] = [
        openBill.route, listBills.route, getBill.route, addBillItem.route, removeBillItem.route, closeBill.route,
        confirmBill.route, cancelBill.route,
    ]

    public static let openBill = Endpoint<API.OpenBillRequest, API.Bill>.post(
        "openBill", "/pay/v1/bills", for: .payer, "Activates a bill for the device that asks. There is one at a time.",
        status: 201, problems: [.wrongState])

    public static let listBills = Endpoint<NoBody, API.Page<API.Bill>>.get(
        "listBills", "/pay/v1/bills", for: .payer, "The payer's newest bills.", parameters: [limit])

    public static let getBill = Endpoint<NoBody, API.Bill>.get(
        "getBill", "/pay/v1/bills/{bill}", for: .payer, "One bill of the payer's.", parameters: [bill],
        problems: [.notFound])

    public static let addBillItem = Endpoint<API.BillItemRequest, API.BillReceipt>.post(
        "addBillItem", "/pay/v1/bills/{bill}/items", for: .payer,
        "Puts an item on the bill that a terminal has signed. The item is its own key: it is on the bill once.",
        parameters: [bill], isMutation: false, problems: [.notFound, .assertionRefused, .wrongState, .limitReached])

    public static let removeBillItem = Endpoint<API.BillItemRequest, API.BillReceipt>.post(
        "removeBillItem", "/pay/v1/bill-item-removals", for: .anyone,
        "Takes an item off the bill, by its seller's signed word.", isMutation: false,
        problems: [.notFound, .assertionRefused, .wrongState])

    public static let closeBill = Endpoint<API.EmptyRequest, API.BillVerification>.post(
        "closeBill", "/pay/v1/bills/{bill}/closing", for: .payer,
        "Ends the collecting and answers what is to be confirmed.", parameters: [bill], isMutation: false,
        problems: [.notFound, .wrongState])

    public static let confirmBill = Endpoint<API.OrderPaymentRequest, API.BillSettlement>.post(
        "confirmBill", "/pay/v1/bills/{bill}/confirmation", for: .payer,
        "Pays every seller on the bill, all or none. The bill is its key: it is settled once.", parameters: [bill],
        isMutation: false, problems: [.notFound, .assertionRefused, .credentialsRefused, .tooManyTries, .wrongState])

    public static let cancelBill = Endpoint<API.EmptyRequest, API.Bill>.post(
        "cancelBill", "/pay/v1/bills/{bill}/cancellation", for: .payer, "Gives the bill up: nothing moves.",
        parameters: [bill], isMutation: false, problems: [.notFound, .wrongState])

    private static let bill = path("bill", API.billIDSchema, "As answered when it was opened.")
}
