extension MerchantPlatform {
    public static let tagsOfMerchantMax = 1_000

    /// *Tag manufacture*: binds a tag to its merchant and answers what is to be written into it (TAG-07).
    ///
    /// A tag that is bound already is made anew: what it held before is refused from now on (TAG-09).
    public func makeTag(
        _ order: PayTagOrder, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> MadeTag {
        try requireOperator(or: order.merchant, requester)
        let fields = [
            "\(order.tagID)", order.merchant.rawValue, order.place.label, order.place.terminal ?? "",
            order.amount.map { "\($0)" } ?? "", "\(order.kind)",
        ]
        return try await once(requester, "tag.make", fields: fields) { records, now throws(MerchantsError) in
            let merchant = try active(order.merchant, records)
            let known = try remakeable(order, records)
            if known == nil, try records.tagCount(of: merchant.id) >= Self.tagsOfMerchantMax {
                throw .limit(reason: "the merchant has \(Self.tagsOfMerchantMax) tags, which is all it can have")
            }
            let (made, mirror) = try made(order, known, now)
            try records.apply(.putTag(made))
            return Done(MadeTag(tag: made, mirror: mirror), detail: "\(made.reference) version \(made.version)")
        }
    }

    /// The tag that has this identifier, if it may be made anew.
    private func remakeable(
        _ order: PayTagOrder, _ records: any MerchantRecords
    ) throws(MerchantsError) -> PayTag? {
        guard let known = try records.tag(tagID: order.tagID) else { return nil }
        guard known.merchant == order.merchant else {
            throw .duplicate(reason: "a tag with this identifier is bound to another merchant")
        }
        guard known.state != .revoked else { throw .wrongState(reason: "\(TagRefusal.revoked)") }
        guard known.version < .max else { throw .limit(reason: "the tag was made as often as it can be") }
        return known
    }

    private func made(
        _ order: PayTagOrder, _ known: PayTag?, _ now: Int64
    ) throws(MerchantsError) -> (PayTag, SecureDynamicMirror?) {
        let reference = known?.reference ?? .random(random)
        let address = PayTagAddress(host: profile.tagHost, reference: reference)
        let binding = PayTagContent.Binding(
            kind: order.kind, version: (known?.version ?? 0) + 1, merchant: order.merchant, reference: reference)
        let signature = try keys.signTagContent(
            PayTagContent.signedMessage(binding, address, tagID: order.tagID))
        let (content, mirror) = try PayTagContent(address: address, binding: binding, signature: signature).written()
        let tag = PayTag(
            reference: reference, tagID: order.tagID, merchant: order.merchant, place: order.place,
            amount: order.amount, kind: order.kind, version: binding.version, state: .active, lastCounter: nil,
            content: content, madeAt: now)
        return (tag, mirror)
    }

    /// The keys that a tag with secure dynamic messaging is to have, for the device that writes it.
    public func tagKeys(
        of reference: PayTagReference, underTransportKey pem: String, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> WrappedTagKeys {
        let tag = try await tag(reference)
        try requireOperator(or: tag.merchant, requester)
        guard tag.kind == .secureDynamic, tag.state != .revoked else {
            throw .wrongState(reason: "the tag has no keys: it says the same at every reading, or is revoked")
        }
        return try keys.tagKeys(
            of: SecureDynamicTag(tagID: tag.tagID, version: tag.version), underTransportKey: pem)
    }

    /// Disables a tag, lets it work again, or revokes it for good (TAG-09).
    public func setState(
        _ state: PayTag.State, of reference: PayTagReference, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> PayTag {
        try await once(requester, "tag.\(state)", fields: [reference.rawValue]) {
            records, _ throws(MerchantsError) in
            guard var tag = try records.tag(reference) else { throw Self.tagUnknown }
            try requireOperator(or: tag.merchant, requester)
            guard tag.state.canBecome(state) else { throw .wrongState(reason: "\(TagRefusal.revoked)") }
            tag.state = state
            try records.apply(.putTag(tag))
            return Done(tag, detail: "\(reference)")
        }
    }

    public func tag(_ reference: PayTagReference) async throws(MerchantsError) -> PayTag {
        try await store.read { records throws(MerchantsError) in
            guard let tag = try records.tag(reference) else { throw Self.tagUnknown }
            return tag
        }
    }

    /// A page of a merchant's, ordered by reference, after `reference`.
    public func tags(
        of merchant: MerchantID, after reference: PayTagReference?, limit: Int
    ) async throws(MerchantsError) -> [PayTag] {
        try await store.read { records throws(MerchantsError) in
            try records.tags(of: merchant, after: reference, limit: min(limit, Self.pageEntriesMax))
        }
    }

    private static let tagUnknown = MerchantsError.notFound(field: "tag", reason: "the tag is not known")
}
