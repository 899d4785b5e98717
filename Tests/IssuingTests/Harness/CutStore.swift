import Issuing
import Synchronization

/// A store whose power goes at the n-th change, or after the commit and before the answer.
final class CutStore: IssuerStore {
    private let store: any IssuerStore
    /// Changes that are still made; `nil`: all of them.
    private let changesLeft = Mutex<Int?>(nil)
    private let losesAnswer = Mutex(false)

    init(_ store: any IssuerStore) { self.store = store }

    /// From now on so many changes are made before the power goes.
    func cut(afterChanges count: Int?) { changesLeft.withLock { $0 = count } }

    /// The next transaction is committed, and nobody hears of it.
    func loseAnswer() { losesAnswer.withLock { $0 = true } }

    static let cut = IssuingError.internal(reason: "the power went")

    func transact<Answer: Sendable>(
        _ work: @escaping @Sendable (any IssuerTransaction) throws(IssuingError) -> Answer
    ) async throws(IssuingError) -> Answer {
        let answer = try await store.transact { records throws(IssuingError) in
            try work(CutTransaction(records: records, store: self))
        }
        let isLost = losesAnswer.withLock { flag in
            defer { flag = false }
            return flag
        }
        if isLost { throw Self.cut }
        return answer
    }

    func read<Answer: Sendable>(
        _ work: @escaping @Sendable (any IssuerRecords) throws(IssuingError) -> Answer
    ) async throws(IssuingError) -> Answer { try await store.read(work) }

    fileprivate func spend() throws(IssuingError) {
        let isOver = changesLeft.withLock { left in
            guard let count = left else { return false }
            left = count - 1
            return count <= 0
        }
        if isOver { throw Self.cut }
    }
}

private struct CutTransaction: IssuerTransaction {
    let records: any IssuerTransaction
    let store: CutStore

    func apply(_ change: IssuerChange) throws(IssuingError) {
        try store.spend()
        try records.apply(change)
    }

    func wallets() throws(IssuingError) -> [WalletPlatform] { try records.wallets() }
    func cardholder(_ id: CardholderID) throws(IssuingError) -> Cardholder? { try records.cardholder(id) }
    func cardholders(after id: CardholderID?, limit: Int) throws(IssuingError) -> [Cardholder] {
        try records.cardholders(after: id, limit: limit)
    }
    func card(_ reference: CardAccountReference) throws(IssuingError) -> CardAccount? { try records.card(reference) }
    func card(numberTag: [UInt8]) throws(IssuingError) -> CardAccount? { try records.card(numberTag: numberTag) }
    func cards(after reference: CardAccountReference?, limit: Int) throws(IssuingError) -> [CardAccount] {
        try records.cards(after: reference, limit: limit)
    }
    func verification(_ id: VerificationID) throws(IssuingError) -> Verification? { try records.verification(id) }
    func attempts(_ subject: String) throws(IssuingError) -> AttemptCounter? { try records.attempts(subject) }
    func recognizedUser(_ user: WalletUser, of card: CardAccountReference) throws(IssuingError) -> RecognizedUser? {
        try records.recognizedUser(user, of: card)
    }
    func pendingMessages(limit: Int) throws(IssuingError) -> [PendingMessage] {
        try records.pendingMessages(limit: limit)
    }
    func binding(
        of card: CardAccountReference, _ user: WalletUser, _ secureElement: String
    ) throws(IssuingError) -> CardBinding? { try records.binding(of: card, user, secureElement) }
    func bindings(of card: CardAccountReference) throws(IssuingError) -> [CardBinding] {
        try records.bindings(of: card)
    }
    func usedAssertion(_ name: String, of wallet: String) throws(IssuingError) -> UsedAssertion? {
        try records.usedAssertion(name, of: wallet)
    }
    func tokenCounter(_ token: String, of card: CardAccountReference) throws(IssuingError) -> Int? {
        try records.tokenCounter(token, of: card)
    }
    func transaction(_ name: TransactionName) throws(IssuingError) -> PaymentTransaction? {
        try records.transaction(name)
    }
    func transactions(of card: CardAccountReference?, limit: Int) throws(IssuingError) -> [PaymentTransaction] {
        try records.transactions(of: card, limit: limit)
    }
    func keptAnswer(scope: String, key: String) throws(IssuingError) -> KeptAnswer? {
        try records.keptAnswer(scope: scope, key: key)
    }
    func credential(digest: [UInt8]) throws(IssuingError) -> IssuerCredential? {
        try records.credential(digest: digest)
    }
    func auditEntries(limit: Int) throws(IssuingError) -> [IssuerAuditEntry] { try records.auditEntries(limit: limit) }
}
