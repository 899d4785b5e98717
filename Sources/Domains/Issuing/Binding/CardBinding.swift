/// The three that are bound together: card, user, secure element (BIND-05).
public struct CardBinding: Hashable, Sendable, Codable {
    public var id: BindingID
    public var card: CardAccountReference
    public var user: WalletUser
    /// Card image number, in upper-case hex.
    public var secureElement: String
    public var boundAt: Int64

    public init(
        id: BindingID, card: CardAccountReference, user: WalletUser, secureElement: String, boundAt: Int64
    ) {
        self.id = id
        self.card = card
        self.user = user
        self.secureElement = secureElement
        self.boundAt = boundAt
    }
}

/// A request to bind or to unbind: the three, and the wallet's word that the user may ask for it.
public struct BindingRequest: Hashable, Sendable {
    public var card: CardAccountReference
    /// The wallet's name of its user.
    public var user: String
    public var secureElement: String
    /// ``BindingAssertionClaims``, signed by the wallet, in compact form.
    public var assertion: String

    public init(card: CardAccountReference, user: String, secureElement: String, assertion: String) {
        self.card = card
        self.user = user
        self.secureElement = secureElement.uppercased()
        self.assertion = assertion
    }
}

public struct BindingAnswer: Hashable, Sendable, Codable {
    public var id: BindingID
    /// ``BindingConfirmationClaims``, signed: of the time of the answer.
    public var confirmation: String

    public init(id: BindingID, confirmation: String) {
        self.id = id
        self.confirmation = confirmation
    }
}

/// An assertion that was used: it is good again for the same purpose only.
public struct UsedAssertion: Hashable, Sendable, Codable {
    public var wallet: String
    /// `jti`.
    public var name: String
    public var purpose: String
    public var expiresAt: Int64

    public init(wallet: String, name: String, purpose: String, expiresAt: Int64) {
        self.wallet = wallet
        self.name = name
        self.purpose = purpose
        self.expiresAt = expiresAt
    }
}
