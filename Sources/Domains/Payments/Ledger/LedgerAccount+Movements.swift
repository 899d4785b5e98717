extension LedgerAccount {
    mutating func postDebit(_ amount: Int64) throws(TransferRefusal) {
        debitsPosted = try sum(debitsPosted, amount, beside: debitsPending)
        try checkDebits()
    }

    mutating func postCredit(_ amount: Int64) throws(TransferRefusal) {
        creditsPosted = try sum(creditsPosted, amount, beside: creditsPending)
        try checkCredits()
    }

    mutating func reserveDebit(_ amount: Int64) throws(TransferRefusal) {
        debitsPending = try sum(debitsPending, amount, beside: debitsPosted)
        try checkDebits()
    }

    mutating func reserveCredit(_ amount: Int64) throws(TransferRefusal) {
        creditsPending = try sum(creditsPending, amount, beside: creditsPosted)
        try checkCredits()
    }

    /// What is posted and what is reserved on one side fit into 64 bits together, so that posting never overflows.
    private func sum(_ value: Int64, _ amount: Int64, beside other: Int64) throws(TransferRefusal) -> Int64 {
        let (sum, overflow) = value.addingReportingOverflow(amount)
        if overflow || sum.addingReportingOverflow(other).overflow { throw .overflow(id) }
        return sum
    }

    private func checkDebits() throws(TransferRefusal) {
        if kind.normalSide == .credit, let available, available < 0 { throw .exceedsCredits(id) }
    }

    private func checkCredits() throws(TransferRefusal) {
        if kind.normalSide == .debit, let available, available < 0 { throw .exceedsDebits(id) }
    }
}
