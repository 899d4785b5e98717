import GRDB
import Merchants

/// The platform's records as one connection sees them, inside a transaction; those of offers and rewards stand in a file
/// of their own.
struct SQLiteMerchantRecords: MerchantTransaction {
    let database: Database

    /// Reads with the port's error.
    func reading<Value>(_ read: (Database) throws -> Value) throws(MerchantsError) -> Value {
        do { return try read(database) } catch { throw MerchantsError(describing: error) }
    }

    func count(_ sql: String, _ arguments: StatementArguments = []) throws(MerchantsError) -> Int {
        try reading { try Int.fetchOne($0.cachedStatement(sql: sql), arguments: arguments) ?? 0 }
    }

    func apply(_ change: MerchantChange) throws(MerchantsError) {
        do { try change.apply(to: database) } catch { throw MerchantsError(describing: error) }
    }

    // MARK: - Merchants and tags

    func merchant(_ id: MerchantID) throws(MerchantsError) -> Merchant? {
        try reading { try MerchantTables.merchants.one([id.rawValue], in: $0) }
    }

    func merchants(after id: MerchantID?, limit: Int) throws(MerchantsError) -> [Merchant] {
        try reading {
            try MerchantTables.merchants.all(
                "WHERE id > ? ORDER BY id LIMIT ?", [id?.rawValue ?? "", max(limit, 0)], in: $0)
        }
    }

    func merchantCount() throws(MerchantsError) -> Int { try count("SELECT count(*) FROM merchant") }

    func tag(_ reference: PayTagReference) throws(MerchantsError) -> PayTag? {
        try reading { try MerchantTables.tags.one([reference.rawValue], in: $0) }
    }

    func tag(tagID: [UInt8]) throws(MerchantsError) -> PayTag? {
        try reading { try MerchantTables.tags.all("WHERE tag_id = ?", [blob(tagID)], in: $0).first }
    }

    func tags(
        of merchant: MerchantID, after reference: PayTagReference?, limit: Int
    ) throws(MerchantsError) -> [PayTag] {
        try reading {
            try MerchantTables.tags.all(
                "WHERE merchant = ? AND reference > ? ORDER BY reference LIMIT ?",
                [merchant.rawValue, reference?.rawValue ?? "", max(limit, 0)], in: $0)
        }
    }

    func tagCount(of merchant: MerchantID) throws(MerchantsError) -> Int {
        try count("SELECT count(*) FROM pay_tag WHERE merchant = ?", [merchant.rawValue])
    }

    // MARK: - Instructions and objects

    func instruction(_ id: InstructionID) throws(MerchantsError) -> IssuedInstruction? {
        try reading { try MerchantTables.instructions.one([id.rawValue], in: $0) }
    }

    func instructions(of merchant: MerchantID, limit: Int) throws(MerchantsError) -> [IssuedInstruction] {
        try reading {
            try MerchantTables.instructions.all(
                "WHERE merchant = ? ORDER BY number DESC LIMIT ?", [merchant.rawValue, max(limit, 0)], in: $0)
        }
    }

    func openInstructionCount(of reference: String, at now: Int64) throws(MerchantsError) -> Int {
        try count(
            "SELECT count(*) FROM instruction WHERE reference = ? AND expires_at > ? AND state = 'open'",
            [reference, now])
    }

    func orders(of user: PlatformUserID, limit: Int) throws(MerchantsError) -> [IssuedInstruction] {
        try reading {
            try MerchantTables.instructions.all(
                "WHERE user = ? ORDER BY number DESC LIMIT ?", [user.rawValue, max(limit, 0)], in: $0)
        }
    }

    func openOrderCount(of user: PlatformUserID, at now: Int64) throws(MerchantsError) -> Int {
        try count(
            "SELECT count(*) FROM instruction WHERE user = ? AND expires_at > ? AND state = 'open'",
            [user.rawValue, now])
    }

    func silentOrders(expiredBefore time: Int64, limit: Int) throws(MerchantsError) -> [IssuedInstruction] {
        try reading {
            try MerchantTables.instructions.all(
                "WHERE user IS NOT NULL AND state = 'open' AND expires_at < ? ORDER BY expires_at LIMIT ?",
                [time, max(limit, 0)], in: $0)
        }
    }

    func object(_ id: TargetObjectID) throws(MerchantsError) -> TargetObject? {
        try reading { try MerchantTables.objects.one([id.rawValue], in: $0) }
    }

    func objects(
        of merchant: MerchantID?, after id: TargetObjectID?, limit: Int
    ) throws(MerchantsError) -> [TargetObject] {
        try reading { database in
            guard let merchant else {
                return try MerchantTables.objects.all(
                    "WHERE id > ? ORDER BY id LIMIT ?", [id?.rawValue ?? "", max(limit, 0)], in: database)
            }
            return try MerchantTables.objects.all(
                "WHERE merchant = ? AND id > ? ORDER BY id LIMIT ?",
                [merchant.rawValue, id?.rawValue ?? "", max(limit, 0)], in: database)
        }
    }

    func objectCount(of merchant: MerchantID) throws(MerchantsError) -> Int {
        try count("SELECT count(*) FROM target_object WHERE merchant = ?", [merchant.rawValue])
    }

    // MARK: - Requests

    func keptAnswer(scope: String, key: String) throws(MerchantsError) -> PlatformAnswer? {
        try reading { try MerchantTables.keptAnswers.one([scope, key], in: $0) }
    }

    func credential(digest: [UInt8]) throws(MerchantsError) -> PlatformCredential? {
        try reading { try MerchantTables.credentials.one([blob(digest)], in: $0) }
    }

    func auditEntries(limit: Int) throws(MerchantsError) -> [PlatformAuditEntry] {
        try reading { try MerchantTables.auditEntries.all("ORDER BY number DESC LIMIT ?", [max(limit, 0)], in: $0) }
    }
}
