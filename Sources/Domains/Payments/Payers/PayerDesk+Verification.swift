import CardCryptography
public import ISO4217
public import Instructions
import JOSE

/// What a payer is to confirm: an order or a bill, what was shown of it, and what it comes to.
public struct Confirmable: Hashable, Sendable {
    public var subject: PayerConfirmation.Subject
    public var reference: String
    /// SHA-256 of what was shown, in base64url.
    public var digest: String
    public var total: Money

    /// - Parameter shown: an order's instruction in compact form, a bill's list of items.
    public init(subject: PayerConfirmation.Subject, reference: String, shown: [UInt8], total: Money) {
        self.subject = subject
        self.reference = reference
        digest = Base64URL.encode(Digest.hash(shown))
        self.total = total
    }
}

extension PayerDesk {
    /// Whether the payer wants this: its device's signature over it, and the PIN or the device's word that it has verified
    /// its user.
    ///
    /// The signature comes first, so only the payer's own device can have PINs counted. A PIN that is given is checked
    /// whatever the device says.
    ///
    /// - Throws: ``PaymentsError/statementRefused(_:)``, ``PaymentsError/confirmationDiffers(field:)``,
    ///   ``PaymentsError/verificationRequired``, ``PaymentsError/pinRefused(triesRemaining:)``,
    ///   ``PaymentsError/pinLocked(seconds:)``.
    public func verify(
        _ compact: String, pin: PaymentPIN?, of id: AccountID, as due: Confirmable
    ) async throws(PaymentsError) {
        let payer = try await payer(id).payer
        let confirmation = try server.confirmation(compact, by: payer, at: server.clock.now())
        try confirmation.check(due)
        guard let pin else {
            guard confirmation.userVerified else { throw .verificationRequired }
            return
        }
        try await checkPIN(pin, of: id)
    }

    /// Checks a PIN. The try is written down before the PIN is looked at: no guess is free, not even one whose server is
    /// stopped in the middle, or of many that arrive together.
    func checkPIN(_ pin: PaymentPIN, of id: AccountID) async throws(PaymentsError) {
        let payer = try await server.converging { now throws(PaymentsError) -> (Payer, [PaymentChange]) in
            var payer = try await self.payer(id).payer
            if let seconds = payer.tries.lockedSeconds(at: now) { throw .pinLocked(seconds: seconds) }
            payer.tries = payer.tries.adding(at: now, server.policy)
            return (payer.committed, [.payer(payer)])
        }
        guard try await server.pins.isRight(tag: pin.tag(server.keys), payer.pin) else {
            let isLocked = payer.tries.lockedUntil != nil
            let now = server.clock.now()
            let entry = AuditEntry(
                at: now, actor: payer.actor, action: isLocked ? "wrong PIN, locked" : "wrong PIN", subject: id.rawValue)
            try await stored { () async throws(PaymentStoreError) in try await store.commit([.audit(entry)]) }
            throw .pinRefused(triesRemaining: isLocked ? 0 : server.policy.pinTriesMax - payer.tries.count)
        }
        try await server.converging { _ throws(PaymentsError) in
            var payer = try await self.payer(id).payer
            payer.tries = .none
            return ((), [.payer(payer)])
        }
    }
}

extension PINTries {
    /// Seconds for which no PIN is looked at; `nil` when one is.
    func lockedSeconds(at now: Int64) -> Int64? {
        guard let lockedUntil, lockedUntil > now else { return nil }
        return lockedUntil - now
    }

    /// One more; the last that is allowed locks.
    func adding(at now: Int64, _ policy: PaymentPolicy) -> PINTries {
        let count = lockedUntil == nil ? count + 1 : 1
        return PINTries(count: count, lockedUntil: count >= policy.pinTriesMax ? now + policy.pinLockSeconds : nil)
    }
}

extension PayerConfirmation {
    func check(_ due: Confirmable) throws(PaymentsError) {
        if subject != due.subject { throw .confirmationDiffers(field: "subject") }
        if reference != due.reference { throw .confirmationDiffers(field: "reference") }
        if digest != due.digest { throw .confirmationDiffers(field: "digest") }
        if amount != due.total.minorUnits { throw .confirmationDiffers(field: "amount") }
        if currency != due.total.currency { throw .confirmationDiffers(field: "currency") }
    }
}
