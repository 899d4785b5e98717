extension MerchantPlatform {
    public static let objectsOfMerchantMax = 1_000

    /// Publishes an object in a merchant's name (XFER-06).
    public func publish(
        _ draft: TargetObjectDraft, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> TargetObject {
        let merchant = try requester.merchant()
        let fields = [
            draft.title, "\(draft.price)", draft.stock.map { "\($0)" } ?? "", "\(draft.quantityMax)",
            "\(draft.period.start)", "\(draft.period.end)",
        ]
        return try await once(requester, "object.publish", fields: fields) { records, now throws(MerchantsError) in
            let merchant = try active(merchant, records)
            guard try records.objectCount(of: merchant.id) < Self.objectsOfMerchantMax else {
                throw .limit(reason: "the merchant has \(Self.objectsOfMerchantMax) objects, which is all it can have")
            }
            let object = TargetObject(
                id: .random(random), merchant: merchant.id, title: draft.title, price: draft.price,
                currency: merchant.currency, stock: draft.stock, quantityMax: draft.quantityMax,
                period: draft.period, state: .published, publishedAt: now)
            try records.apply(.putObject(object))
            return Done(object, detail: "\(object.id)")
        }
    }

    /// Withdraws an object, or publishes it again. What was ordered before stays ordered.
    public func setState(
        _ state: TargetObject.State, of id: TargetObjectID, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> TargetObject {
        try await changeObject(id, requester, "object.\(state)", fields: []) { $0.state = state }
    }

    /// Adds to the stock of an object, or takes from it: `change` may be negative.
    public func changeStock(
        by change: Int64, of id: TargetObjectID, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> TargetObject {
        try await changeObject(id, requester, "object.stock", fields: ["\(change)"]) {
            object throws(MerchantsError) in
            guard let stock = object.stock else {
                throw .wrongState(reason: "the object has no stock: there is no end of it")
            }
            let (sum, overflow) = stock.addingReportingOverflow(change)
            guard !overflow, (0...TargetObject.stockMax).contains(sum) else {
                throw .invalid(field: "change", reason: "the stock would leave 0 to \(TargetObject.stockMax)")
            }
            object.stock = sum
        }
    }

    public func object(_ id: TargetObjectID) async throws(MerchantsError) -> TargetObject {
        try await store.read { records throws(MerchantsError) in
            guard let object = try records.object(id) else { throw Self.objectUnknown }
            return object
        }
    }

    /// A page ordered by identifier, after `id`: of one merchant's, or of all.
    public func objects(
        of merchant: MerchantID?, after id: TargetObjectID?, limit: Int
    ) async throws(MerchantsError) -> [TargetObject] {
        try await store.read { records throws(MerchantsError) in
            try records.objects(of: merchant, after: id, limit: min(limit, Self.pageEntriesMax))
        }
    }

    private func changeObject(
        _ id: TargetObjectID, _ requester: PlatformRequester, _ action: String, fields: [String],
        _ change: @escaping @Sendable (inout TargetObject) throws(MerchantsError) -> Void
    ) async throws(MerchantsError) -> TargetObject {
        let merchant = try requester.merchant()
        return try await once(requester, action, fields: [id.rawValue] + fields) { records, _ throws(MerchantsError) in
            guard var object = try records.object(id), object.merchant == merchant else { throw Self.objectUnknown }
            try change(&object)
            try records.apply(.putObject(object))
            return Done(object, detail: "\(id)")
        }
    }

    static let objectUnknown = MerchantsError.notFound(field: "object", reason: "no object of this name")
}
