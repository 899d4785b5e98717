import CardCryptography
import EMV

extension CardIssuer {
    /// Recognizes a cardholder, or asks for a one-time password, or neither (PHOTO-05).
    ///
    /// When the password could not be sent the request is unfinished: the same key sends it.
    public func verify(
        _ request: VerificationRequest, _ requester: IssuerRequester
    ) async throws(IssuingError) -> VerificationAnswer {
        let user = try WalletUser(wallet: try requester.wallet(), user: request.user)
        let answer: VerificationAnswer = try await once(requester, "verification", fields: request.fields) {
            records, now throws(IssuingError) in
            let numberTag = try numberTag(request.number)
            let card = try records.card(numberTag: numberTag)
            let conditions = try conditions(request, card, user, records, now)
            let rule = policy.decision(conditions)
            let answer = try follow(rule.path, card, user, records, now)
            return Done(answer, card: card?.reference, detail: "\(rule.path.rawValue): \(rule.when.rawValue)")
        }
        if case .oneTimePasswordSent = answer { try await sendPendingMessages() }
        return answer
    }

    func numberTag(_ number: PrimaryAccountNumber) throws(IssuingError) -> [UInt8] {
        try keys.tag(of: SecretBytes(Array(number.revealed().utf8)), purpose: "card number")
    }

    // MARK: What is so

    private func conditions(
        _ request: VerificationRequest, _ card: CardAccount?, _ user: WalletUser, _ records: any IssuerRecords,
        _ now: Int64
    ) throws(IssuingError) -> Set<RiskPolicy.Condition> {
        let limits = policy.limits
        var found: Set<RiskPolicy.Condition> = []
        func counted(_ subject: String, reaches bound: Int, _ condition: RiskPolicy.Condition) throws(IssuingError) {
            let counter = try records.attempts(subject)
            if counter?.reaches(bound, at: now, windowSeconds: limits.windowSeconds) == true { found.insert(condition) }
        }
        try counted(AttemptCounter.refusals(of: user), reaches: limits.refusalsOfUserMax, .userLockedOut)
        try counted(
            AttemptCounter.oneTimePasswords(of: user), reaches: limits.oneTimePasswordsOfUserMax,
            .oneTimePasswordsUsedUp)
        guard let card else { return found.union([.cardUnknown]) }
        try counted(AttemptCounter.refusals(of: card.reference), reaches: limits.refusalsOfCardMax, .cardLockedOut)
        try counted(
            AttemptCounter.oneTimePasswords(of: card.reference), reaches: limits.oneTimePasswordsOfCardMax,
            .oneTimePasswordsUsedUp)
        if try !fits(request, card, records) { found.insert(.fieldsDiffer) }
        if card.state != .active { found.insert(.cardNotActive) }
        if card.expiry < CardExpiry(at: now) { found.insert(.cardExpired) }
        switch card.enrollment {
        case .direct: found.insert(.cardOnDirectEnrollment)
        case .referral: found.insert(.cardOnReferral)
        case .oneTimePassword: break
        }
        let bindings = try records.bindings(of: card.reference)
        if bindings.contains(where: { $0.user != user }) { found.insert(.boundToAnotherUser) }
        if bindings.count >= limits.secureElementsOfCard { found.insert(.onManySecureElements) }
        if try records.recognizedUser(user, of: card.reference) != nil { found.insert(.userKnown) }
        return found
    }

    /// Whether everything that the user wrote is what the issuer knows. All fields are compared, whatever the first says.
    private func fits(
        _ request: VerificationRequest, _ card: CardAccount, _ records: any IssuerRecords
    ) throws(IssuingError) -> Bool {
        guard let cardholder = try records.cardholder(card.cardholder) else {
            throw .internal(reason: "the card \(card.reference) has no cardholder")
        }
        let known = try details(of: cardholder)
        let matches = [
            request.expiry == card.expiry,
            Self.equal(CardholderDetails.name(request.cardholderName), known.name),
            Self.equal(CardholderDetails.identityNumber(request.identityNumber), known.identityNumber),
            Self.equal(CardholderDetails.telephoneNumber(request.telephoneNumber), known.telephoneNumber),
        ]
        return matches.reduce(true) { $0 && $1 }
    }

    private static func equal(_ asked: String?, _ known: String) -> Bool {
        constantTimeEqual(Array((asked ?? "").utf8), Array(known.utf8))
    }

    func details(of cardholder: Cardholder) throws(IssuingError) -> CardholderDetails {
        try CardholderDetails(
            bytes: try keys.unseal(cardholder.sealedDetails, context: "cardholder/\(cardholder.id)"))
    }

    // MARK: What follows

    private func follow(
        _ path: RiskPolicy.Path, _ card: CardAccount?, _ user: WalletUser, _ records: any IssuerTransaction,
        _ now: Int64
    ) throws(IssuingError) -> VerificationAnswer {
        switch (path, card) {
        case (.green, let card?):
            try records.apply(
                .putRecognizedUser(RecognizedUser(card: card.reference, user: user, recognizedAt: now)))
            return .verified(RecognizedCard(card))
        case (.yellow, let card?):
            return .oneTimePasswordSent(try prepareOneTimePassword(card, user, records, now))
        case (.orange, _): return .referred
        case (.red, _), (_, nil):
            try countRefusal(of: card?.reference, by: user, records, now)
            return .refused
        }
    }

    private func prepareOneTimePassword(
        _ card: CardAccount, _ user: WalletUser, _ records: any IssuerTransaction, _ now: Int64
    ) throws(IssuingError) -> VerificationID {
        guard let cardholder = try records.cardholder(card.cardholder) else {
            throw .internal(reason: "the card \(card.reference) has no cardholder")
        }
        let (id, password) = (VerificationID.random(random), OneTimePassword.random(random))
        let expiresAt = now + policy.limits.oneTimePasswordSeconds
        let message = framed([try details(of: cardholder).telephoneNumber, password])
        try records.apply(
            .putVerification(
                Verification(
                    id: id, card: card.reference, user: user,
                    oneTimePasswordDigest: try OneTimePassword.digest(password, of: id, keys),
                    triesLeft: policy.limits.triesMax, expiresAt: expiresAt)))
        try records.apply(
            .insertPendingMessage(
                PendingMessage(
                    verification: id, sealedMessage: try keys.seal(SecretBytes(message), context: "message/\(id)"),
                    expiresAt: expiresAt)))
        try count(AttemptCounter.oneTimePasswords(of: card.reference), records, now)
        try count(AttemptCounter.oneTimePasswords(of: user), records, now)
        return id
    }

    func countRefusal(
        of card: CardAccountReference?, by user: WalletUser, _ records: any IssuerTransaction, _ now: Int64
    ) throws(IssuingError) {
        if let card { try count(AttemptCounter.refusals(of: card), records, now) }
        try count(AttemptCounter.refusals(of: user), records, now)
    }

    private func count(_ subject: String, _ records: any IssuerTransaction, _ now: Int64) throws(IssuingError) {
        let counter = try records.attempts(subject) ?? AttemptCounter(subject: subject, count: 0, startedAt: now)
        try records.apply(
            .putAttempts(counter.counting(at: now, windowSeconds: policy.limits.windowSeconds)))
    }
}

extension VerificationRequest {
    var fields: [String] {
        [number.revealed(), expiry.trackText, cardholderName, identityNumber, telephoneNumber, user]
    }
}
