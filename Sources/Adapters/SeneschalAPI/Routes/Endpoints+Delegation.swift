extension Endpoints {
    /// What service providers with Delegated Management ask for, under `/provider/v1`.
    static let delegatedProviders: [APIRoute] = [
        requestTokens.route, returnReceipts.route, settleTokens.route, delegatedContent.route,
    ]

    public static let requestTokens = Endpoint<API.TokenRequest, API.Approval>.post(
        "requestTokens", "/provider/v1/tokens", for: .serviceProvider,
        "Approves commands of card content management: each gets a token for this card.",
        problems: onCard + [.commandRefused])

    public static let returnReceipts = Endpoint<API.ReceiptsRequest, API.Approval>.post(
        "returnReceipts", "/provider/v1/receipts", for: .serviceProvider,
        "Hands the card's receipts back; each is verified before the directory believes it.", problems: onCard)

    public static let settleTokens = Endpoint<API.TokenSettlementRequest, API.Approval>.post(
        "settleTokens", "/provider/v1/token-settlements", for: .serviceProvider,
        "Reads the card and tells which tokens were used, for answers that were lost.", problems: onCard)

    public static let delegatedContent = Endpoint<
        API.DelegatedContentRequest, API.DelegatedContentResponse
    >.post(
        "getDelegatedContent", "/provider/v1/delegated-content", for: .serviceProvider,
        "What the asking provider has on a card by Delegated Management.", isMutation: false,
        problems: [.notFound, .mismatch])

    /// What operators settle about it.
    static let delegationOperators: [APIRoute] = [
        setDelegationPolicy.route, listDelegationPolicies.route, putTokenKeys.route, listApprovals.route,
    ]

    public static let setDelegationPolicy = Endpoint<API.DelegationPolicy, API.DelegationPolicy>.post(
        "setDelegationPolicy", "/operator/v1/delegation-policies", for: .operator,
        "Agrees what a provider may have approved; replaces what was agreed before.", problems: [.notFound])

    public static let listDelegationPolicies = Endpoint<NoBody, API.Page<API.DelegationPolicy>>.get(
        "listDelegationPolicies", "/operator/v1/delegation-policies", for: .operator,
        "What has been agreed, by provider.", parameters: page)

    public static let putTokenKeys = onSecureElement(
        API.CardRequest.self, API.TokenKeys.self, "putTokenKeys", "token-keys",
        "Puts the keys on the card that verify tokens (version 70) and make receipts (version 71).")

    public static let listApprovals = Endpoint<NoBody, API.Page<API.ApprovalSummary>>.get(
        "listApprovals", "/operator/v1/approvals", for: .operator, "The newest approvals.", parameters: [limit])
}
