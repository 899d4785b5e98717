public import CardCryptography
public import SmartCardVerification

/// Smart cards at the payment server: their enrolment, their challenges, and transactions that are verified in two stages.
public struct SmartCardDesk: Sendable {
    public let server: PaymentServer
    let cardKeys: any SmartCardKeys
    let trace: any VerificationTrace

    var store: any PaymentStore { server.store }
    var journal: RequestJournal { server.journal }

    /// Cards of one account.
    public static let cardsOfAccountMax = 8

    public init(
        _ server: PaymentServer, keys: any SmartCardKeys, trace: any VerificationTrace = NoVerificationTrace()
    ) {
        self.server = server
        cardKeys = keys
        self.trace = trace
    }
}

// MARK: - Enrolment

extension SmartCardDesk {
    /// Links a new card to an account, with the data that it will carry.
    ///
    /// - Parameters:
    ///   - identification: of a card that has one; without it a fresh one is drawn.
    ///   - data: 1 to ``EncryptedCardData/dataLengthMax`` bytes.
    public func enrol(
        _ identification: SmartCardIdentification?, for account: AccountID, data: SecretBytes, _ request: RequestKey
    ) async throws(PaymentsError) -> SmartCard {
        guard (1...EncryptedCardData.dataLengthMax).contains(data.count) else {
            throw .invalid(field: "data", reason: "1 to \(EncryptedCardData.dataLengthMax) bytes")
        }
        return try await journal.once(request) { now throws(PaymentsError) in
            try await checkAccount(account)
            let identification = try chosen(identification)
            if try await smartCard(identification) != nil {
                throw .duplicate(reason: "the card is enrolled already")
            }
            let card = SmartCard(identification: identification, account: account, enrolledAt: now)
            let record = AccountCardData(
                account: account, card: identification, keyVersion: try cardKeys.currentCardKeyVersion(),
                sealedData: try server.keys.seal(
                    answer: data.revealed(), name: Self.sealName(account, identification)))
            let entry = AuditEntry(
                at: now, actor: "operator", action: "enrol smart card", subject: identification.text,
                detail: account.rawValue)
            return (card.committed, [.smartCard(card), .accountCardData(record), .audit(entry)])
        }
    }

    /// What makes an instance on a secure element this card: for the secure channel that personalizes it.
    public func personalization(
        of identification: SmartCardIdentification
    ) async throws(PaymentsError) -> SmartCardPersonalization {
        guard let card = try await smartCard(identification), card.blockedAt == nil,
            let data = try await cardData(of: card)
        else { throw .notFound(kind: "smart card") }
        let entry = AuditEntry(
            at: server.clock.now(), actor: "operator", action: "personalize smart card", subject: identification.text)
        try await commit(entry)
        return try cardKeys.personalization(of: identification, data: opened(data), keyVersion: data.keyVersion)
    }

    /// Stops a card from paying, or lets it pay again.
    public func setBlocked(
        _ isBlocked: Bool, _ identification: SmartCardIdentification, _ request: RequestKey
    ) async throws(PaymentsError) -> SmartCard {
        try await journal.once(request) { now throws(PaymentsError) in
            guard var card = try await smartCard(identification) else { throw .notFound(kind: "smart card") }
            guard (card.blockedAt != nil) != isBlocked else { return (card, []) }
            card.blockedAt = isBlocked ? now : nil
            let entry = AuditEntry(
                at: now, actor: "operator", action: isBlocked ? "block smart card" : "unblock smart card",
                subject: identification.text)
            return (card.committed, [.smartCard(card), .audit(entry)])
        }
    }

    /// The cards of an account.
    public func cards(of account: AccountID) async throws(PaymentsError) -> [SmartCard] {
        try await stored { () async throws(PaymentStoreError) in try await store.smartCards(of: account) }
    }

    private func commit(_ entry: AuditEntry) async throws(PaymentsError) {
        try await stored { () async throws(PaymentStoreError) in try await store.commit([.audit(entry)]) }
    }

    private func checkAccount(_ id: AccountID) async throws(PaymentsError) {
        let account = try await stored { () async throws(PaymentStoreError) in try await store.ledgerAccount(id) }
        guard let account, account.kind == .payer else { throw .notFound(kind: "account") }
        guard account.closedAt == nil else { throw .conflict(reason: "the account is closed") }
        guard try await cards(of: id).count < Self.cardsOfAccountMax else {
            throw .tooMany(kind: "smart cards of an account", max: Self.cardsOfAccountMax)
        }
    }

    private func chosen(_ given: SmartCardIdentification?) throws(PaymentsError) -> SmartCardIdentification {
        if let given { return given }
        do { return try SmartCardIdentification(server.random.bytes(SmartCardIdentification.length)) } catch {
            throw .internal(reason: "\(error)")
        }
    }
}

// MARK: - Reading

extension SmartCardDesk {
    func smartCard(_ identification: SmartCardIdentification) async throws(PaymentsError) -> SmartCard? {
        try await stored { () async throws(PaymentStoreError) in try await store.smartCard(identification) }
    }

    /// By the account that the card is linked to (SCV-08).
    func cardData(of card: SmartCard) async throws(PaymentsError) -> AccountCardData? {
        try await stored { () async throws(PaymentStoreError) in
            try await store.cardData(of: card.account, card: card.identification)
        }
    }

    func opened(_ stored: AccountCardData) throws(PaymentsError) -> SecretBytes {
        SecretBytes(
            try server.keys.open(answer: stored.sealedData, name: Self.sealName(stored.account, stored.card)))
    }

    private static func sealName(_ account: AccountID, _ card: SmartCardIdentification) -> String {
        "card data \(account) \(card)"
    }
}
