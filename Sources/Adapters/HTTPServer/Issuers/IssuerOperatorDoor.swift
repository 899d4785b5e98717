import Issuing
import SeneschalAPI

/// The door of an issuer's operator: cardholders, cards, wallets, and what happens.
struct IssuerOperatorDoor: Sendable {
    let desk: IssuerDesk
    let messages: SimulatedTextMessages?

    func register(on router: inout DoorRouter) {
        registerCardholders(on: &router)
        registerCards(on: &router)
        registerWallets(on: &router)
        registerObservation(on: &router)
    }

    private func registerCardholders(on router: inout DoorRouter) {
        router.on(Endpoints.registerCardholder) { body, visit in
            let details = try CardholderDetails(
                name: body.name, identityNumber: body.identityNumber, telephoneNumber: body.telephoneNumber)
            return .init(try await desk.registerCardholder(details, visit.issuerRequester()))
        }
        router.on(Endpoints.listCardholders) { _, visit in
            let after: CardholderID? = try visit.cursor()
            let found = try await desk.cardholders(after: after, limit: visit.limit + 1)
            return visit.page(startingWith: found.map(API.Cardholder.init), \.id)
        }
    }

    private func registerCards(on router: inout DoorRouter) {
        router.on(Endpoints.issueCard) { body, visit in
            let issued = try await desk.issueCard(body.domain(), visit.issuerRequester())
            return .init(account: .init(issued.card), number: issued.number)
        }
        router.on(Endpoints.listCardAccounts) { _, visit in
            let after: CardAccountReference? = try visit.cursor()
            let found = try await desk.cards(after: after, limit: visit.limit + 1)
            return visit.page(startingWith: found.map(API.CardAccount.init), \.card)
        }
        router.on(Endpoints.setCardAccountState) { body, visit in
            .init(try await desk.setState(body.state.domain, of: visit.issuing("card"), visit.issuerRequester()))
        }
        router.on(Endpoints.signTokenOrder) { body, visit in
            .init(
                order: try await desk.tokenOrder(
                    body.change.domain, of: visit.issuing("card"), for: body.wallet, reason: body.reason,
                    visit.issuerRequester()))
        }
        router.on(Endpoints.listCardBindings) { _, visit in
            API.Page(items: try await desk.bindings(of: visit.issuing("card")).map(API.IssuerBindingRecord.init))
        }
        router.on(Endpoints.personalizeChip) { body, visit in
            .init(
                try await desk.personalization(
                    of: visit.issuing("card"), transportKey: body.transportKey, visit.issuerRequester()))
        }
    }

    private func registerWallets(on router: inout DoorRouter) {
        router.on(Endpoints.registerWallet) { body, visit in
            let key = try WalletKey(name: body.keyName ?? body.name, publicKey: body.publicKey)
            let registered = try await desk.registerWallet(name: body.name, key: key, visit.issuerRequester())
            return .init(wallet: .init(registered.wallet), secret: registered.secret)
        }
        router.on(Endpoints.renewWalletCredential) { _, visit in
            let renewed = try await desk.renewCredential(
                ofWallet: visit.parameters["wallet"] ?? "", visit.issuerRequester())
            return .init(wallet: .init(renewed.wallet), secret: renewed.secret)
        }
        router.on(Endpoints.addWalletKey) { body, visit in
            let key = try WalletKey(name: body.keyName, publicKey: body.publicKey)
            return .init(
                try await desk.addKey(
                    key, ofWallet: visit.parameters["wallet"] ?? "", visit.issuerRequester()))
        }
        router.on(Endpoints.listWallets) { _, visit in
            visit.page(of: try await desk.wallets().map(API.WalletPlatform.init), by: \.name)
        }
    }

    private func registerObservation(on router: inout DoorRouter) {
        router.on(Endpoints.listCardTransactions) { _, visit in
            let card: CardAccountReference? = visit.parameters["card"] == nil ? nil : try visit.issuing("card")
            let found = try await desk.transactions(of: card, limit: visit.limit)
            return API.Page(items: found.map(API.CardTransaction.init))
        }
        router.on(Endpoints.listOneTimePasswords) { _, visit in
            let outbox = messages?.outbox ?? []
            return API.Page(items: outbox.prefix(visit.limit).map(API.OutgoingOneTimePassword.init))
        }
        router.on(Endpoints.listIssuerAuditEntries) { _, visit in
            API.Page(items: try await desk.auditEntries(limit: visit.limit).map(API.IssuerAuditEntry.init))
        }
    }
}

extension RequestVisit {
    /// What the page before ended with.
    fileprivate func cursor<Identifier: IssuingIdentifier>() throws(Problem) -> Identifier? {
        guard let after = parameters["after"] else { return nil }
        guard let identifier = Identifier(rawValue: after) else {
            throw Problem(.malformedQuery, detail: "it is not the `next` of a page", field: "after")
        }
        return identifier
    }

    /// A page of items of which one more than it holds was asked for.
    fileprivate func page<Item>(startingWith found: [Item], _ cursor: (Item) -> String) -> API.Page<Item> {
        let items = Array(found.prefix(limit))
        return API.Page(items: items, next: found.count > limit ? items.last.map(cursor) : nil)
    }
}

extension API.CardChange {
    fileprivate var domain: TokenOrderClaims.Change {
        switch self {
        case .suspend: .suspend
        case .resume: .resume
        case .delete: .delete
        }
    }
}
