import GRDB
import Issuing

extension IssuerChange {
    /// Writes the change inside the transaction that is open.
    func apply(to database: Database) throws {
        switch self {
        case .putWallet(let record): try IssuerTables.wallets.put(record, into: database)
        case .insertCardholder(let record): try IssuerTables.cardholders.insert(record, into: database)
        case .insertCard(let record): try IssuerTables.cards.insert(record, into: database)
        case .updateCard(let record): try IssuerTables.cards.update(record, in: database)
        case .putVerification(let record): try IssuerTables.verifications.put(record, into: database)
        case .putAttempts(let record): try IssuerTables.attempts.put(record, into: database)
        case .putRecognizedUser(let record): try IssuerTables.recognizedUsers.put(record, into: database)
        case .insertPendingMessage(let record): try IssuerTables.pendingMessages.insert(record, into: database)
        case .deletePendingMessage(let verification):
            try database.execute(
                sql: "DELETE FROM pending_message WHERE verification = ?", arguments: [verification.rawValue])
        case .insertBinding(let record): try IssuerTables.bindings.insert(record, into: database)
        case .deleteBinding(let id): try IssuerTables.bindings.delete([id.rawValue], from: database)
        case .putUsedAssertion(let record): try IssuerTables.usedAssertions.put(record, into: database)
        case .putTokenCounter(let card, let token, let counter):
            try IssuerTables.tokenCounters.put(
                IssuerTables.TokenCounter(card: card, token: token, counter: counter), into: database)
        case .putTransaction(let record): try IssuerTables.transactions.put(record, into: database)
        case .insertKeptAnswer(let record): try IssuerTables.keptAnswers.insert(record, into: database)
        case .insertCredential(let record): try IssuerTables.credentials.insert(record, into: database)
        case .revokeCredentials(let holder, let at):
            let (kind, name) = holder.parts
            try database.execute(
                sql: """
                    UPDATE credential SET revoked_at = ? WHERE holder_kind = ? AND holder = ? AND revoked_at IS NULL
                    """, arguments: [at, kind, name])
        case .audit(let entry): try IssuerTables.auditEntries.insert(entry, into: database)
        case .forget(let time, let now): try forget(before: time, now: now, in: database)
        }
    }

    private func forget(before time: Int64, now: Int64, in database: Database) throws {
        for sql in [
            "DELETE FROM kept_answer WHERE created_at < ?", "DELETE FROM verification WHERE expires_at < ?",
            "DELETE FROM attempts WHERE started_at < ?", "DELETE FROM audit_entry WHERE at < ?",
        ] { try database.execute(sql: sql, arguments: [time]) }
        for sql in [
            "DELETE FROM used_assertion WHERE expires_at < ?", "DELETE FROM pending_message WHERE expires_at < ?",
        ] { try database.execute(sql: sql, arguments: [now]) }
    }
}
