extension Endpoints {
    /// What merchants, the payment server, telephones and the operator ask a merchant platform for, under `/merchant/v1`.
    static let merchants: [APIRoute] =
        [
            registerMerchant.route, listMerchants.route, setMerchantState.route, renewMerchantCredential.route,
            registerPlatformUser.route, listMerchantAuditEntries.route, getMerchant.route, addMerchantKey.route,
            makeTag.route, listTags.route, setTagState.route, wrapTagKeys.route, parseTag.route,
            publishObject.route, listObjects.route, setObjectState.route, changeStock.route,
            listMerchantInstructions.route, takePaymentResult.route, getMerchantPlatformKey.route,
        ] + merchantUsers + offers

    // MARK: The operator

    public static let registerMerchant = Endpoint<API.RegisterMerchantRequest, API.RegisteredMerchant>.post(
        "registerMerchant", "/merchant/v1/merchants", for: .operator,
        "Registers a merchant; answers its credential.", status: 201, problems: [.limitReached])

    public static let listMerchants = Endpoint<NoBody, API.Page<API.Merchant>>.get(
        "listMerchants", "/merchant/v1/merchants", for: .operator, "The merchants by identifier.", parameters: page)

    public static let setMerchantState = Endpoint<API.MerchantStateRequest, API.Merchant>.post(
        "setMerchantState", "/merchant/v1/merchants/{merchant}/state", for: .operator,
        "Suspends a merchant, or lets it work again.", parameters: [merchant], problems: [.notFound])

    public static let renewMerchantCredential = Endpoint<API.RenewCredentialRequest, API.RegisteredMerchant>.post(
        "renewMerchantCredential", "/merchant/v1/merchants/{merchant}/credential", for: .operator,
        "Makes another access credential of a merchant's; those before open nothing any more.",
        parameters: [merchant], status: 201, problems: [.notFound])

    public static let registerPlatformUser = Endpoint<API.RegisterPlatformUserRequest, API.RegisteredPlatformUser>.post(
        "registerPlatformUser", "/merchant/v1/users", for: .operator, "Registers a user; answers its credential.",
        status: 201, problems: [.duplicate, .limitReached])

    public static let listMerchantAuditEntries = Endpoint<NoBody, API.Page<API.MerchantAuditEntry>>.get(
        "listMerchantAuditEntries", "/merchant/v1/audit", for: .operator, "The newest lines of the audit trail.",
        parameters: [limit])

    // MARK: Merchants

    public static let getMerchant = Endpoint<NoBody, API.Merchant>.get(
        "getMerchant", "/merchant/v1/merchant", for: .merchant, "The merchant itself.")

    public static let addMerchantKey = Endpoint<API.MerchantKeyRequest, API.Merchant>.post(
        "addMerchantKey", "/merchant/v1/merchant/keys", for: .merchant,
        "Takes in another key of the merchant's, before it signs usage reports with it.", status: 201,
        problems: [.duplicate, .limitReached])

    public static let makeTag = Endpoint<API.MakeTagRequest, API.MadeTag>.post(
        "makeTag", "/merchant/v1/tags", for: .merchant,
        "Binds a tag to the merchant and answers what is to be written into it; a tag that is bound already is made anew.",
        status: 201, problems: [.notFound, .duplicate, .wrongState, .limitReached])

    public static let listTags = Endpoint<NoBody, API.Page<API.PayTag>>.get(
        "listTags", "/merchant/v1/tags", for: .merchant, "The merchant's tags by reference.", parameters: page)

    public static let setTagState = Endpoint<API.TagStateRequest, API.PayTag>.post(
        "setTagState", "/merchant/v1/tags/{tag}/state", for: .merchant,
        "Disables a tag, lets it work again, or revokes it for good.", parameters: [tag],
        problems: [.notFound, .wrongState])

    public static let wrapTagKeys = Endpoint<API.TagKeysRequest, API.TagKeys>.post(
        "wrapTagKeys", "/merchant/v1/tags/{tag}/keys", for: .merchant,
        "The keys of a tag that says something anew at every reading, for whoever writes it.", parameters: [tag],
        isMutation: false, problems: [.notFound, .wrongState])

    public static let parseTag = Endpoint<API.TagPaymentRequest, API.TagReading>.post(
        "parseTag", "/merchant/v1/tag-payment-requests", for: .anyone,
        "Whose tag was read, and the instruction to pay it. The nonce is its key.", isMutation: false,
        problems: [.notFound, .tagRefused, .idempotencyConflict, .limitReached])

    public static let publishObject = Endpoint<API.PublishObjectRequest, API.TargetObject>.post(
        "publishObject", "/merchant/v1/objects", for: .merchant, "Publishes an object in the merchant's name.",
        status: 201, problems: [.wrongState, .limitReached])

    public static let listObjects = Endpoint<NoBody, API.Page<API.TargetObject>>.get(
        "listObjects", "/merchant/v1/objects", for: .anyone, "The objects by identifier.",
        parameters: page + [ofMerchant])

    public static let setObjectState = Endpoint<API.ObjectStateRequest, API.TargetObject>.post(
        "setObjectState", "/merchant/v1/objects/{object}/state", for: .merchant,
        "Withdraws an object, or publishes it again.", parameters: [object], problems: [.notFound])

    public static let changeStock = Endpoint<API.StockRequest, API.TargetObject>.post(
        "changeStock", "/merchant/v1/objects/{object}/stock", for: .merchant, "Adds to the stock, or takes from it.",
        parameters: [object], problems: [.notFound, .wrongState])

    public static let listMerchantInstructions = Endpoint<NoBody, API.Page<API.IssuedInstruction>>.get(
        "listMerchantInstructions", "/merchant/v1/instructions", for: .merchant,
        "The newest instructions to pay the merchant, and what became of them.", parameters: [limit])

    // MARK: The payment server

    public static let takePaymentResult = Endpoint<API.PaymentResultRequest, API.IssuedInstruction>.post(
        "takePaymentResult", "/merchant/v1/payment-results", for: .anyone,
        "What the payment server says of an instruction; its signature says who asks. Said twice, it is taken in once.",
        isMutation: false, problems: [.notFound, .assertionRefused, .wrongState])

    public static let getMerchantPlatformKey = Endpoint<NoBody, API.MerchantPlatformKey>.get(
        "getMerchantPlatformKey", "/merchant/v1/key", for: .anyone, "The public keys that the platform signs with.")

    // MARK: Parameters

    static let merchant = path("merchant", API.merchantIDSchema, "As answered when it was registered.")
    static let offer = path("offer", API.offerIDSchema, "As answered when it was published.")
    private static let tag = path("tag", API.tagReferenceSchema, "As answered when it was made.")
    private static let object = path("object", API.objectIDSchema, "As answered when it was published.")
    static let ofMerchant = APIRoute.Parameter(
        name: "merchant", place: .query, schema: API.merchantIDSchema, isRequired: false,
        summary: "Of this merchant; of all when absent.")
}
