/// A card of the user's as its devices see it: without its number.
public struct OwnCard: Hashable, Sendable {
    public var card: Card
    /// What its issuer lets it be used for.
    public var activatable: Set<PaymentFunction>
    /// What it is used for on the asking device.
    public var active: Set<PaymentFunction>
    /// Of these, what somebody has stopped: it does not pay.
    public var suspended: Set<PaymentFunction>
}

extension CardDesk {
    /// *Query*: all and only the cards of the user whose session it is (BIND-01, BIND-07).
    public func cards(of user: UserID, _ request: UserRequest) async throws(WalletError) -> [OwnCard] {
        guard user == request.user else { throw .notYours(field: "userId") }
        let cards = try await stored { () async throws(WalletStoreError) in try await store.cards(of: user) }
        let credentials = try await credentials(on: request.device.secureElement, of: user)
        var own: [OwnCard] = []
        for card in cards where card.state != .removed {
            let here = credentials.first { $0.card == card.reference && $0.state == .active }
            let tokens = if let here { try await tokens(of: here) } else { [Token]() }
            own.append(
                OwnCard(
                    card: card, activatable: issuers[card.issuer]?.activatableFunctions ?? [],
                    active: Set(here.map { Array($0.tokens.keys) } ?? []),
                    suspended: Set(tokens.filter { $0.state == .suspended }.map(\.function))))
        }
        return own
    }

    /// A card of the user's; another's is not known.
    func ownCard(_ reference: CardReference, _ request: UserRequest) async throws(WalletError) -> Card {
        let card = try await stored { () async throws(WalletStoreError) in try await store.card(reference) }
        guard let card, card.user == request.user, card.state != .removed else { throw .notFound(kind: "card") }
        guard card.state == .active else { throw .conflict(reason: "the card is blocked") }
        return card
    }

    /// Credentials of one user in one secure element, in order of creation.
    func credentials(
        on secureElement: SecureElementName, of user: UserID
    ) async throws(WalletError) -> [Credential] {
        try await stored { () async throws(WalletStoreError) in
            try await store.credentials(on: secureElement)
        }.filter { $0.user == user }
    }

    /// The credential of a card in a secure element that is not on its way out.
    func liveCredential(
        of card: CardReference, on secureElement: SecureElementName
    ) async throws(WalletError) -> Credential? {
        try await stored { () async throws(WalletStoreError) in
            try await store.credentials(of: card)
        }.first { $0.secureElement == secureElement && $0.state.isLive }
    }

    func tokens(of credential: Credential) async throws(WalletError) -> [Token] {
        try await stored { () async throws(WalletStoreError) in
            try await store.tokens(of: credential.id)
        }.filter { $0.state != .deleted }
    }
}

extension Credential.State {
    /// Neither gone nor on its way out.
    var isLive: Bool {
        switch self {
        case .allocated, .loading, .active: true
        case .removing, .removed: false
        }
    }
}
