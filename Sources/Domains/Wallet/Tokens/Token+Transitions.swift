// The life of a token, as functions of a record: whoever commits can change several in one commit. What is so already
// comes back unchanged.

extension Token {
    /// Events that a token remembers: the first, and the latest.
    public static let historyEventsMax = 32

    /// The token in use.
    ///
    /// - Throws: ``TokenTransitionError/deleted``.
    public func activated(at time: Int64, reason: String = "") throws(TokenTransitionError) -> Token {
        switch phase {
        case .deleted: throw .deleted
        case .activated: return self
        case .inactive:
            var token = self
            token.phase = .activated
            token.remember(TokenEvent(at: time, change: .activated, by: .wallet, reason: reason))
            return token
        }
    }

    /// The token with one more suspender: from the commit on it does not pay, whatever the device hears of it.
    ///
    /// - Throws: ``TokenTransitionError/deleted``.
    public func suspended(
        by actor: TokenActor, at time: Int64, reason: String = ""
    ) throws(TokenTransitionError) -> Token {
        guard phase != .deleted else { throw .deleted }
        guard !suspenders.contains(actor) else { return self }
        var token = self
        token.suspenders.insert(actor)
        token.remember(TokenEvent(at: time, change: .suspended, by: actor, reason: reason))
        return token
    }

    /// The token with one suspender less; it pays again when none is left.
    ///
    /// - Throws: ``TokenTransitionError/notSuspended(by:)`` for anybody else; ``TokenTransitionError/deleted``.
    public func resumed(
        by actor: TokenActor, at time: Int64, reason: String = ""
    ) throws(TokenTransitionError) -> Token {
        guard phase != .deleted else { throw .deleted }
        guard suspenders.contains(actor) else { throw .notSuspended(by: actor) }
        var token = self
        token.suspenders.remove(actor)
        token.remember(TokenEvent(at: time, change: .resumed, by: actor, reason: reason))
        return token
    }

    /// The token at its end.
    public func deleted(by actor: TokenActor, at time: Int64, reason: String = "") -> Token {
        guard phase != .deleted else { return self }
        var token = self
        token.phase = .deleted
        token.suspenders = []
        token.remember(TokenEvent(at: time, change: .deleted, by: actor, reason: reason))
        return token
    }

    private mutating func remember(_ event: TokenEvent) {
        updatedAt = event.at
        if history.count == Self.historyEventsMax { history.remove(at: 1) }
        history.append(event)
    }
}

/// Why a token's state cannot change so; it is as it was.
public enum TokenTransitionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The end of a token is final.
    case deleted
    /// Only who suspended may resume.
    case notSuspended(by: TokenActor)

    public var description: String {
        switch self {
        case .deleted: "the token is deleted"
        case .notSuspended(let actor): "the token is not suspended by \(actor.rawValue)"
        }
    }
}
