import EMV
import ISO7816

/// What a payment is held against before its cryptogram is: pure, in the order of the standard's own list
/// (token and domain, counter, the card's own decision, amounts).
struct PaymentChecks {
    let token: Token
    let credential: Credential
    let card: Card
    let now: Int64

    /// - Throws: the first reason to refuse.
    func check(_ request: PaymentRequest, _ input: CryptogramInput) throws(PaymentRefusal) {
        try checkState()
        try checkDomain(request)
        guard Int(input.transactionCounter) > (token.lastCounter ?? -1) else { throw .counterNotAbove }
        // A cryptogram with which the card declined is as genuine as one that asks.
        guard input.issuerData.firstCryptogram == .online else { throw .notOnline }
        try checkAmount(request)
        if request.function == .qr { try checkTime(request, input) }
    }

    private func checkState() throws(PaymentRefusal) {
        guard token.state == .active else { throw .tokenNotActive }
        guard credential.state == .active, credential.id == token.credential,
            credential.secureElement == token.secureElement, credential.type == token.type
        else { throw .credentialNotActive }
        guard card.state == .active, card.reference == token.card else { throw .cardNotActive }
    }

    private func checkDomain(_ request: PaymentRequest) throws(PaymentRefusal) {
        guard request.function == token.function else { throw .wrongFunction }
        guard request.sequenceNumber == token.sequenceNumber else { throw .wrongSequenceNumber }
        guard request.expiry == token.expiry else { throw .wrongExpiry }
        guard CardExpiry(at: now) <= token.expiry else { throw .expired }
    }

    /// A code is shown before the merchant has entered the amount, so it may leave the amount open; nothing else may.
    private func checkAmount(_ request: PaymentRequest) throws(PaymentRefusal) {
        let authorized = request.objects[.amountAuthorized].flatMap(Self.number)
        let isOpen = request.function == .qr && authorized == 0
        guard authorized == request.amount || isOpen else { throw .wrongAmount }
        guard request.objects[.transactionCurrencyCode].flatMap(Self.number) == Int64(request.currency) else {
            throw .wrongCurrency
        }
    }

    /// A code says when it was shown: 9A (date) and 9F21 (time), UTC. The cryptogram does not cover 9F21, so the same three
    /// bytes open the unpredictable number, which it does cover.
    private func checkTime(_ request: PaymentRequest, _ input: CryptogramInput) throws(PaymentRefusal) {
        guard let date = request.objects[.transactionDate], let time = request.objects[.transactionTime],
            let shown = TransactionTime.seconds(date: date, time: time)
        else { throw .noTime }
        guard Array(input.unpredictableNumber.prefix(time.count)) == time else { throw .wrongTime }
        guard now - shown <= Self.codeAgeSecondsMax else { throw .stale }
        guard shown - now <= Self.clockSkewSecondsMax else { throw .early }
    }

    /// How long a code is good for after it was shown.
    static let codeAgeSecondsMax: Int64 = 60
    /// How far a device's clock may be ahead.
    static let clockSkewSecondsMax: Int64 = 10

    /// Format n: digits, two a byte.
    static func number(_ bytes: [UInt8]) -> Int64? {
        var number: Int64 = 0
        for digit in bytes.flatMap({ [$0 >> 4, $0 & 0x0F] }) {
            guard digit <= 9 else { return nil }
            number = number * 10 + Int64(digit)
        }
        return number
    }
}
