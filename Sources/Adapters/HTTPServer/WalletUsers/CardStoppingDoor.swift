import SeneschalAPI
import Wallet

/// The door of those who stop cards whatever their users say: issuers, by what they have signed, and the wallet's operators.
struct CardStoppingDoor: Sendable {
    let desk: CardDesk

    func register(on router: inout DoorRouter) {
        router.on(Endpoints.carryOutTokenOrder) { body, _ in .init(try await desk.carryOut(body.order)) }
        router.on(Endpoints.changeCards) { body, visit in
            let name = try visit.askingOperator()
            guard let idempotencyKey = visit.idempotencyKey else { throw Problem(.idempotencyKeyMissing) }
            let authority = CardAuthority.fraud(operator: name)
            let key = RequestKey(
                scope: "\(authority.name) \(visit.route.operationID)", key: idempotencyKey, digest: visit.digest)
            return .init(
                try await desk.change(
                    body.change.domain, body.selection(), by: authority, reason: body.reason, key: key))
        }
    }
}

extension RequestVisit {
    fileprivate func askingOperator() throws(Problem) -> String {
        guard case .walletOperator(let name)? = visitor else { throw Problem(.forbidden) }
        return name
    }
}

extension API.CardChangeRequest {
    fileprivate func selection() throws(Problem) -> CardSelection {
        switch (card, userId) {
        case (let card?, nil): return .card(try API.NamedCard(card: card).reference())
        case (nil, let userId?):
            guard let user = UserID(rawValue: userId) else { throw Problem(.notFound, field: "user") }
            return .user(user)
        default: throw Problem(.invalidField, detail: "name a card or a user, one of them", field: "card")
        }
    }
}

extension API.CardChange {
    fileprivate var domain: CardChange {
        switch self {
        case .suspend: .suspend
        case .resume: .resume
        case .delete: .delete
        }
    }
}

extension API.CardChangeReport {
    fileprivate init(_ report: CardChangeReport) {
        self.init(
            cards: report.cards.map { changed in
                .init(
                    card: changed.card.rawValue, suspendedBy: changed.suspendedBy.map(API.PaymentToken.Actor.init),
                    tokens: changed.tokens)
            })
    }
}
