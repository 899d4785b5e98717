import CardCryptography

extension CardIssuer {
    /// Stores the triple card, user, secure element (BIND-03, BIND-05); the same three again are the same binding
    /// (BIND-06).
    ///
    /// A wallet asks with its credential; a device, with nothing but the wallet's assertion.
    public func bind(
        _ request: BindingRequest, _ requester: IssuerRequester
    ) async throws(IssuingError) -> BindingAnswer {
        try checkSecureElement(request.secureElement)
        return try await once(requester, "binding", fields: request.fields) { records, now throws(IssuingError) in
            let (user, isNew) = try asserted(request, requester, purpose: "bind", records)
            if let known = try records.binding(of: request.card, user, request.secureElement) {
                return Done(try confirmed(known, now), card: known.card, detail: "known")
            }
            // What it bound has been unbound since: it does not bind again.
            guard isNew else { throw .statement(.replayed) }
            try checkMayBind(request.card, user, records, now)
            let binding = CardBinding(
                id: .random(random), card: request.card, user: user, secureElement: request.secureElement, boundAt: now)
            try records.apply(.insertBinding(binding))
            return Done(
                try confirmed(binding, now), card: binding.card, detail: "secure element \(binding.secureElement)")
        }
    }

    /// Removes the triple. Removing what is not there is no error.
    public func unbind(_ request: BindingRequest, _ requester: IssuerRequester) async throws(IssuingError) {
        _ = try requester.wallet()
        try checkSecureElement(request.secureElement)
        let _: Bool = try await once(requester, "unbinding", fields: request.fields) {
            records, now throws(IssuingError) in
            let (user, _) = try asserted(request, requester, purpose: "unbind", records)
            let binding = try records.binding(of: request.card, user, request.secureElement)
            if let binding { try records.apply(.deleteBinding(binding.id)) }
            return Done(binding != nil, card: request.card, detail: "secure element \(request.secureElement)")
        }
    }

    /// Whose user it is that a wallet has asserted, everything as in the request, and whether the assertion is used for the
    /// first time.
    private func asserted(
        _ request: BindingRequest, _ requester: IssuerRequester, purpose: String, _ records: any IssuerTransaction
    ) throws(IssuingError) -> (WalletUser, isNew: Bool) {
        let asking: String? = if case .device = requester.party { nil } else { try requester.wallet() }
        let (claims, wallet) = try reader().read(
            request.assertion, from: asking, of: try records.wallets(), as: BindingAssertionClaims.self)
        guard claims.sub == request.user else { throw .statement(.differs(field: "user")) }
        guard claims.card == request.card.rawValue else { throw .statement(.differs(field: "card")) }
        guard claims.secureElement.uppercased() == request.secureElement else {
            throw .statement(.differs(field: "secureElement"))
        }
        guard (1...Self.assertionNameBytesMax).contains(claims.jti.utf8.count) else { throw .statement(.claims) }
        let isNew = try use(claims, of: wallet, for: framed([purpose] + request.fields), records)
        return (try WalletUser(wallet: wallet.name, user: request.user), isNew)
    }

    static let assertionNameBytesMax = 128

    /// An assertion is good for one purpose, however often it is shown.
    ///
    /// - Returns: whether it is shown for the first time.
    private func use(
        _ claims: BindingAssertionClaims, of wallet: WalletPlatform, for purpose: [UInt8],
        _ records: any IssuerTransaction
    ) throws(IssuingError) -> Bool {
        let purpose = String(decoding: purpose, as: UTF8.self)
        if let used = try records.usedAssertion(claims.jti, of: wallet.name) {
            guard used.purpose == purpose else { throw .statement(.replayed) }
            return false
        }
        try records.apply(
            .putUsedAssertion(
                UsedAssertion(wallet: wallet.name, name: claims.jti, purpose: purpose, expiresAt: claims.exp)))
        return true
    }

    private func checkMayBind(
        _ reference: CardAccountReference, _ user: WalletUser, _ records: any IssuerRecords, _ now: Int64
    ) throws(IssuingError) {
        // Whoever was not recognized does not learn whether there is such a card.
        guard let card = try records.card(reference), try records.recognizedUser(user, of: reference) != nil else {
            throw .notVerified
        }
        try checkIsGood(card, now)
        let bindings = try records.bindings(of: reference)
        guard bindings.count < BindingPolicy.secureElementsOfCardMax else {
            throw .limit(reason: "the card is on \(bindings.count) secure elements, which is all it can be on")
        }
    }

    private func checkSecureElement(_ name: String) throws(IssuingError) {
        guard (2...64).contains(name.utf8.count), name.utf8.count % 2 == 0, name.allSatisfy(\.isHexDigit),
            name.utf8.allSatisfy({ $0 < 0x80 })
        else { throw .invalid(field: "secureElement", reason: "2 to 64 hex digits, an even number of them") }
    }

    /// A binding with the issuer's word for it, signed anew: what was said before may have expired.
    private func confirmed(_ binding: CardBinding, _ now: Int64) throws(IssuingError) -> BindingAnswer {
        let claims = BindingConfirmationClaims(
            iss: profile.name, aud: binding.user.wallet, sub: binding.user.user, card: binding.card.rawValue,
            secureElement: binding.secureElement, binding: binding.id.rawValue, iat: now,
            exp: now + BindingConfirmationClaims.lifetimeSeconds)
        return BindingAnswer(
            id: binding.id, confirmation: try keys.sign(try payload(claims), type: BindingConfirmationClaims.type))
    }
}

extension BindingRequest {
    /// Everything but the assertion, which a repetition may have anew.
    var fields: [String] { [card.rawValue, user, secureElement] }
}
