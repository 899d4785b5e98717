// The life of a card, as functions of a record. What is so already comes back unchanged.

extension Card {
    /// The card with one more who has stopped it: whatever its tokens are like, it pays with none.
    func suspended(by actor: TokenActor, at time: Int64) -> Card {
        guard state != .removed, !suspenders.contains(actor) else { return self }
        var card = self
        card.suspenders.insert(actor)
        card.state = .blocked
        card.updatedAt = time
        return card
    }

    /// The card with one less: it is in use again when none is left. Who has not stopped it changes nothing.
    func resumed(by actor: TokenActor, at time: Int64) -> Card {
        guard state != .removed, suspenders.contains(actor) else { return self }
        var card = self
        card.suspenders.remove(actor)
        card.state = card.suspenders.isEmpty ? .active : .blocked
        card.updatedAt = time
        return card
    }

    /// Out of the wallet: neither the number nor what it is found by is kept.
    func removed(at time: Int64) -> Card {
        var card = self
        card.state = .removed
        card.suspenders = []
        card.sealedNumber = []
        card.lookupTag = []
        card.updatedAt = time
        return card
    }
}
