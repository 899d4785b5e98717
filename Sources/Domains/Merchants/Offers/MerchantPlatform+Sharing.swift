extension MerchantPlatform {
    /// *Sharing request*: the first user names the second users; each gets a coupon, or nobody does.
    ///
    /// Somebody who is not associated is answered like somebody unknown (RWD-01).
    public func share(
        _ id: OfferID, with names: [String], _ requester: PlatformRequester
    ) async throws(MerchantsError) -> SharingAnswer {
        let first = try requester.user()
        guard !names.isEmpty, Set(names).count == names.count else {
            throw .invalid(field: "recipients", reason: "one name at least, none of them twice")
        }
        return try await once(requester, "offer.share", fields: [id.rawValue] + names) {
            records, now throws(MerchantsError) in
            let offer = try shareable(id, by: first, records, now)
            guard names.count <= offer.sharing.recipientsMax else {
                throw .invalid(field: "recipients", reason: "\(offer.sharing.recipientsMax) at a time at most")
            }
            try checkReach(offer, of: first, more: names.count, records)
            for name in names {
                guard let second = try records.user(named: name),
                    try areAssociated(
                        first, second.id, forSeconds: offer.sharing.associatedSecondsMin, at: now, records)
                else { throw .notFound(field: "recipients", reason: "nobody named \(name) is associated") }
                guard try records.coupon(of: id, for: second.id) == nil else {
                    throw .duplicate(reason: "\(name) has the offer already")
                }
                try records.apply(.putCoupon(coupon(of: offer, from: first, to: second.id, now)))
            }
            return Done(SharingAnswer(offer: id, recipients: names), detail: "\(id): \(names.count)")
        }
    }

    /// *Recommendation*: the rule finds the second users among those whom the first is associated with, longest first;
    /// who has the offer already is passed over.
    public func recommend(
        _ id: OfferID, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> SharingAnswer {
        let first = try requester.user()
        return try await once(requester, "offer.recommend", fields: [id.rawValue]) {
            records, now throws(MerchantsError) in
            let offer = try shareable(id, by: first, records, now)
            let left = offer.sharing.recipientsOfUserMax - (try records.couponCount(of: id, sharedBy: first))
            var names: [String] = []
            for relation in try associated(with: first, records) {
                guard names.count < min(offer.sharing.recipientsMax, left) else { break }
                let other = relation.other(than: first)
                guard now - (relation.agreedAt ?? now) >= offer.sharing.associatedSecondsMin,
                    let second = try records.user(other), try records.coupon(of: id, for: other) == nil
                else { continue }
                try records.apply(.putCoupon(coupon(of: offer, from: first, to: other, now)))
                names.append(second.name)
            }
            return Done(SharingAnswer(offer: id, recipients: names), detail: "\(id): \(names.count)")
        }
    }

    private func associated(
        with user: PlatformUserID, _ records: any MerchantRecords
    ) throws(MerchantsError) -> [UserRelation] {
        try records.relations(of: user).filter { $0.agreedAt != nil }
            .sorted {
                ($0.agreedAt ?? 0, $0.other(than: user).rawValue) < ($1.agreedAt ?? 0, $1.other(than: user).rawValue)
            }
    }

    private func shareable(
        _ id: OfferID, by first: PlatformUserID, _ records: any MerchantRecords, _ now: Int64
    ) throws(MerchantsError) -> Offer {
        guard let offer = try records.offer(id) else { throw Self.offerUnknown }
        _ = try active(offer.merchant, records)
        guard offer.isOpen(at: now) else { throw .wrongState(reason: "the offer is not open now") }
        let hasReceived = try records.coupon(of: id, for: first) != nil
        guard offer.sharing.isPassedOn || !hasReceived else {
            throw .wrongState(reason: "who has received this offer does not pass it on")
        }
        return offer
    }

    private func checkReach(
        _ offer: Offer, of first: PlatformUserID, more count: Int, _ records: any MerchantRecords
    ) throws(MerchantsError) {
        let reached = try records.couponCount(of: offer.id, sharedBy: first)
        guard reached + count <= offer.sharing.recipientsOfUserMax else {
            throw .limit(reason: "a user shares this offer with \(offer.sharing.recipientsOfUserMax) others at most")
        }
    }

    private func coupon(
        of offer: Offer, from first: PlatformUserID, to second: PlatformUserID, _ now: Int64
    ) -> Coupon {
        Coupon(
            id: .random(random), offer: offer.id, merchant: offer.merchant, first: first, second: second,
            sharedAt: now, expiresAt: min(now + offer.sharing.couponSeconds, offer.period.end))
    }
}
