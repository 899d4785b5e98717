import GRDB

/// The payment server's tables, by migration; a migration that has been released is never edited.
///
/// The ledger is all columns. Of every other record the whole as JSON, and beside it in columns what it is looked up by
/// (docs/decisions/0007-columns-and-json.md). Each migration stands in the file of what it is for.
enum PaymentSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-ledger") { try $0.execute(sql: LedgerTables.schema) }
        migrator.registerMigration("0002-parties") { try $0.execute(sql: PartyTables.schema) }
        migrator.registerMigration("0003-orders") { try $0.execute(sql: OrderTables.schema) }
        migrator.registerMigration("0004-journal") { try $0.execute(sql: PaymentJournalTables.schema) }
        migrator.registerMigration("0005-smart-cards") { try $0.execute(sql: SmartCardTables.schema) }
        migrator.registerMigration("0006-bills") { try $0.execute(sql: BillTables.schema) }
        migrator.registerMigration("0007-issuer-payments") { try $0.execute(sql: IssuerPaymentTables.schema) }
        migrator.registerMigration("0008-purses") { try $0.execute(sql: PurseTables.schema) }
        migrator.registerMigration("0009-chains") { try $0.execute(sql: LedgerTables.chains) }
        return migrator
    }
}
