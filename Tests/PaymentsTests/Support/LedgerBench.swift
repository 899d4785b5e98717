import ISO4217
import Payments

/// What tests of the ledger begin with: two payers, two merchants and a bank, in euro.
enum LedgerBench {
    static let euro = Currency.known("EUR")
    static let yen = Currency.known("JPY")

    static func id(_ number: Int) -> AccountID {
        let digits = String(number, radix: 16)
        return AccountID(unchecked: "acc_" + String(repeating: "0", count: 32 - digits.count) + digits)
    }

    static let ada = account(1, .payer)
    static let ben = account(2, .payer)
    static let baker = account(3, .merchant)
    static let florist = account(4, .merchant)
    static let bank = account(5, .issuerSettlement, overdraft: .unbounded)

    static func account(
        _ number: Int, _ kind: LedgerAccount.Kind, _ currency: Currency = euro, overdraft: OverdraftRule = .none
    ) -> LedgerAccount {
        LedgerAccount(
            id: id(number), kind: kind, currency: currency, overdraft: overdraft, label: "account \(number)",
            createdAt: 1)
    }

    static func transfer(
        _ number: UInt128, _ debit: LedgerAccount, _ credit: LedgerAccount, _ amount: Int64,
        _ phase: Transfer.Phase = .posted, currency: Currency = euro, code: Transfer.Code = .tagPayment,
        isLinked: Bool = false, reference: String = ""
    ) -> Transfer {
        Transfer(
            id: TransferID(number), debit: debit.id, credit: credit.id, amount: amount, currency: currency, code: code,
            phase: phase, isLinked: isLinked, reference: reference)
    }
}

extension Currency {
    /// A currency that tests name by its code.
    static func known(_ code: String) -> Currency {
        guard let currency = Currency(code) else { preconditionFailure("\(code) is in the list") }
        return currency
    }
}
