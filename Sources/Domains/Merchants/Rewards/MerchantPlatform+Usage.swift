import CardCryptography
import ISO4217
import Instructions

extension MerchantPlatform {
    /// Takes in a merchant's *asynchronous request*: somebody has used a coupon (RWD-03).
    ///
    /// A report that is recorded gets the same answer however often it comes; one that is refused changes nothing.
    /// Coupon, use, budget, reward and notification are one transaction.
    public func takeUsageReport(
        _ compact: String, from merchant: MerchantID
    ) async throws(MerchantsError) -> CouponUse {
        let signer = try await self.merchant(merchant)
        let report: UsageReport
        do {
            report = try reader().read(compact) { name in
                signer.keys.first { $0.name == name }?.key.map { (merchant.rawValue, $0) }
            }
        } catch {
            throw .statement(error)
        }
        guard (1...64).contains(report.jti.utf8.count) else { throw .invalid(field: "jti", reason: "1 to 64 bytes") }
        let digest = try digest(of: report)
        let now = clock.now()
        return try await store.transact { records throws(MerchantsError) in
            if let known = try records.use(report.jti, of: merchant) {
                guard known.reportDigest == digest else { throw .idempotencyConflict }
                return known
            }
            let use = try judged(report, by: active(merchant, records), records, now)
            return try record(report, use, digest, records, now)
        }
    }

    /// What was done, without when it was signed: a merchant may sign a report anew.
    private func digest(of report: UsageReport) throws(MerchantsError) -> [UInt8] {
        try requestDigest([
            report.jti, report.coupon, report.presentation, report.firstUser ?? "", report.function ?? "",
            report.amount.map { "\($0)" } ?? "", report.currency?.code ?? "", "\(report.at)",
        ])
    }

    /// A use that counts.
    private struct Use {
        var coupon: Coupon
        var offer: Offer
        var function: String
    }

    /// - Throws: ``MerchantsError/noReward(_:)``: the report changes nothing, and a better one may come.
    private func judged(
        _ report: UsageReport, by merchant: Merchant, _ records: any MerchantRecords, _ now: Int64
    ) throws(MerchantsError) -> Use {
        guard let firstUser = report.firstUser, !firstUser.isEmpty else { throw .noReward(.firstUserMissing) }
        guard let function = report.function, !function.isEmpty else { throw .noReward(.functionMissing) }
        guard let id = CouponID(rawValue: report.coupon), let coupon = try records.coupon(id),
            coupon.merchant == merchant.id, let offer = try records.offer(coupon.offer)
        else { throw .notFound(field: "coupon", reason: "no coupon of this name") }
        guard report.currency == nil || report.currency == offer.currency, (report.amount ?? 0) >= 0,
            report.amount == nil || report.currency != nil
        else { throw .invalid(field: "amount", reason: "an amount of the offer's currency, \(offer.currency)") }
        guard report.at <= now + StatementReader.clockSkewSecondsMax else {
            throw .invalid(field: "at", reason: "the use is in the future")
        }
        guard coupon.first.rawValue == firstUser else { throw .noReward(.otherFirstUser) }
        guard coupon.first != coupon.second else { throw .noReward(.selfShared) }
        guard try wasLoggedIn(coupon, report, records) else { throw .noReward(.notLoggedIn) }
        guard coupon.usedAt == nil else { throw .noReward(.used) }
        guard report.at < coupon.expiresAt, offer.isOpen(at: report.at) else { throw .noReward(.expired) }
        guard try areAssociated(coupon.first, coupon.second, at: now, records) else { throw .noReward(.notAssociated) }
        return Use(coupon: coupon, offer: offer, function: function)
    }

    /// The platform itself has made the presentation, for the second user's session, around the time of the use.
    private func wasLoggedIn(
        _ coupon: Coupon, _ report: UsageReport, _ records: any MerchantRecords
    ) throws(MerchantsError) -> Bool {
        guard let shown = try records.presentation(digest: Self.digest(of: report.presentation)) else { return false }
        let skew = StatementReader.clockSkewSecondsMax
        return shown.coupon == coupon.id && shown.user == coupon.second
            && (shown.presentedAt - skew...shown.expiresAt + skew).contains(report.at)
    }

    /// Which template rewards a use and how much that is, or why it is not rewarded although it counts.
    private func reward(
        for report: UsageReport, _ use: Use
    ) -> Result<(template: RewardTemplate, amount: Money), NoReward> {
        guard let template = use.offer.policy.template(function: use.function, amount: report.amount) else {
            return .failure(.notInPolicy)
        }
        let amount = template.value.amount(spent: report.amount)
        guard amount > 0 else { return .failure(.notInPolicy) }
        guard amount <= use.offer.budget - use.offer.rewarded else { return .failure(.budgetExhausted) }
        return .success((template, Money(minorUnits: amount, currency: use.offer.currency)))
    }

    private func record(
        _ report: UsageReport, _ use: Use, _ digest: [UInt8], _ records: any MerchantTransaction, _ now: Int64
    ) throws(MerchantsError) -> CouponUse {
        var coupon = use.coupon
        coupon.usedAt = report.at
        try records.apply(.putCoupon(coupon))
        let outcome: CouponUse.Outcome
        switch reward(for: report, use) {
        case .failure(let reason): outcome = .notRewarded(reason)
        case .success(let (template, amount)):
            let reward = Reward(
                id: .random(random), offer: use.offer.id, merchant: coupon.merchant, coupon: coupon.id,
                first: coupon.first, second: coupon.second, use: report.jti, function: use.function,
                template: template.name, amount: amount, createdAt: now)
            try promise(reward, by: use.offer, records, now)
            outcome = .rewarded(reward.id)
        }
        let known = CouponUse(
            merchant: coupon.merchant, use: report.jti, coupon: coupon.id, reportDigest: digest, outcome: outcome,
            reportedAt: now)
        try records.apply(.insertUse(known))
        try records.apply(
            .audit(
                PlatformAuditEntry(
                    at: now, actor: "merchant:\(coupon.merchant)", action: "coupon.use", detail: "\(coupon.id)")))
        return known
    }

    /// Stores the reward, takes it out of the budget, and has the first user told.
    private func promise(
        _ reward: Reward, by offer: Offer, _ records: any MerchantTransaction, _ now: Int64
    ) throws(MerchantsError) {
        var offer = offer
        offer.rewarded += reward.amount.minorUnits
        try records.apply(.putOffer(offer))
        try records.apply(.insertReward(reward))
        try announce(reward, records, now)
    }
}
