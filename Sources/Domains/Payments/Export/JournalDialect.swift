/// A program of plain-text accounting that reads our journal.
public enum JournalDialect: String, Hashable, Sendable, CaseIterable {
    case hledger
    case ledger
    case beancount

    /// What ends a file of the dialect's.
    public var fileExtension: String {
        switch self {
        case .hledger: "hledger"
        case .ledger: "ledger"
        case .beancount: "beancount"
        }
    }
}
