import ISO4217

/// Writes the ledger as plain text that hledger, ledger and beancount read: what opens it, each movement, and at the end
/// what every account must hold.
///
/// Debits are positive. The text of an entry depends on nothing but the entry, so a journal of any length is written with
/// the memory of one. What is only reserved moves nothing and stands in no journal.
public struct JournalText: Sendable {
    public let dialect: JournalDialect

    public init(_ dialect: JournalDialect) { self.dialect = dialect }

    // MARK: - Opening

    /// The currencies with their decimals, and the accounts.
    public func opening(_ accounts: [LedgerAccount]) -> String {
        let currencies = Set(accounts.map(\.currency)).sorted { $0.code < $1.code }
        var lines = ["; Written by Seneschal. Debits are positive."]
        switch dialect {
        case .hledger:
            lines.append("decimal-mark .")
            lines += currencies.map { "commodity \(example(of: $0))" }
            lines += accounts.map { "account \(name(of: $0))" }
        case .ledger:
            lines += currencies.map { "commodity \($0.code)\n    format \(example(of: $0))" }
            lines += accounts.map { "account \(name(of: $0))" }
        case .beancount:
            // A balance is exact: nothing is tolerated.
            lines.append("option \"inferred_tolerance_multiplier\" \"0\"")
            // From the day before: a clock that was set back puts no entry before its account.
            lines += accounts.map { "\(date($0.createdAt - 86_400)) open \(name(of: $0)) \($0.currency.code)" }
        }
        return lines.joined(separator: "\n") + "\n\n"
    }

    private func example(of currency: Currency) -> String {
        let decimals = String(repeating: "0", count: currency.exponent)
        // hledger wants the point even where no decimals follow; ledger would show it.
        let point = decimals.isEmpty && dialect != .hledger ? "" : "."
        return "1000\(point)\(decimals) \(currency.code)"
    }

    // MARK: - Entries

    /// A movement; empty for what moves nothing.
    ///
    /// - Parameter kind: what the account is for.
    public func entry(_ record: RecordedTransfer, kind: (AccountID) -> LedgerAccount.Kind?) -> String {
        let transfer = record.transfer
        switch transfer.phase {
        case .pending, .void: return ""
        case .posted, .post: break
        }
        guard let debit = kind(transfer.debit), let credit = kind(transfer.credit) else { return "" }
        let amount = transfer.money
        let text = "\(transfer.code) \(transfer.reference)".filter {
            $0 != "\"" && $0 != "\\" && $0 != ";" && !$0.isNewline
        }
        let head =
            switch dialect {
            case .hledger, .ledger: "\(date(record.at)) * (\(record.number)) \(text)"
            case .beancount: "\(date(record.at)) * \"\(text)\""
            }
        return """
            \(head)
                \(name(of: transfer.debit, debit))    \(amount)
                \(name(of: transfer.credit, credit))    -\(amount)


            """
    }

    // MARK: - Balances

    /// What each account must hold, debits above zero: a program that has added up something else refuses the journal.
    ///
    /// - Parameter lastAt: no entry is later.
    public func assertions(_ accounts: [LedgerAccount], lastAt: Int64) -> String {
        switch dialect {
        case .hledger, .ledger:
            let lines = accounts.map { account in
                "    \(name(of: account))    \(zero(account.currency)) = \(held(on: account))\n"
            }
            return lines.isEmpty ? "" : "\(date(lastAt)) * balances\n" + lines.joined() + "\n"
        case .beancount:
            // A balance is that of the day's beginning.
            let tomorrow = date(lastAt + 86_400)
            return accounts.map { account in
                let held = held(on: account)
                return "\(tomorrow) balance \(name(of: account)) \(held.decimal) ~ 0 \(held.currency)\n"
            }.joined()
        }
    }

    private func held(on account: LedgerAccount) -> Money {
        // Both sums are zero or more.
        Money(minorUnits: account.debitsPosted - account.creditsPosted, currency: account.currency)
    }

    private func zero(_ currency: Currency) -> Money { Money(minorUnits: 0, currency: currency) }

    // MARK: - Names and dates

    func name(of account: LedgerAccount) -> String { name(of: account.id, account.kind) }

    /// `Liabilities:Payer:Acc-0123…`: a name that all three take.
    private func name(of id: AccountID, _ kind: LedgerAccount.Kind) -> String {
        let digits = id.rawValue.dropFirst(AccountID.prefix.count)
        return "\(Self.family(of: kind)):Acc-\(digits)"
    }

    private static func family(of kind: LedgerAccount.Kind) -> String {
        switch kind {
        case .payer: "Liabilities:Payer"
        case .merchant: "Liabilities:Merchant"
        case .reward: "Liabilities:Reward"
        case .transit: "Liabilities:Transit"
        case .purse: "Liabilities:Purse"
        case .issuerSettlement: "Assets:Settlement"
        case .equity: "Equity:Own"
        }
    }

    /// The day in UTC, as ISO 8601 has it.
    private func date(_ seconds: Int64) -> String { CalendarDay(secondsSince1970: seconds).description }
}

/// A day of the Gregorian calendar, from its number; no time zone has a say.
struct CalendarDay: CustomStringConvertible {
    let year: Int64
    let month: Int64
    let day: Int64

    /// Days are counted from 1 March 0000, so that a leap day is a year's last.
    init(secondsSince1970 seconds: Int64) {
        let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400 + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var description: String { "\(year)-\(Self.two(month))-\(Self.two(day))" }

    private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
