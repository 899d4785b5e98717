extension MerchantPlatform {
    /// Relations of one user, asked for and agreed.
    public static let relationsOfUserMax = 500

    /// Asks another user, or agrees when the other has asked: associated are two who have both said so.
    public func relate(
        to name: String, _ requester: PlatformRequester
    ) async throws(MerchantsError) -> RelationView {
        let id = try requester.user()
        return try await once(requester, "relation.ask", fields: [name]) { records, now throws(MerchantsError) in
            guard let other = try records.user(named: name) else { throw Self.userUnknown }
            guard other.id != id else { throw .invalid(field: "user", reason: "nobody is associated with itself") }
            var relation: UserRelation
            if let known = try records.relation(between: id, other.id) {
                relation = known
                if known.asked == id, known.agreedAt == nil { relation.agreedAt = now }
            } else {
                for side in [id, other.id] where try records.relationCount(of: side) >= Self.relationsOfUserMax {
                    throw .limit(reason: "\(Self.relationsOfUserMax) relations of a user are all it can have")
                }
                relation = UserRelation(asking: id, asked: other.id, askedAt: now)
            }
            try records.apply(.putRelation(relation))
            return Done(view(relation, of: id, name: other.name), detail: "\(other.id)")
        }
    }

    /// Ends a relation, or takes back or declines what was asked.
    public func endRelation(to name: String, _ requester: PlatformRequester) async throws(MerchantsError) {
        let id = try requester.user()
        _ = try await once(requester, "relation.end", fields: [name]) { records, _ throws(MerchantsError) in
            guard let other = try records.user(named: name),
                let relation = try records.relation(between: id, other.id)
            else { throw .notFound(field: "user", reason: "no relation to a user of this name") }
            try records.apply(.deleteRelation(relation))
            return Done(true, detail: "\(other.id)")
        }
    }

    /// All of a user's, by name: ``relationsOfUserMax`` at most.
    public func relations(of user: PlatformUserID) async throws(MerchantsError) -> [RelationView] {
        let views = try await store.read { records throws(MerchantsError) in
            var views: [RelationView] = []
            for relation in try records.relations(of: user) {
                guard let other = try records.user(relation.other(than: user)) else { continue }
                views.append(view(relation, of: user, name: other.name))
            }
            return views
        }
        return views.sorted { $0.name < $1.name }
    }

    private func view(_ relation: UserRelation, of user: PlatformUserID, name: String) -> RelationView {
        let waiting: RelationView.State = relation.asking == user ? .asked : .asking
        return RelationView(name: name, state: relation.agreedAt == nil ? waiting : .mutual)
    }

    /// Whether both have agreed, since long enough.
    func areAssociated(
        _ first: PlatformUserID, _ second: PlatformUserID, forSeconds seconds: Int64 = 0, at now: Int64,
        _ records: any MerchantRecords
    ) throws(MerchantsError) -> Bool {
        guard let agreedAt = try records.relation(between: first, second)?.agreedAt else { return false }
        return now - agreedAt >= seconds
    }
}
