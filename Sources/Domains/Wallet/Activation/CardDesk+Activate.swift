extension CardDesk {
    /// Binds a card, where that is still to be done, and activates functions of it, all in one exchange (PFA).
    ///
    /// What is active already is left as it is and answered with its identifier (PFA-07).
    public func activate(
        _ activation: ActivationRequest, _ request: UserRequest
    ) async throws(WalletError) -> ActivationReply {
        guard !activation.functions.isEmpty else {
            throw .invalid(field: "functions", reason: "name the functions to be activated")
        }
        return try await once(request, "activate") { isRepetition async throws(WalletError) in
            switch activation.target {
            case .newCard(let verification):
                let outcome = try await verify(
                    verification, functions: activation.functions, request, isRepetition: isRepetition)
                return try await reply(to: outcome, activation.functions, request)
            case .confirmedCard(let reference, let confirmation):
                let card = try await ownCard(reference, request)
                let binding = try await binding(confirmedBy: confirmation, of: card, request)
                return .bound(try await fulfil(activation.functions, of: card, boundAs: binding, request))
            case .knownCard(let reference):
                let card = try await ownCard(reference, request)
                return .bound(try await fulfil(activation.functions, of: card, boundAs: nil, request))
            }
        }
    }

    /// The one-time password that the issuer sent, for the activation that waits for it.
    public func confirm(
        verification: String, oneTimePassword: String, _ request: UserRequest
    ) async throws(WalletError) -> ActivationReply {
        try await once(request, "confirm") { _ async throws(WalletError) in
            let (outcome, functions) = try await confirm(verification, oneTimePassword: oneTimePassword, request)
            return try await reply(to: outcome, functions, request)
        }
    }

    private func reply(
        to outcome: VerificationOutcome, _ functions: [PaymentFunction], _ request: UserRequest
    ) async throws(WalletError) -> ActivationReply {
        switch outcome {
        case .verified(let card): .bound(try await fulfil(functions, of: card, boundAs: nil, request))
        case .oneTimePasswordSent(let verification): .oneTimePasswordSent(verification: verification)
        case .referred: .referred
        case .refused: .refused
        }
    }

    private func fulfil(
        _ functions: [PaymentFunction], of card: Card, boundAs binding: String?, _ request: UserRequest
    ) async throws(WalletError) -> Activation {
        guard card.state == .active else { throw .conflict(reason: "the card is blocked") }
        let permitted = issuers[card.issuer]?.activatableFunctions ?? []
        let wanted = Set(functions).intersection(permitted)
        if wanted.isEmpty {
            try await forget(cardWithoutCredentials: card, request)
            throw .invalid(field: "functions", reason: "the issuer permits none of them")
        }
        let credential: Credential
        do throws(WalletError) {
            credential = try await brought(to: request.device, card, wanted, boundAs: binding, request)
        } catch {
            if error.isCertain { try await forget(cardWithoutCredentials: card, request) }
            throw error
        }
        return Activation(
            card: card.reference, issuer: card.issuer, type: card.type, mode: credential.mode,
            record: credential.record, label: card.label, lastFour: card.lastFour,
            functions: PaymentFunction.allCases.filter(functions.contains).map { function in
                let identifier = credential.tokens[function]
                return FunctionOutcome(
                    function: function, paymentIdentifier: identifier,
                    refusal: identifier == nil ? .notPermitted : nil)
            })
    }

    /// A card on a device with these functions: allocated, bound by its issuer, loaded, active, in this order.
    ///
    /// The intent is written first. What is refused for certain is taken back whole; what is unknown stays as it is until
    /// the same is asked for again.
    private func brought(
        to device: Device, _ card: Card, _ functions: Set<PaymentFunction>, boundAs binding: String?,
        _ request: UserRequest
    ) async throws(WalletError) -> Credential {
        var credential = try await allocated(card, functions, request, boundAs: binding)
        guard !(try await isComing(credential)) else {
            throw .conflict(reason: "the card is being moved here; ask how far the migration is")
        }
        if try await isInUse(credential) { return credential }
        do throws(WalletError) {
            if credential.mode != .dedicated { try await prepare(credential.type, device) }
            credential = try await bound(credential, card)
            credential = try await loaded(credential, card, subscriber: device.subscriber)
            return try await activated(credential, request)
        } catch {
            if error.isCertain { try await release(credential, card, subscriber: device.subscriber, request) }
            throw error
        }
    }

    /// Whether everything of a credential is in use.
    func isInUse(_ credential: Credential) async throws(WalletError) -> Bool {
        guard credential.state == .active else { return false }
        return try await tokens(of: credential).allSatisfy { $0.phase == .activated }
    }

    /// The credential of the card in this secure element, with a token for each function: found, completed, or new, once
    /// the one before has left.
    func allocated(
        _ card: Card, _ functions: Set<PaymentFunction>, _ request: UserRequest, boundAs binding: String? = nil
    ) async throws(WalletError) -> Credential {
        let device = request.device
        let known = try await liveCredential(of: card.reference, on: device.secureElement)
        var changes: [WalletChange] = []
        if known == nil {
            for leaving in try await credentialsToRemove(on: device, of: card.user) where leaving.card == card.reference
            {
                try await clear(leaving, subscriber: device.subscriber, isBoundAgain: true, request)
            }
            changes.append(.device(try await deviceInUse(device)))
        }
        var credential = known ?? newCredential(of: card, on: device)
        credential.issuerBinding = credential.issuerBinding ?? binding
        let (missing, base) = (functions.subtracting(credential.tokens.keys), credential)
        guard !missing.isEmpty || credential.issuerBinding != known?.issuerBinding || known == nil else {
            return credential
        }
        let new = try await issued { () async throws(TokenServiceError) in
            try await tokens.tokens(for: missing, credential: base, card: card)
        }
        for token in new { credential.tokens[token.function] = token.reference }
        credential.updatedAt = clock.now()
        try await commit(changes + [.credential(credential)] + new.map { .token($0) })
        return credential.committed
    }

    /// The device as it is stored: committed beside its new credential, so that it is not removed at the same time.
    private func deviceInUse(_ device: Device) async throws(WalletError) -> Device {
        let known = try await stored { () async throws(WalletStoreError) in try await store.device(device.id) }
        guard let known, known.state == .active else { throw .conflict(reason: "the device has been removed") }
        return known
    }

    private func newCredential(of card: Card, on device: Device) -> Credential {
        let now = clock.now()
        return Credential(
            id: .random(random), card: card.reference, user: card.user, device: device.id,
            secureElement: device.secureElement, mode: issuers[card.issuer]?.mode ?? .universalData, type: card.type,
            record: .random(random), createdAt: now, updatedAt: now)
    }

    /// The credential with the issuer's binding, which is asked for when it is not there.
    func bound(_ credential: Credential, _ card: Card) async throws(WalletError) -> Credential {
        guard credential.issuerBinding == nil else { return credential }
        var credential = credential
        credential.issuerBinding = try await bind(card, credential).id
        try await commit([.credential(credential)])
        return credential.committed
    }

    /// The credential and all its tokens in use, in one commit.
    private func activated(_ credential: Credential, _ request: UserRequest) async throws(WalletError) -> Credential {
        let (active, changes) = try await activation(of: credential)
        try await commit(changes + [audit(request, "card activated", "\(credential.card)", "\(credential.id)")])
        return active.committed
    }

    /// What puts a loaded credential into use.
    ///
    /// - Parameter stoppedAs: the tokens in whose place those come that are not in use yet; whoever has stopped one of them
    ///   has stopped the one that comes for it.
    func activation(
        of credential: Credential, stoppedAs earlier: [Token] = []
    ) async throws(WalletError) -> (Credential, [WalletChange]) {
        let now = clock.now()
        var active = credential
        active.state = .active
        active.updatedAt = now
        var changes: [WalletChange] = []
        for token in try await tokens(of: credential) where token.phase == .inactive {
            let suspenders = earlier.filter { $0.function == token.function }.flatMap(\.suspenders)
            let activated = try changed { () throws(TokenTransitionError) in
                var token = try token.activated(at: now)
                for actor in suspenders.sorted(by: { $0.rawValue < $1.rawValue }) where actor != .migration {
                    token = try token.suspended(by: actor, at: now, reason: "as the token before it")
                }
                return token
            }
            // It was loaded as one that pays.
            if activated.suspenders != token.suspenders { active.isOutOfStep = true }
            changes.append(.token(activated))
        }
        return (active, [.credential(active)] + changes)
    }
}
