import GRDB
import Merchants

extension MerchantChange {
    /// Writes the change inside the transaction that is open.
    func apply(to database: Database) throws {
        switch self {
        case .putMerchant(let record): try MerchantTables.merchants.put(record, into: database)
        case .putTag(let record): try MerchantTables.tags.put(record, into: database)
        case .putInstruction(let record): try MerchantTables.instructions.put(record, into: database)
        case .putObject(let record): try MerchantTables.objects.put(record, into: database)
        case .putUser(let record): try MerchantTables.users.put(record, into: database)
        case .putRelation(let record): try MerchantTables.relations.put(record, into: database)
        case .deleteRelation(let record):
            try MerchantTables.relations.delete(MerchantTables.ordered(record.asking, record.asked), from: database)
        case .putOffer(let record): try MerchantTables.offers.put(record, into: database)
        case .putCoupon(let record): try MerchantTables.coupons.put(record, into: database)
        case .insertPresentation(let record): try MerchantTables.presentations.insert(record, into: database)
        case .insertUse(let record): try MerchantTables.uses.insert(record, into: database)
        case .insertReward(let record): try MerchantTables.rewards.insert(record, into: database)
        case .updateReward(let record): try MerchantTables.rewards.update(record, in: database)
        case .insertLink(let record): try MerchantTables.links.insert(record, into: database)
        case .putPendingNotification(let record):
            try MerchantTables.pendingNotifications.put(record, into: database)
        case .deletePendingNotification(let reward):
            try database.execute(
                sql: "DELETE FROM pending_notification WHERE reward = ?", arguments: [reward.rawValue])
        case .insertKeptAnswer(let record): try MerchantTables.keptAnswers.insert(record, into: database)
        case .insertCredential(let record): try MerchantTables.credentials.insert(record, into: database)
        case .revokeCredentials(let holder, let at):
            let (kind, name) = holder.parts
            try database.execute(
                sql: """
                    UPDATE credential SET revoked_at = ? WHERE holder_kind = ? AND holder = ? AND revoked_at IS NULL
                    """, arguments: [at, kind, name])
        case .audit(let entry): try MerchantTables.auditEntries.insert(entry, into: database)
        case .forget(let time, let now): try forget(before: time, now: now, in: database)
        }
    }

    private func forget(before time: Int64, now: Int64, in database: Database) throws {
        for sql in [
            "DELETE FROM kept_answer WHERE created_at < ?", "DELETE FROM audit_entry WHERE at < ?",
            "DELETE FROM presentation WHERE expires_at < ?",
            // An order that is open still has stock reserved: it lapses first.
            """
            DELETE FROM instruction
            WHERE expires_at < ? AND state <> 'paid' AND NOT (user IS NOT NULL AND state = 'open')
            """,
        ] { try database.execute(sql: sql, arguments: [time]) }
        for sql in [
            "DELETE FROM reward_link WHERE expires_at < ?", "DELETE FROM pending_notification WHERE expires_at < ?",
        ] { try database.execute(sql: sql, arguments: [now]) }
    }
}
