import ISO4217
import Testing

@testable import Payments

@Suite("The rules of the ledger")
struct LedgerRulesTests {
    private typealias Bench = LedgerBench

    /// Ada holds 100.00, of which 30.00 are reserved for the baker until second 200.
    private var book: LedgerBook {
        var book = LedgerBook()
        for account in [Bench.ada, Bench.ben, Bench.baker, Bench.florist, Bench.bank] {
            book.accounts[account.id] = account
        }
        let first = [
            Bench.transfer(1, Bench.bank, Bench.ada, 10_000, code: .funding),
            Bench.transfer(2, Bench.ada, Bench.baker, 3_000, .pending(timeoutSeconds: 100)),
        ]
        let verdict = LedgerRules.judge(first, at: 100, in: book)
        precondition(verdict.isAccepted)
        return verdict.book
    }

    private func result(_ transfer: Transfer, at now: Int64 = 101) -> TransferResult {
        let verdict = LedgerRules.judge([transfer], at: now, in: book)
        if verdict.results[0].refusal != nil {
            #expect(verdict.recorded.isEmpty && verdict.changedAccounts.isEmpty && verdict.changedPendings.isEmpty)
        }
        return verdict.results[0]
    }

    @Test("a transfer moves its amount from one account to the other, on both sides at once")
    func posting() {
        let verdict = LedgerRules.judge([Bench.transfer(3, Bench.ada, Bench.florist, 7_000)], at: 101, in: book)
        #expect(verdict.results == [.recorded])
        #expect(verdict.book.accounts[Bench.ada.id]?.debitsPosted == 7_000)
        #expect(verdict.book.accounts[Bench.ada.id]?.available == 0)
        #expect(verdict.book.accounts[Bench.florist.id]?.balance.decimal == "70.00")
        let snapshot = LedgerSnapshot(accounts: Array(verdict.book.accounts.values), lastNumber: 3)
        #expect(snapshot.totals.values.map(\.isBalanced) == [true])
    }

    @Test(
        "amounts of zero, below zero or beyond what is held are refused, reservations counted; one unit less is not",
        arguments: [
            (Int64(7_000), TransferResult.recorded), (7_001, .refused(.exceedsCredits(LedgerBench.ada.id))),
            (Int64.max, .refused(.overflow(LedgerBench.ada.id))), (0, .refused(.amountZero)),
            (-1, .refused(.amountNegative)), (.min, .refused(.amountNegative)), (1, .recorded),
        ])
    func amounts(_ amount: Int64, _ expected: TransferResult) {
        #expect(result(Bench.transfer(3, Bench.ada, Bench.florist, amount)) == expected)
    }

    @Test("an overdraft is allowed to its last unit; without a bound, to the end of 64 bits")
    func overdrafts() {
        var book = book
        let credited = Bench.account(9, .payer, overdraft: .limit(500))
        book.accounts[credited.id] = credited
        func judge(_ transfer: Transfer) -> TransferResult {
            LedgerRules.judge([transfer], at: 101, in: book).results[0]
        }
        #expect(judge(Bench.transfer(3, credited, Bench.florist, 500)) == .recorded)
        #expect(judge(Bench.transfer(3, credited, Bench.florist, 501)) == .refused(.exceedsCredits(credited.id)))
        #expect(judge(Bench.transfer(3, Bench.bank, Bench.ben, .max)) == .refused(.overflow(Bench.bank.id)))
        #expect(judge(Bench.transfer(3, Bench.bank, Bench.ben, .max - 10_000)) == .recorded)
        #expect(judge(Bench.transfer(3, Bench.ada, Bench.bank, 1_000)) == .recorded)
    }

    @Test("what others owe cannot be paid back beyond it, unless the account is without bound")
    func debitAccounts() {
        var book = book
        let owed = Bench.account(8, .issuerSettlement)
        book.accounts[owed.id] = owed
        let back = Bench.transfer(3, Bench.ada, owed, 1)
        #expect(LedgerRules.judge([back], at: 101, in: book).results == [.refused(.exceedsDebits(owed.id))])
        let chain = [Bench.transfer(4, owed, Bench.ben, 1), back]
        #expect(LedgerRules.judge(chain, at: 101, in: book).results == [.recorded, .recorded])
    }

    @Test("posted and reserved sums fit into 64 bits together, so that what is reserved can always be posted")
    func overflow() {
        var book = book
        var rich = Bench.account(9, .equity, overdraft: .unbounded)
        rich.creditsPosted = .max - 5
        book.accounts[rich.id] = rich
        let pending = Bench.transfer(3, Bench.ada, rich, 5, .pending(timeoutSeconds: nil))
        let verdict = LedgerRules.judge([pending, Bench.transfer(4, Bench.ada, rich, 1)], at: 101, in: book)
        #expect(verdict.results == [.recorded, .refused(.overflow(rich.id))])
        let post = Bench.transfer(5, Bench.ada, rich, 5, .post(TransferID(3)))
        #expect(LedgerRules.judge([post], at: 101, in: verdict.book).results == [.recorded])
    }

    @Test("accounts are known, open, two, and of the transfer's currency")
    func accounts() {
        let stranger = Bench.account(99, .payer)
        #expect(result(Bench.transfer(3, stranger, Bench.baker, 1)) == .refused(.unknownAccount(stranger.id)))
        #expect(result(Bench.transfer(3, Bench.ada, stranger, 1)) == .refused(.unknownAccount(stranger.id)))
        #expect(result(Bench.transfer(3, Bench.ada, Bench.ada, 1)) == .refused(.sameAccount))
        #expect(
            result(Bench.transfer(3, Bench.ada, Bench.baker, 1, currency: Bench.yen))
                == .refused(.foreignCurrency(Bench.ada.id)))
        var book = book
        book.accounts[Bench.florist.id]?.closedAt = 100
        let closed = Bench.transfer(3, Bench.ada, Bench.florist, 1)
        #expect(
            LedgerRules.judge([closed], at: 101, in: book).results == [.refused(.accountClosed(Bench.florist.id))])
    }

    @Test("the same transfer again is the same outcome; with any other field it is an error that names the field")
    func replay() {
        let first = Bench.transfer(2, Bench.ada, Bench.baker, 3_000, .pending(timeoutSeconds: 100))
        #expect(result(first) == .exists)
        #expect(result(first, at: 10_000) == .exists)
        let others: [(Transfer, TransferRefusal.Field)] = [
            (Bench.transfer(2, Bench.ben, Bench.baker, 3_000, .pending(timeoutSeconds: 100)), .debit),
            (Bench.transfer(2, Bench.ada, Bench.florist, 3_000, .pending(timeoutSeconds: 100)), .credit),
            (Bench.transfer(2, Bench.ada, Bench.baker, 3_001, .pending(timeoutSeconds: 100)), .amount),
            (Bench.transfer(2, Bench.ada, Bench.baker, 0, .pending(timeoutSeconds: 100)), .amount),
            (
                Bench.transfer(2, Bench.ada, Bench.baker, 3_000, .pending(timeoutSeconds: 100), currency: Bench.yen),
                .currency
            ),
            (Bench.transfer(2, Bench.ada, Bench.baker, 3_000, .pending(timeoutSeconds: 100), code: .refund), .code),
            (Bench.transfer(2, Bench.ada, Bench.baker, 3_000, .pending(timeoutSeconds: 101)), .phase),
            (Bench.transfer(2, Bench.ada, Bench.baker, 3_000), .phase),
            (
                Bench.transfer(2, Bench.ada, Bench.baker, 3_000, .pending(timeoutSeconds: 100), reference: "x"),
                .reference
            ),
        ]
        for (transfer, field) in others { #expect(result(transfer) == .refused(.existsWithDifferent(field))) }
        let linked = Bench.transfer(2, Bench.ada, Bench.baker, 3_000, .pending(timeoutSeconds: 100), isLinked: true)
        let chain = [linked, Bench.transfer(3, Bench.ada, Bench.baker, 1)]
        #expect(
            LedgerRules.judge(chain, at: 101, in: book).results
                == [.refused(.existsWithDifferent(.linked)), .refused(.linkedTransferFailed)])
    }

    @Test("what is reserved is posted once, whole or in part, and the rest is free again")
    func post() {
        let part = Bench.transfer(3, Bench.ada, Bench.baker, 2_000, .post(TransferID(2)))
        let verdict = LedgerRules.judge([part], at: 199, in: book)
        #expect(verdict.results == [.recorded])
        #expect(verdict.book.accounts[Bench.ada.id]?.debitsPending == 0)
        #expect(verdict.book.accounts[Bench.ada.id]?.available == 8_000)
        #expect(verdict.book.accounts[Bench.baker.id]?.creditsPosted == 2_000)
        #expect(verdict.book.pendings[TransferID(2)]?.state == .posted)
        let again = Bench.transfer(4, Bench.ada, Bench.baker, 1, .post(TransferID(2)))
        #expect(LedgerRules.judge([again], at: 199, in: verdict.book).results == [.refused(.pendingAlreadyPosted)])
        #expect(LedgerRules.judge([part], at: 999, in: verdict.book).results == [.exists])
    }

    @Test("what is reserved is voided once, whole, and moves nothing")
    func void() {
        let void = Bench.transfer(3, Bench.ada, Bench.baker, 3_000, .void(TransferID(2)))
        let verdict = LedgerRules.judge([void], at: 101, in: book)
        #expect(verdict.results == [.recorded])
        #expect(verdict.book.accounts[Bench.ada.id]?.available == 10_000)
        #expect(verdict.book.accounts[Bench.baker.id]?.isSettled == true)
        let post = Bench.transfer(4, Bench.ada, Bench.baker, 3_000, .post(TransferID(2)))
        #expect(LedgerRules.judge([post], at: 101, in: verdict.book).results == [.refused(.pendingAlreadyVoided)])
    }

    @Test("a reservation is used with its own fields, by no more than it is, and within its time")
    func reservations() {
        let pending = TransferID(2)
        let cases: [(Transfer, TransferRefusal)] = [
            (Bench.transfer(3, Bench.ada, Bench.baker, 3_001, .post(pending)), .exceedsPendingAmount),
            (Bench.transfer(3, Bench.ada, Bench.baker, 2_999, .void(pending)), .pendingHasDifferent(.amount)),
            (Bench.transfer(3, Bench.ben, Bench.baker, 1, .post(pending)), .pendingHasDifferent(.debit)),
            (Bench.transfer(3, Bench.ada, Bench.florist, 1, .post(pending)), .pendingHasDifferent(.credit)),
            (Bench.transfer(3, Bench.ada, Bench.baker, 1, .post(pending), code: .refund), .pendingHasDifferent(.code)),
            (Bench.transfer(3, Bench.ada, Bench.baker, 1, .post(TransferID(77))), .pendingUnknown),
            (Bench.transfer(3, Bench.bank, Bench.ada, 1, .post(TransferID(1)), code: .funding), .notPending),
            (Bench.transfer(3, Bench.ada, Bench.baker, 1, .pending(timeoutSeconds: 0)), .timeoutOutOfRange),
            (
                Bench.transfer(3, Bench.ada, Bench.baker, 1, .pending(timeoutSeconds: Transfer.timeoutSecondsMax + 1)),
                .timeoutOutOfRange
            ),
        ]
        for (transfer, refusal) in cases { #expect(result(transfer) == .refused(refusal)) }
        let post = Bench.transfer(3, Bench.ada, Bench.baker, 3_000, .post(pending))
        #expect(result(post, at: 199) == .recorded)
        #expect(result(post, at: 200) == .refused(.pendingExpired))
        let void = Bench.transfer(3, Bench.ada, Bench.baker, 3_000, .void(pending))
        #expect(result(void, at: 200) == .refused(.pendingExpired))
    }

    @Test("a reservation whose time is over is freed once")
    func expiry() throws {
        let book = book
        let pending = try #require(book.pendings[TransferID(2)])
        let transfer = try #require(book.transfers[TransferID(2)])
        var ada = try #require(book.accounts[Bench.ada.id])
        var baker = try #require(book.accounts[Bench.baker.id])
        #expect(LedgerRules.expire(pending, transfer, at: 199, &ada, &baker) == nil)
        let expired = try #require(LedgerRules.expire(pending, transfer, at: 200, &ada, &baker))
        #expect(expired.state == .expired && ada.available == 10_000 && baker.creditsPending == 0)
        #expect(LedgerRules.expire(expired, transfer, at: 300, &ada, &baker) == nil)
    }

    @Test("a chain is recorded whole or not at all; what stands beside it keeps its own fate")
    func chains() {
        let good = Bench.transfer(3, Bench.ada, Bench.florist, 1_000, isLinked: true)
        let bad = Bench.transfer(4, Bench.ben, Bench.florist, 1, isLinked: true)
        let last = Bench.transfer(5, Bench.ada, Bench.florist, 1)
        let alone = Bench.transfer(6, Bench.ada, Bench.florist, 2)
        let verdict = LedgerRules.judge([good, bad, last, alone], at: 101, in: book)
        #expect(
            verdict.results == [
                .refused(.linkedTransferFailed), .refused(.exceedsCredits(Bench.ben.id)),
                .refused(.linkedTransferFailed), .recorded,
            ])
        #expect(verdict.recorded.map(\.id) == [alone.id])
        #expect(verdict.book.accounts[Bench.ada.id]?.debitsPosted == 2)
        let open = LedgerRules.judge([last, good], at: 101, in: book)
        #expect(open.results == [.recorded, .refused(.linkedChainOpen)])
        #expect(LedgerRules.judge([good, last], at: 101, in: book).results == [.recorded, .recorded])
    }

    @Test("a transfer is judged on what those before it in the batch have left")
    func order() {
        let funding = Bench.transfer(3, Bench.bank, Bench.ben, 5, code: .funding)
        let spending = Bench.transfer(4, Bench.ben, Bench.baker, 5)
        #expect(LedgerRules.judge([funding, spending], at: 101, in: book).results == [.recorded, .recorded])
        #expect(
            LedgerRules.judge([spending, funding], at: 101, in: book).results
                == [.refused(.exceedsCredits(Bench.ben.id)), .recorded])
        let twice = [funding, funding]
        #expect(LedgerRules.judge(twice, at: 101, in: book).results == [.recorded, .exists])
    }

    @Test("references are bounded at 64 bytes")
    func references() {
        let longest = String(repeating: "r", count: Transfer.referenceBytesMax)
        #expect(result(Bench.transfer(3, Bench.ada, Bench.baker, 1, reference: longest)) == .recorded)
        #expect(
            result(Bench.transfer(3, Bench.ada, Bench.baker, 1, reference: longest + "r"))
                == .refused(.referenceTooLong))
    }
}
