import ISO4217
import Merchants
import SeneschalAPI

extension API.Offer {
    init(_ offer: Offer) {
        let (benefit, value): (API.OfferBenefit, Int?) =
            switch offer.terms.benefit {
            case .discount(let basisPoints): (.discount, Int(basisPoints))
            case .amount(let amount): (.amount, Int(amount))
            case .function: (.function, nil)
            }
        self.init(
            offer: offer.id.rawValue, merchant: offer.merchant.rawValue, title: offer.terms.title,
            text: offer.terms.text, benefit: benefit, value: value, currency: offer.currency.code,
            start: Timestamp(offer.period.start), end: Timestamp(offer.period.end),
            state: offer.state == .published ? .published : .withdrawn)
    }
}

extension API.Sharing {
    init(_ answer: SharingAnswer) { self.init(offer: answer.offer.rawValue, recipients: answer.recipients) }
}

extension API.Coupon {
    init(_ coupon: CouponData) {
        self.init(
            coupon: coupon.coupon.rawValue, firstUser: coupon.firstUser.rawValue, merchantName: coupon.merchantName,
            title: coupon.terms.title, text: coupon.terms.text, expiresAt: Timestamp(coupon.expiresAt),
            isUsed: coupon.isUsed)
    }
}

extension API.CouponPresentation {
    init(_ presentation: CouponPresentation) {
        self.init(
            code: presentation.code, coupon: presentation.coupon.rawValue,
            firstUser: presentation.firstUser.rawValue, expiresAt: Timestamp(presentation.expiresAt))
    }
}

extension API.CouponUse {
    init(_ use: CouponUse) {
        switch use.outcome {
        case .rewarded(let reward):
            self.init(use: use.use, coupon: use.coupon.rawValue, outcome: .rewarded, reward: reward.rawValue)
        case .notRewarded(let reason):
            self.init(
                use: use.use, coupon: use.coupon.rawValue, outcome: .notRewarded, reason: reason.description)
        }
    }
}

extension API.Reward {
    init(_ reward: Reward) {
        let (state, reason): (API.RewardState, String?) =
            switch reward.state {
            case .promised: (.promised, nil)
            case .transferred: (.transferred, nil)
            case .refused(let reason): (.refused, reason)
            }
        self.init(
            reward: reward.id.rawValue, offer: reward.offer.rawValue, amount: Int(reward.amount.minorUnits),
            currency: reward.amount.currency.code, function: reward.function, template: reward.template, state: state,
            reason: reason, createdAt: Timestamp(reward.createdAt), settledAt: reward.settledAt.map { Timestamp($0) })
    }
}

extension API.RewardPage {
    init(_ page: RewardPage) {
        self.init(
            reward: page.reward.rawValue, title: page.title, text: page.text, merchantName: page.merchantName,
            amount: Int(page.amount.minorUnits), currency: page.amount.currency.code,
            isTransferred: page.isTransferred)
    }
}

extension API.RewardNotification {
    init(_ notification: RewardNotification) {
        self.init(
            reward: notification.reward.rawValue, link: notification.link,
            expiresAt: Timestamp(notification.expiresAt))
    }
}
