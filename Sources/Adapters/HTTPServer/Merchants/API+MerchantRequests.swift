import Merchants
import SeneschalAPI

extension API.RegisterMerchantRequest {
    func domain() throws -> MerchantApplication {
        var key: StatementKey?
        switch (keyName, publicKey) {
        case (nil, nil): break
        case (let name?, let pem?): key = try StatementKey(name: name, publicKey: pem)
        default: throw Problem(.invalidField, detail: "a key has a name", field: "keyName")
        }
        return try MerchantApplication(
            name: name, payee: payee, rewardAccount: rewardAccount, currency: currency, category: category, key: key)
    }
}

extension API.MerchantState {
    var domain: Merchant.State {
        switch self {
        case .active: .active
        case .suspended: .suspended
        }
    }
}

extension API.MakeTagRequest {
    /// - Parameter merchant: whose the tag is.
    func domain(of merchant: MerchantID) throws -> PayTagOrder {
        if let named = self.merchant, named != merchant.rawValue {
            throw Problem(.notFound, detail: "no merchant of this name is registered", field: "merchant")
        }
        return try PayTagOrder(
            tagID: tagId.bytes, merchant: merchant, place: PayTag.Place(label: label, terminal: terminal),
            amount: amount.map(Int64.init), kind: (kind ?? .fixedContent).domain)
    }
}

extension API.PayTagKind {
    fileprivate var domain: PayTag.Kind {
        switch self {
        case .fixedContent: .fixedContent
        case .secureDynamic: .secureDynamic
        }
    }
}

extension API.PayTagState {
    var domain: PayTag.State {
        switch self {
        case .active: .active
        case .disabled: .disabled
        case .revoked: .revoked
        }
    }
}

extension API.TagPaymentRequest {
    func domain() throws -> TagPaymentRequest {
        try TagPaymentRequest(content: content.bytes, tagID: tagId.bytes, nonce: nonce)
    }
}

extension API.PublishObjectRequest {
    func domain() throws -> TargetObjectDraft {
        try TargetObjectDraft(
            title: title, price: Int64(price), stock: stock.map(Int64.init), quantityMax: Int64(quantityMax ?? 10),
            period: Period(start: start.secondsSince1970, end: end.secondsSince1970))
    }
}

extension API.TargetObjectState {
    var domain: TargetObject.State {
        switch self {
        case .published: .published
        case .withdrawn: .withdrawn
        }
    }
}

extension API.PublishOfferRequest {
    func domain() throws -> OfferDraft {
        try OfferDraft(
            terms: Offer.Terms(title: title, text: text, benefit: benefitInDomain()),
            period: Period(start: start.secondsSince1970, end: end.secondsSince1970),
            sharing: sharing.map { try $0.domain() } ?? SharingRule(),
            policy: RewardPolicy(
                rules: rules.map {
                    .init(function: $0.function, amountMin: Int64($0.amountMin ?? 0), template: $0.template)
                },
                templates: templates.map { try $0.domain() }), budget: Int64(budget))
    }

    private func benefitInDomain() throws(Problem) -> Offer.Benefit {
        switch (benefit, value) {
        case (.discount, let value?): return .discount(basisPoints: Int64(value))
        case (.amount, let value?): return .amount(Int64(value))
        case (.function, nil): return .function
        case (.function, _?):
            throw Problem(.invalidField, detail: "a function has no value: the text says it", field: "value")
        case (.discount, nil), (.amount, nil):
            throw Problem(.invalidField, detail: "a discount and an amount have a value", field: "value")
        }
    }
}

extension API.SharingRule {
    fileprivate func domain() throws -> SharingRule {
        try SharingRule(
            recipientsMax: recipientsMax ?? 5, recipientsOfUserMax: recipientsOfUserMax ?? 20,
            associatedSecondsMin: Int64(associatedSecondsMin ?? 0), isPassedOn: isPassedOn ?? false,
            couponSeconds: Int64(couponSeconds ?? 30 * 86_400))
    }
}

extension API.RewardTemplate {
    fileprivate func domain() throws -> RewardTemplate {
        let value: RewardTemplate.Value
        switch (amount, basisPoints, amountMax) {
        case (let amount?, nil, nil): value = .fixed(Int64(amount))
        case (nil, let basisPoints?, let max?): value = .share(basisPoints: Int64(basisPoints), max: Int64(max))
        default:
            throw Problem(
                .invalidField, detail: "a template has an amount, or basis points and the most of it",
                field: "templates")
        }
        return try RewardTemplate(name: name, value: value, title: title, text: text)
    }
}

extension API.OfferState {
    var domain: Offer.State {
        switch self {
        case .published: .published
        case .withdrawn: .withdrawn
        }
    }
}
