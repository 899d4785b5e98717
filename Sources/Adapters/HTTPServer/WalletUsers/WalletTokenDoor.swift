import EMV
import SeneschalAPI
import Wallet

/// The door of tokens, as their user sees them.
struct WalletTokenDoor: Sendable {
    let desk: CardDesk
    let tokens: TokenService

    /// Stopping a token takes a session, letting it pay again takes the password.
    func register(on router: inout DoorRouter) {
        router.on(Endpoints.getToken) { _, visit in
            .init(try await tokens.token(visit.walletIdentifier("token"), of: visit.walletSession().user))
        }
        router.on(Endpoints.suspendToken) { body, visit in
            try one(try await desk.suspend(visit.namedToken(), reason: body.reason, visit.userRequest()))
        }
        router.on(Endpoints.resumeToken) { body, visit in
            try one(try await desk.resume(visit.namedToken(), reason: body.reason, visit.userRequest()))
        }
        router.on(Endpoints.suspendTokens) { body, visit in
            .init(try await desk.suspend(body.selection(), reason: body.reason, visit.userRequest()))
        }
        router.on(Endpoints.resumeTokens) { body, visit in
            .init(try await desk.resume(body.selection(), reason: body.reason, visit.userRequest()))
        }
    }

    private func one(_ tokens: [Token]) throws(WalletError) -> API.PaymentToken {
        guard let token = tokens.first else { throw .notFound(kind: "token") }
        return .init(token)
    }
}

extension RequestVisit {
    fileprivate func namedToken() throws(Problem) -> TokenSelection {
        let reference: TokenReference = try walletIdentifier("token")
        return TokenSelection(token: reference)
    }
}

extension API.SuspensionRequest {
    fileprivate func selection() throws(Problem) -> TokenSelection {
        var selection = TokenSelection(function: function?.domain)
        if let card { selection.card = try API.NamedCard(card: card).reference() }
        if let deviceId {
            guard let device = DeviceID(rawValue: deviceId) else { throw Problem(.notFound, field: "deviceId") }
            selection.device = device
        }
        return selection
    }
}

extension API.PaymentTokens {
    fileprivate init(_ tokens: [Token]) { self.init(tokens: tokens.map(API.PaymentToken.init)) }
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
    init(_ actor: TokenActor) {
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
