import CardCryptography
import EMV
import ISO4217
import Synchronization

/// Payments with cards: the money is reserved before the issuer is asked, moved when it approves, freed when it declines;
/// where nobody knows, it stays reserved until the issuer has accepted a reversal.
///
/// ```swift
/// let result = try await desk.pay(request)   // asked again with the same key: the same answer
/// try await desk.settle()                    // upkeep, also after a restart
/// ```
public final class IssuerPaymentDesk: Sendable {
    private let server: PaymentServer
    private let leg: any IssuerLeg
    private let settlement: AccountID
    private let traces: TraceNumbers
    /// Payments that a call of this process is asking the issuer for: they are not to be reversed meanwhile.
    private let underWay = Mutex<Set<IssuerPaymentID>>([])

    /// - Parameter settlement: the account of what the issuers owe.
    public init(_ server: PaymentServer, leg: any IssuerLeg, settlement: AccountID) {
        self.server = server
        self.leg = leg
        self.settlement = settlement
        traces = TraceNumbers(store: server.store)
    }

    // MARK: - Paying

    /// - Throws: ``PaymentsError``; ``PaymentsError/unsettled(reason:)`` while the issuer's answer is waited for, or when it
    ///   could not be written down: the same request with the same key is answered later.
    public func pay(_ request: IssuerPaymentRequest) async throws(PaymentsError) -> IssuerPayment {
        let digest = try server.keys.tag(of: request.framed, purpose: "issuer-payment").revealed()
        if let known = try await known(request, digest) { return try settled(known) }
        let payment = try await prepared(request, digest)
        underWay.withLock { _ = $0.insert(payment.id) }
        defer { underWay.withLock { _ = $0.remove(payment.id) } }
        guard try await reserve(payment) else {
            // Another call with the same key was faster.
            guard let known = try await known(request, digest) else { throw .unsettled(reason: "ask again") }
            return try settled(known)
        }
        return try await conclude(payment.committed, await leg.authorize(payment.legRequest(request)))
    }

    /// What became of a payment.
    public func payment(_ id: IssuerPaymentID) async throws(PaymentsError) -> IssuerPayment {
        guard
            let payment = try await stored({ () async throws(PaymentStoreError) in
                try await server.store.issuerPayment(id)
            })
        else { throw .notFound(kind: "issuer payment") }
        return payment
    }

    /// What became of a payment that a terminal has asked for.
    ///
    /// - Throws: ``PaymentsError/notFound(kind:)``, also for another terminal's.
    public func payment(
        _ id: IssuerPaymentID, of terminal: PartyName
    ) async throws(PaymentsError) -> IssuerPayment {
        let payment = try await payment(id)
        guard payment.terminal == terminal else { throw .notFound(kind: "issuer payment") }
        return payment
    }

    /// What became of a payment, by the terminal's own name of it.
    ///
    /// - Throws: ``PaymentsError/notFound(kind:)``.
    public func payment(of terminal: PartyName, key: String) async throws(PaymentsError) -> IssuerPayment {
        let payment = try await stored { () async throws(PaymentStoreError) in
            try await server.store.issuerPayment(of: terminal, key: key)
        }
        guard let payment else { throw .notFound(kind: "issuer payment") }
        return payment
    }

    private func known(
        _ request: IssuerPaymentRequest, _ digest: [UInt8]
    ) async throws(PaymentsError) -> IssuerPayment? {
        let known = try await stored { () async throws(PaymentStoreError) in
            try await server.store.issuerPayment(of: request.terminal, key: request.key)
        }
        guard let known else { return nil }
        guard constantTimeEqual(known.requestDigest, digest) else { throw .idempotencyConflict }
        return known
    }

    private func settled(_ payment: IssuerPayment) throws(PaymentsError) -> IssuerPayment {
        guard payment.answer != nil else { throw .unsettled(reason: "the issuer has not answered yet") }
        return payment
    }

    private func prepared(
        _ request: IssuerPaymentRequest, _ digest: [UInt8]
    ) async throws(PaymentsError) -> IssuerPayment {
        let terminal = try await stored { () async throws(PaymentStoreError) in
            try await server.store.terminal(request.terminal)
        }
        guard let terminal, terminal.suspendedAt == nil else { throw .notFound(kind: "terminal") }
        let account = try await stored { () async throws(PaymentStoreError) in
            try await server.store.ledgerAccount(terminal.payee)
        }
        guard let account else { throw .notFound(kind: "account") }
        guard account.currency == request.amount.currency else {
            throw .foreignCurrency(account.currency, due: request.amount.currency)
        }
        return IssuerPayment(
            id: .random(server.random), terminal: request.terminal, key: request.key, requestDigest: digest,
            settlement: settlement, merchant: terminal.payee, amount: request.amount,
            maskedNumber: request.number.masked, merchantName: account.label, request: try await numbers())
    }

    /// The intent and the reservation, in one commit.
    ///
    /// - Returns: whether this call is the one that asks the issuer.
    private func reserve(_ payment: IssuerPayment) async throws(PaymentsError) -> Bool {
        do throws(PaymentStoreError) {
            try await server.store.commit([
                .issuerPayment(payment), .transfers([payment.reservation], at: payment.request.sentAt),
            ])
            return true
        } catch {
            if case .duplicate(kind: IssuerPayment.kind, _) = error { return false }
            throw PaymentsError(error)
        }
    }

    private func conclude(_ payment: IssuerPayment, _ answer: LegAnswer) async throws(PaymentsError) -> IssuerPayment {
        switch answer {
        case .approved(let code, let proof): return try await write(payment, .approved(code: code, proof: proof))
        case .declined(let code, let proof): return try await write(payment, .declined(code: code, proof: proof))
        case .notSent: return try await write(payment, .declined(code: Self.issuerInoperative, proof: nil))
        case .unknown:
            let reversing = try await beginReversal(payment)
            return try await forward(reversing)
        }
    }

    /// ISO 8583 field 39, when the line to the issuer is down.
    public static let issuerInoperative = "91"

    private func write(
        _ payment: IssuerPayment, _ answer: IssuerPaymentAnswer
    ) async throws(PaymentsError) -> IssuerPayment {
        let (concluded, changes) = payment.answered(answer, at: server.clock.now())
        try await commit(changes)
        return concluded.committed
    }

    // MARK: - Watching

    /// How the way to the issuer is, and how many payments wait for it to accept their reversal.
    public func state() async throws(PaymentsError) -> (leg: LegState, reversals: Int, at: Int64) {
        let reversals = try await stored { () async throws(PaymentStoreError) in
            try await server.store.issuerReversalCount()
        }
        return (await leg.state(), reversals, server.clock.now())
    }

    // MARK: - Reversing

    /// Reverses what an interrupted call has left, and sends the reversals that are due: what upkeep does every few seconds,
    /// and first after a start.
    ///
    /// - Returns: how many reversals the issuer has accepted.
    @discardableResult
    public func settle(limit: Int = 100) async throws(PaymentsError) -> Int {
        try await takeOverAbandoned(limit: limit)
        let now = server.clock.now()
        let due = try await stored { () async throws(PaymentStoreError) in
            try await server.store.dueIssuerReversals(at: now, limit: limit)
        }
        var count = 0
        for payment in due where !isUnderWay(payment) {
            // What cannot be written down now is due again; it does not keep the others waiting.
            if let forwarded = try? await forward(payment), forwarded.state == .reversed { count += 1 }
        }
        return count
    }

    /// A request without an answer that no call of this process waits for: the process that sent it is gone, or could not
    /// write the answer down.
    private func takeOverAbandoned(limit: Int) async throws(PaymentsError) {
        var last: IssuerPaymentID?
        while true {
            let page = try await stored { [last] () async throws(PaymentStoreError) in
                try await server.store.requestedIssuerPayments(after: last, limit: limit)
            }
            for payment in page where !isUnderWay(payment) {
                // Its call may have ended between the two looks: then the version is an old one and is not replaced.
                _ = try? await beginReversal(payment)
            }
            guard page.count == limit, let next = page.last?.id else { return }
            last = next
        }
    }

    private func beginReversal(_ payment: IssuerPayment) async throws(PaymentsError) -> IssuerPayment {
        let now = server.clock.now()
        let reversing = payment.reversing(try await numbers(), at: now)
        try await commit([.issuerPayment(reversing), reversing.audit(at: now)])
        return reversing.committed
    }

    /// Sends a reversal that is written down.
    private func forward(_ payment: IssuerPayment) async throws(PaymentsError) -> IssuerPayment {
        guard let reversal = payment.legReversal else { return payment }
        if await leg.reverse(reversal) {
            let (reversed, changes) = payment.reversed(at: server.clock.now())
            try await commit(changes)
            return reversed.committed
        }
        let tried = payment.reversalTried(at: server.clock.now())
        try await commit([.issuerPayment(tried)])
        return tried.committed
    }

    // MARK: -

    private func isUnderWay(_ payment: IssuerPayment) -> Bool { underWay.withLock { $0.contains(payment.id) } }

    private func numbers() async throws(PaymentsError) -> LegNumbers {
        LegNumbers(trace: try await traces.next(), sentAt: server.clock.now())
    }

    private func commit(_ changes: [PaymentChange]) async throws(PaymentsError) {
        do {
            try await server.store.commit(changes)
        } catch {
            // The issuer may have been asked: upkeep settles it.
            throw .unsettled(reason: "\(error)")
        }
    }
}

extension IssuerPayment {
    /// What the store calls a record of it.
    public static let kind = "issuer payment"
}
