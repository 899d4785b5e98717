import GRDB
import Issuing

/// An issuer's records as one connection sees them, inside a transaction.
struct SQLiteIssuerRecords: IssuerTransaction {
    let database: Database

    /// Reads with the port's error.
    private func reading<Value>(_ read: (Database) throws -> Value) throws(IssuingError) -> Value {
        do { return try read(database) } catch { throw IssuingError(describing: error) }
    }

    func apply(_ change: IssuerChange) throws(IssuingError) {
        do { try change.apply(to: database) } catch { throw IssuingError(describing: error) }
    }

    func wallets() throws(IssuingError) -> [WalletPlatform] {
        try reading { try IssuerTables.wallets.all("ORDER BY name", in: $0) }
    }

    // MARK: - Cardholders and cards

    func cardholder(_ id: CardholderID) throws(IssuingError) -> Cardholder? {
        try reading { try IssuerTables.cardholders.one([id.rawValue], in: $0) }
    }

    func cardholders(after id: CardholderID?, limit: Int) throws(IssuingError) -> [Cardholder] {
        try reading {
            try IssuerTables.cardholders.all(
                "WHERE id > ? ORDER BY id LIMIT ?", [id?.rawValue ?? "", max(limit, 0)], in: $0)
        }
    }

    func card(_ reference: CardAccountReference) throws(IssuingError) -> CardAccount? {
        try reading { try IssuerTables.cards.one([reference.rawValue], in: $0) }
    }

    func card(numberTag: [UInt8]) throws(IssuingError) -> CardAccount? {
        try reading { try IssuerTables.cards.all("WHERE number_tag = ?", [blob(numberTag)], in: $0).first }
    }

    func cards(after reference: CardAccountReference?, limit: Int) throws(IssuingError) -> [CardAccount] {
        try reading {
            try IssuerTables.cards.all(
                "WHERE reference > ? ORDER BY reference LIMIT ?", [reference?.rawValue ?? "", max(limit, 0)], in: $0)
        }
    }

    // MARK: - Recognition

    func verification(_ id: VerificationID) throws(IssuingError) -> Verification? {
        try reading { try IssuerTables.verifications.one([id.rawValue], in: $0) }
    }

    func attempts(_ subject: String) throws(IssuingError) -> AttemptCounter? {
        try reading { try IssuerTables.attempts.one([subject], in: $0) }
    }

    func recognizedUser(_ user: WalletUser, of card: CardAccountReference) throws(IssuingError) -> RecognizedUser? {
        try reading { try IssuerTables.recognizedUsers.one([card.rawValue, user.wallet, user.user], in: $0) }
    }

    func pendingMessages(limit: Int) throws(IssuingError) -> [PendingMessage] {
        try reading { try IssuerTables.pendingMessages.all("ORDER BY rowid LIMIT ?", [max(limit, 0)], in: $0) }
    }

    // MARK: - Bindings

    func binding(
        of card: CardAccountReference, _ user: WalletUser, _ secureElement: String
    ) throws(IssuingError) -> CardBinding? {
        try reading {
            try IssuerTables.bindings.all(
                "WHERE card = ? AND wallet = ? AND user = ? AND secure_element = ?",
                [card.rawValue, user.wallet, user.user, secureElement], in: $0
            ).first
        }
    }

    func bindings(of card: CardAccountReference) throws(IssuingError) -> [CardBinding] {
        try reading { try IssuerTables.bindings.all("WHERE card = ? ORDER BY rowid", [card.rawValue], in: $0) }
    }

    func usedAssertion(_ name: String, of wallet: String) throws(IssuingError) -> UsedAssertion? {
        try reading { try IssuerTables.usedAssertions.one([wallet, name], in: $0) }
    }

    // MARK: - Money

    func tokenCounter(_ token: String, of card: CardAccountReference) throws(IssuingError) -> Int? {
        try reading { try IssuerTables.tokenCounters.one([card.rawValue, token], in: $0)?.counter }
    }

    func transaction(_ name: TransactionName) throws(IssuingError) -> PaymentTransaction? {
        try reading { try IssuerTables.transactions.one([name.wallet, name.transaction], in: $0) }
    }

    func transactions(of card: CardAccountReference?, limit: Int) throws(IssuingError) -> [PaymentTransaction] {
        try reading { database in
            guard let card else {
                return try IssuerTables.transactions.all("ORDER BY rowid DESC LIMIT ?", [max(limit, 0)], in: database)
            }
            return try IssuerTables.transactions.all(
                "WHERE card = ? ORDER BY rowid DESC LIMIT ?", [card.rawValue, max(limit, 0)], in: database)
        }
    }

    // MARK: - Requests

    func keptAnswer(scope: String, key: String) throws(IssuingError) -> KeptAnswer? {
        try reading { try IssuerTables.keptAnswers.one([scope, key], in: $0) }
    }

    func credential(digest: [UInt8]) throws(IssuingError) -> IssuerCredential? {
        try reading { try IssuerTables.credentials.one([blob(digest)], in: $0) }
    }

    func auditEntries(limit: Int) throws(IssuingError) -> [IssuerAuditEntry] {
        try reading { try IssuerTables.auditEntries.all("ORDER BY number DESC LIMIT ?", [max(limit, 0)], in: $0) }
    }
}
