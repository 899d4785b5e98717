import EMV
import SeneschalAPI
import Wallet

/// The door of tokens, as their user sees them.
struct WalletTokenDoor: Sendable {
    let accounts: AccountDesk
    let tokens: TokenService
    let journal: RequestJournal

    func register(on router: inout DoorRouter) {
        router.on(Endpoints.getToken) { _, visit in
            .init(try await tokens.token(visit.walletIdentifier("token"), of: visit.walletSession().user))
        }
        router.on(Endpoints.suspendToken) { body, visit in
            .init(try await change(visit, isSuspended: true, reason: body.reason))
        }
        router.on(Endpoints.resumeToken) { body, visit in
            .init(try await change(visit, isSuspended: false, reason: body.reason))
        }
    }

    /// Stopping a token takes a session, letting it pay again takes the password.
    private func change(_ visit: RequestVisit, isSuspended: Bool, reason: String) async throws -> Token {
        let own = try visit.walletSession()
        let reference: TokenReference = try visit.walletIdentifier("token")
        return try await journal.once(visit.requestKey()) { _ async throws(WalletError) in
            if !isSuspended { try accounts.requireFreshAuthentication(own) }
            return try await tokens.change(reference, of: own.user, isSuspended: isSuspended, reason: reason)
        }
    }
}

extension API.PaymentToken {
    init(_ token: Token) {
        self.init(
            token: token.reference.rawValue, card: token.card.rawValue, deviceId: token.device.rawValue,
            function: API.PaymentFunction(token.function), lastFour: token.number.lastFour,
            expiry: token.expiry.description, state: State(token.state),
            suspendedBy: token.suspenders.map(Actor.init).sorted { $0.rawValue < $1.rawValue },
            history: token.history.map(Event.init))
    }
}

extension API.PaymentToken.State {
    fileprivate init(_ state: Token.State) {
        switch state {
        case .inactive: self = .inactive
        case .active: self = .active
        case .suspended: self = .suspended
        case .deleted: self = .deleted
        }
    }
}

extension API.PaymentToken.Actor {
    fileprivate init(_ actor: TokenActor) {
        switch actor {
        case .user: self = .user
        case .wallet: self = .wallet
        case .issuer: self = .issuer
        case .fraud: self = .fraud
        case .migration: self = .migration
        }
    }
}

extension API.PaymentToken.Event {
    fileprivate init(_ event: TokenEvent) {
        let change: Change =
            switch event.change {
            case .issued: .issued
            case .activated: .activated
            case .suspended: .suspended
            case .resumed: .resumed
            case .deleted: .deleted
            }
        self.init(
            at: Timestamp(secondsSince1970: event.at), change: change, by: API.PaymentToken.Actor(event.by),
            reason: event.reason)
    }
}
