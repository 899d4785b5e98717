public import CardCryptography

/// How a card fared.
public typealias CardResult = Result<FunctionActivation, WalletPhoneError>

// MARK: - BIND

extension WalletPhone {
    /// Binds the user's cards that pay nowhere on this device yet, each at its own issuer, and activates what can be
    /// activated. One failing or silent issuer holds up nobody else (BIND-04, BIND-08).
    ///
    /// - Parameter chosen: the cards to bind; `nil` for all of them.
    public func bindOwnCards(
        _ chosen: Set<String>? = nil, in session: WalletSession
    ) async throws(WalletPhoneError) -> [(card: WalletCard, result: CardResult)] {
        try await requireUnlocked()
        let name = try await secureElementName()
        let due = try await cards(in: session).filter {
            $0.active.isEmpty && chosen?.contains($0.card) ?? true
        }
        let results = await withTaskGroup(of: (Int, CardResult).self) { group in
            for (index, card) in due.enumerated() {
                group.addTask { (index, await bound(card, secureElement: name, session)) }
            }
            return await group.reduce(into: [Int: CardResult]()) { $0[$1.0] = $1.1 }
        }
        return due.indices.compactMap { index in results[index].map { (due[index], $0) } }
    }

    private func bound(_ card: WalletCard, secureElement: String, _ session: WalletSession) async -> CardResult {
        do throws(WalletPhoneError) {
            return .success(try await bind(card, secureElement: secureElement, in: session))
        } catch {
            return .failure(error)
        }
    }

    /// Card information, user and secure element go to the issuer with the wallet's assertion (BIND-03); the issuer's
    /// confirmation goes to the wallet with the functions that are due.
    private func bind(
        _ card: WalletCard, secureElement: String, in session: WalletSession
    ) async throws(WalletPhoneError) -> FunctionActivation {
        let functions = try plan(for: card)
        guard let issuer = issuers.issuer(named: card.issuer) else { throw .unknownIssuer(card.issuer) }
        let assertion = try await asking { () async throws(WalletServiceError) in
            try await service.bindingAssertion(for: card.card, in: session)
        }
        let request = CardBindingRequest(
            issuerCardReference: card.issuerCardReference, user: session.user, secureElement: secureElement,
            assertion: assertion.assertion)
        let key = newKey()
        let binding = try await askingIssuer { () async throws(CardIssuerError) in
            try await issuer.bind(request, key: key)
        }
        let activation = FunctionActivationRequest(
            .confirmedCard(card: card.card, confirmation: binding.confirmation), functions: functions)
        return try activated(try await send(activation, in: session))
    }

    private func activated(_ reply: FunctionActivationReply) throws(WalletPhoneError) -> FunctionActivation {
        switch reply {
        case .bound(let activation): return activation
        case .oneTimePasswordSent, .referred, .refused:
            throw .service(.refused(code: "notBound", detail: "the wallet did not take the issuer's confirmation"))
        }
    }

    private func plan(for card: WalletCard) throws(WalletPhoneError) -> [CardFunction] {
        let plan = FunctionPlan(
            supported: settings.supportedFunctions, activatable: card.activatable, active: card.active)
        guard !plan.functions.isEmpty else { throw .nothingToActivate }
        return plan.functions
    }
}

// MARK: - PFA

extension WalletPhone {
    /// Activates what is supported, activatable and not active for a card of the user: one request (PFA-01, PFA-07).
    public func activateRemaining(
        of card: WalletCard, in session: WalletSession
    ) async throws(WalletPhoneError) -> FunctionActivationReply {
        let functions = try plan(for: card)
        return try await send(
            FunctionActivationRequest(.knownCard(card: card.card), functions: functions), in: session)
    }

    /// Binds a new card and activates every function that the device supports: one request (PFA-06).
    public func bindNewCard(
        _ verification: CardBindingVerification, in session: WalletSession
    ) async throws(WalletPhoneError) -> FunctionActivationReply {
        // What the issuer lets be activated is known only with its answer, function by function.
        let plan = FunctionPlan(
            supported: settings.supportedFunctions, activatable: Set(CardFunction.allCases), active: [])
        return try await send(
            FunctionActivationRequest(.newCard(verification), functions: plan.functions), in: session)
    }

    /// The password that came to the reserved telephone number.
    public func confirm(
        verification: String, oneTimePassword: String, in session: WalletSession
    ) async throws(WalletPhoneError) -> FunctionActivationReply {
        let key = newKey()
        return try await asking { () async throws(WalletServiceError) in
            try await service.confirm(
                verification: verification, oneTimePassword: oneTimePassword, key: key, in: session)
        }
    }

    func send(
        _ request: FunctionActivationRequest, in session: WalletSession
    ) async throws(WalletPhoneError) -> FunctionActivationReply {
        let key = newKey()
        return try await asking { () async throws(WalletServiceError) in
            try await service.activate(request, key: key, in: session)
        }
    }
}

// MARK: - Synchronizing, removing, moving

extension WalletPhone {
    /// Tells the wallet what lies in the secure element, so that what is missing comes back (UPD-09).
    public func synchronize(in session: WalletSession) async throws(WalletPhoneError) -> SynchronizationReply {
        let records = try await deviceCards().map {
            SecureElementReport.Record(type: $0.type, reference: $0.reference, fingerprint: $0.fingerprint)
        }
        let report = SecureElementReport(secureElement: try await secureElementName(), records: records)
        let key = newKey()
        return try await asking { () async throws(WalletServiceError) in
            try await service.synchronize(report, key: key, in: session)
        }
    }

    /// Removes a card from this device. The wallet may want the password again first.
    public func unbind(
        card: String, password: SecretBytes?, in session: WalletSession
    ) async throws(WalletPhoneError) {
        try await authenticateAgain(password, session)
        let key = newKey()
        try await asking { () async throws(WalletServiceError) in
            try await service.unbind(card: card, key: key, in: session)
        }
    }

    /// The devices that cards can be brought from (MIGR-01).
    public func migrationSources(in session: WalletSession) async throws(WalletPhoneError) -> [MigrationSource] {
        try await asking { () async throws(WalletServiceError) in
            try await service.migrationSources(in: session)
        }
    }

    /// Brings cards here from another device of the account (MIGR-02, MIGR-09).
    public func migrate(
        _ request: MigrationRequest, password: SecretBytes?, in session: WalletSession
    ) async throws(WalletPhoneError) -> MigrationReport {
        try await authenticateAgain(password, session)
        let key = newKey()
        return try await asking { () async throws(WalletServiceError) in
            try await service.migrate(request, key: key, in: session)
        }
    }

    private func authenticateAgain(
        _ password: SecretBytes?, _ session: WalletSession
    ) async throws(WalletPhoneError) {
        try await requireUnlocked()
        guard let password else { return }
        try await asking { () async throws(WalletServiceError) in
            try await service.authenticateAgain(password: password, in: session)
        }
    }
}
