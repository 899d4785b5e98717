import CardCryptography
import Foundation

extension MerchantPlatform {
    public static let offersOfMerchantMax = 200

    /// Publishes an offer in a merchant's name.
    public func publish(_ draft: OfferDraft, _ requester: PlatformRequester) async throws(MerchantsError) -> Offer {
        let merchant = try requester.merchant()
        let rules = try text(of: draft.policy) + text(of: draft.sharing) + text(of: draft.terms)
        let fields = [rules, "\(draft.period.start)", "\(draft.period.end)", "\(draft.budget)"]
        return try await once(requester, "offer.publish", fields: fields) { records, now throws(MerchantsError) in
            let merchant = try active(merchant, records)
            guard merchant.rewardAccount != nil else {
                throw .wrongState(reason: "the merchant has no account that rewards are paid from")
            }
            guard try records.offerCount(of: merchant.id) < Self.offersOfMerchantMax else {
                throw .limit(reason: "the merchant has \(Self.offersOfMerchantMax) offers, which is all it can have")
            }
            let offer = Offer(
                id: .random(random), merchant: merchant.id, terms: draft.terms, currency: merchant.currency,
                period: draft.period, sharing: draft.sharing, policy: draft.policy, budget: draft.budget,
                rewarded: 0, state: .published, publishedAt: now)
            try records.apply(.putOffer(offer))
            return Done(offer, detail: "\(offer.id)")
        }
    }

    /// Withdraws an offer, or publishes it again.
    public func setState(
        _ state: Offer.State, of id: OfferID, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> Offer {
        let merchant = try requester.merchant()
        return try await once(requester, "offer.\(state)", fields: [id.rawValue]) {
            records, _ throws(MerchantsError) in
            guard var offer = try records.offer(id), offer.merchant == merchant else { throw Self.offerUnknown }
            offer.state = state
            try records.apply(.putOffer(offer))
            return Done(offer, detail: "\(id)")
        }
    }

    public func offer(_ id: OfferID) async throws(MerchantsError) -> Offer {
        try await store.read { records throws(MerchantsError) in
            guard let offer = try records.offer(id) else { throw Self.offerUnknown }
            return offer
        }
    }

    /// A page ordered by identifier, after `id`: of one merchant's, or of all.
    public func offers(
        of merchant: MerchantID?, after id: OfferID?, limit: Int
    ) async throws(MerchantsError) -> [Offer] {
        try await store.read { records throws(MerchantsError) in
            try records.offers(of: merchant, after: id, limit: min(limit, Self.pageEntriesMax))
        }
    }

    private func text(of value: some Encodable) throws(MerchantsError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw .internal(reason: "\(error)")
        }
    }

    static let offerUnknown = MerchantsError.notFound(field: "offer", reason: "no offer of this name")
}
