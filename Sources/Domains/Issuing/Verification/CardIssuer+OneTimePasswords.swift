import CardCryptography

extension CardIssuer {
    /// Messages that are sent in one go.
    static let messagesPerRunMax = 100

    /// Takes the one-time password of a verification. A right one is good once; after the last wrong one none is.
    public func confirm(
        _ id: VerificationID, oneTimePassword: String, _ requester: IssuerRequester
    ) async throws(IssuingError) -> VerificationAnswer {
        let wallet = try requester.wallet()
        return try await once(requester, "one-time-password", fields: [id.rawValue, oneTimePassword]) {
            records, now throws(IssuingError) in
            guard var verification = try records.verification(id), verification.user.wallet == wallet else {
                throw .notFound(field: "verification", reason: "no such verification")
            }
            let card = verification.card
            guard verification.outcome == nil, now < verification.expiresAt else {
                return Done(.refused, card: card, detail: verification.outcome == nil ? "expired" : "over")
            }
            let digest = try OneTimePassword.digest(oneTimePassword, of: id, keys)
            guard constantTimeEqual(digest, verification.oneTimePasswordDigest) else {
                verification.triesLeft -= 1
                if verification.triesLeft <= 0 { verification.outcome = .refused }
                try records.apply(.putVerification(verification))
                try countRefusal(of: card, by: verification.user, records, now)
                return Done(.refused, card: card, detail: "wrong, \(verification.triesLeft) tries left")
            }
            return try recognize(&verification, records, now)
        }
    }

    /// The password was right: the card must still be as good as when it was sent.
    private func recognize(
        _ verification: inout Verification, _ records: any IssuerTransaction, _ now: Int64
    ) throws(IssuingError) -> Done<VerificationAnswer> {
        guard let card = try records.card(verification.card), card.state == .active else {
            verification.outcome = .refused
            try records.apply(.putVerification(verification))
            return Done(.refused, card: verification.card, detail: "the card is not active")
        }
        verification.outcome = .verified
        try records.apply(.putVerification(verification))
        try records.apply(
            .putRecognizedUser(
                RecognizedUser(card: card.reference, user: verification.user, recognizedAt: now)))
        return Done(.verified(RecognizedCard(card)), card: card.reference, detail: "verified")
    }

    /// Sends what was to be sent and is not known to have been; to be called once at start as well.
    ///
    /// - Throws: ``IssuingError/unfinished(reason:)`` when something could not be sent.
    public func sendPendingMessages() async throws(IssuingError) {
        let pending = try await store.read { records throws(IssuingError) in
            try records.pendingMessages(limit: Self.messagesPerRunMax)
        }
        for message in pending {
            if message.expiresAt > clock.now() { try await sender.send(try opened(message)) }
            try await store.transact { records throws(IssuingError) in
                try records.apply(.deletePendingMessage(message.verification))
            }
        }
    }

    private func opened(_ pending: PendingMessage) throws(IssuingError) -> OneTimePasswordMessage {
        let bytes = try keys.unseal(pending.sealedMessage, context: "message/\(pending.verification)").revealed()
        guard let fields = unframed(bytes), fields.count == 2 else {
            throw .internal(reason: "a pending message cannot be read")
        }
        return OneTimePasswordMessage(
            verification: pending.verification, telephoneNumber: fields[0], oneTimePassword: fields[1],
            expiresAt: pending.expiresAt)
    }
}
