extension Endpoints {
    /// What the users of a merchant platform ask for beside offers.
    static let merchantUsers: [APIRoute] = [
        orderObject.route, listObjectOrders.route, getObjectOrder.route, relate.route, endRelation.route,
        listRelations.route, setRewardAccount.route,
    ]

    /// Offers, sharing and rewards.
    static let offers: [APIRoute] = [
        publishOffer.route, listOffers.route, setOfferState.route, shareOffer.route, recommendOffer.route,
        listCoupons.route, presentCoupon.route, reportUsage.route, listRewards.route, getRewardPage.route,
        renewRewardLink.route, listRewardNotifications.route, retryReward.route, openRewardPage.route, showRewardPage,
    ]

    // MARK: Users

    public static let orderObject = Endpoint<API.ObjectOrderRequest, API.ObjectOrder>.post(
        "orderObject", "/merchant/v1/orders", for: .merchantUser,
        "Reserves so many of an object; answers the instruction to pay for them.", status: 201,
        problems: [.notFound, .wrongState, .limitReached])

    public static let listObjectOrders = Endpoint<NoBody, API.Page<API.IssuedInstruction>>.get(
        "listObjectOrders", "/merchant/v1/orders", for: .merchantUser, "The user's newest orders.",
        parameters: [limit])

    public static let getObjectOrder = Endpoint<NoBody, API.IssuedInstruction>.get(
        "getObjectOrder", "/merchant/v1/orders/{instruction}", for: .merchantUser, "What became of an order.",
        parameters: [path("instruction", API.instructionIDSchema, "The order's number.")], problems: [.notFound])

    public static let relate = Endpoint<API.RelationRequest, API.Relation>.post(
        "relate", "/merchant/v1/relations", for: .merchantUser,
        "Asks another user, or agrees when the other has asked: associated are two who have both said so.",
        problems: [.notFound, .limitReached])

    public static let endRelation = Endpoint<API.RelationRequest, API.Relation>.post(
        "endRelation", "/merchant/v1/relations/end", for: .merchantUser,
        "Ends a relation, or takes back or declines what was asked.", problems: [.notFound])

    public static let listRelations = Endpoint<NoBody, API.Page<API.Relation>>.get(
        "listRelations", "/merchant/v1/relations", for: .merchantUser, "The user's relations by name.")

    public static let setRewardAccount = Endpoint<API.RewardAccountRequest, API.PlatformUser>.post(
        "setRewardAccount", "/merchant/v1/account/reward-account", for: .merchantUser,
        "Says where the user's rewards go from now on.", problems: [])

    // MARK: Offers

    public static let publishOffer = Endpoint<API.PublishOfferRequest, API.Offer>.post(
        "publishOffer", "/merchant/v1/offers", for: .merchant, "Publishes an offer in the merchant's name.",
        status: 201, problems: [.wrongState, .limitReached])

    public static let listOffers = Endpoint<NoBody, API.Page<API.Offer>>.get(
        "listOffers", "/merchant/v1/offers", for: .anyone, "The offers by identifier.", parameters: page + [ofMerchant])

    public static let setOfferState = Endpoint<API.OfferStateRequest, API.Offer>.post(
        "setOfferState", "/merchant/v1/offers/{offer}/state", for: .merchant,
        "Withdraws an offer, or publishes it again.", parameters: [offer], problems: [.notFound])

    public static let shareOffer = Endpoint<API.ShareRequest, API.Sharing>.post(
        "shareOffer", "/merchant/v1/offers/{offer}/shares", for: .merchantUser,
        "Shares an offer with users that are named: each gets a coupon, or nobody does. A resource of its own, no "
            + "message between users.",
        parameters: [offer], status: 201, problems: [.notFound, .duplicate, .wrongState, .limitReached])

    public static let recommendOffer = Endpoint<API.RecommendRequest, API.Sharing>.post(
        "recommendOffer", "/merchant/v1/offers/{offer}/recommendations", for: .merchantUser,
        "Shares an offer with the users that its sharing rule finds among those who are associated.",
        parameters: [offer], status: 201, problems: [.notFound, .wrongState])

    public static let listCoupons = Endpoint<NoBody, API.Page<API.Coupon>>.get(
        "listCoupons", "/merchant/v1/coupons", for: .merchantUser,
        "The user's newest coupons, for its handset to keep.",
        parameters: [limit])

    public static let presentCoupon = Endpoint<API.PresentationRequest, API.CouponPresentation>.post(
        "presentCoupon", "/merchant/v1/coupons/{coupon}/presentations", for: .merchantUser,
        "Makes what the user shows at the counter: proof that it is logged in.",
        parameters: [path("coupon", API.couponIDSchema, "As the user's list has it.")], status: 201,
        problems: [.notFound, .wrongState, .limitReached])

    // MARK: Rewards

    public static let reportUsage = Endpoint<API.UsageReportRequest, API.CouponUse>.post(
        "reportUsage", "/merchant/v1/usage-reports", for: .merchant,
        "Somebody has used a coupon. The report's name is its key.", isMutation: false,
        problems: [.notFound, .assertionRefused, .noReward, .idempotencyConflict, .wrongState])

    public static let listRewards = Endpoint<NoBody, API.Page<API.Reward>>.get(
        "listRewards", "/merchant/v1/rewards", for: .merchantUser, "The user's newest rewards.", parameters: [limit])

    public static let getRewardPage = Endpoint<NoBody, API.RewardPage>.get(
        "getRewardPage", "/merchant/v1/rewards/{reward}/page", for: .merchantUser,
        "The page of a reward of the user's own.", parameters: [reward], problems: [.notFound])

    public static let renewRewardLink = Endpoint<API.RewardLinkRequest, API.RewardLink>.post(
        "renewRewardLink", "/merchant/v1/rewards/{reward}/links", for: .merchantUser,
        "Another link to the page of a reward of the user's own.", parameters: [reward], status: 201,
        problems: [.notFound, .limitReached])

    public static let listRewardNotifications = Endpoint<NoBody, API.Page<API.RewardNotification>>.get(
        "listRewardNotifications", "/merchant/v1/notifications", for: .merchantUser,
        "A simulation of a push service: what the user would have been sent.")

    public static let retryReward = Endpoint<API.RewardRetryRequest, API.Reward>.post(
        "retryReward", "/merchant/v1/rewards/{reward}/retry", for: .merchant,
        "Has a reward that the payment server has refused tried again.", parameters: [reward],
        problems: [.notFound, .wrongState])

    public static let openRewardPage = Endpoint<NoBody, API.RewardPage>.get(
        "openRewardPage", "/merchant/v1/reward-pages/{link}", for: .anyone, "The page that a link leads to.",
        parameters: [link], problems: [.notFound])

    /// The same page for people.
    public static let showRewardPage = APIRoute(
        "showRewardPage", .get, "/r/{link}", for: .anyone, "The page that a link leads to, as HTML.",
        parameters: [link], request: nil, response: Schema("A page.", .text(1...131_072), example: "<!doctype html>"),
        mediaType: "text/html", problems: [.notFound])

    private static let reward = path("reward", API.rewardIDSchema, "As the list of rewards has it.")
    private static let link = path("link", API.rewardLinkSchema, "What stands in the link.")
}
