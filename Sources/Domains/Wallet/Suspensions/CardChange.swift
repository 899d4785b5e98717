/// Who may stop a card whatever its user says.
public enum CardAuthority: Hashable, Sendable {
    case issuer(IssuerName)
    /// The fight against fraud, by an operator of the wallet.
    case fraud(operator: String)

    /// Whose suspension it is: what one has suspended the other does not resume.
    var actor: TokenActor {
        switch self {
        case .issuer: .issuer
        case .fraud: .fraud
        }
    }

    /// In the audit trail, and as the scope of its requests.
    public var name: String {
        switch self {
        case .issuer(let name): "issuer \(name)"
        case .fraud(let name): "operator \(name)"
        }
    }
}

/// What an authority has done with a card: all its tokens, those that are given out later included.
public enum CardChange: String, Hashable, Sendable, Codable, CaseIterable {
    case suspend, resume
    /// Its tokens end; the card leaves the wallet once all secure elements have forgotten it.
    case delete
}

/// The cards that an authority means.
public enum CardSelection: Hashable, Sendable {
    case card(CardReference)
    case user(UserID)
    /// By the issuer's own name, in whosever wallets it is.
    case issuerCard(IssuerName, String)
}

/// What became of the cards.
public struct CardChangeReport: Hashable, Sendable, Codable {
    public var cards: [ChangedCard]

    /// A card as it is now.
    public struct ChangedCard: Hashable, Sendable, Codable {
        public var card: CardReference
        /// In order of names; none where the card is in use or gone.
        public var suspendedBy: [TokenActor]
        /// Those that have not ended.
        public var tokens: Int
    }
}
