import CardCryptography
import HTTPTypes
import Hummingbird
import ISO4217
import NIOCore
import Payments
import SeneschalAPI

/// The door of a payment server's operator: parties, accounts, the ledger.
struct PaymentOperatorDoor: Sendable {
    let desk: OperatorDesk

    func register(on router: inout DoorRouter) {
        registerParties(on: &router)
        registerPartyChanges(on: &router)
        registerAccounts(on: &router)
        registerObservation(on: &router)
    }

    private func registerParties(on router: inout DoorRouter) {
        router.on(Endpoints.registerPlatform) { body, visit in
            let registered = try await desk.registerPlatform(
                partyName(body.name), keyName: body.keyName, publicKey: publicKey(body.publicKey),
                rewardAccounts: (body.rewardAccounts ?? []).map { text throws(Problem) in
                    try account(text, "rewardAccounts")
                }, visit.paymentRequestKey())
            return .init(party: .init(registered.party), secret: registered.secret)
        }
        router.on(Endpoints.listPlatforms) { _, visit in
            .init(items: try await desk.platforms(limit: visit.limit).map(API.PaymentParty.init))
        }
        router.on(Endpoints.registerPaymentTerminal) { body, visit in
            let registered = try await desk.registerTerminal(
                partyName(body.name), keyName: body.keyName, publicKey: publicKey(body.publicKey),
                payee: account(body.payee, "payee"), visit.paymentRequestKey())
            return .init(party: .init(registered.party), secret: registered.secret)
        }
        router.on(Endpoints.listPaymentTerminals) { _, visit in
            let after = try visit.parameters["after"].map { text throws(Problem) in try partyName(text, "after") }
            let found = try await desk.terminals(after: after, limit: visit.limit + 1)
            return page(of: found, visit.limit) {
                $0.name.value
            } as: {
                .init($0)
            }
        }
    }

    private func registerPartyChanges(on router: inout DoorRouter) {
        router.on(Endpoints.addPlatformKey) { body, visit in
            let holder = SigningKey.Holder.platform(try partyName(visit.parameters["party"] ?? "", "party"))
            let key = try await desk.addKey(
                named: body.keyName, publicKey(body.publicKey), of: holder, visit.paymentRequestKey())
            return .init(party: key.holder.name.value, keyName: key.name)
        }
        router.on(Endpoints.addPaymentTerminalKey) { body, visit in
            let holder = SigningKey.Holder.terminal(try partyName(visit.parameters["party"] ?? "", "party"))
            let key = try await desk.addKey(
                named: body.keyName, publicKey(body.publicKey), of: holder, visit.paymentRequestKey())
            return .init(party: key.holder.name.value, keyName: key.name)
        }
        router.on(Endpoints.setPlatformState) { body, visit in
            let name = try partyName(visit.parameters["party"] ?? "", "party")
            return .init(try await desk.suspendPlatform(name, body.isSuspended, visit.paymentRequestKey()))
        }
        router.on(Endpoints.setPaymentTerminalState) { body, visit in
            let name = try partyName(visit.parameters["party"] ?? "", "party")
            return .init(try await desk.suspendTerminal(name, body.isSuspended, visit.paymentRequestKey()))
        }
        router.on(Endpoints.leaveRewards) { body, visit in
            let name = try partyName(visit.parameters["party"] ?? "", "party")
            return .init(
                try await desk.leaveRewards(of: account(body.account, "account"), to: name, visit.paymentRequestKey()))
        }
    }

    private func registerAccounts(on router: inout DoorRouter) {
        router.on(Endpoints.openLedgerAccount) { body, visit in
            let opened = try await desk.openAccount(
                body.kind.domain, currency: currency(body.currency), label: body.label,
                overdraftLimit: body.overdraftLimit.map { Int64($0) }, visit.paymentRequestKey())
            return .init(opened)
        }
        router.on(Endpoints.listLedgerAccounts) { _, visit in
            let after = try visit.parameters["after"].map { text throws(Problem) in try account(text, "after") }
            let found = try await desk.accounts(after: after, limit: visit.limit + 1)
            return page(of: found, visit.limit) {
                $0.id.rawValue
            } as: {
                .init($0)
            }
        }
        router.on(Endpoints.closeLedgerAccount) { _, visit in
            .init(try await desk.closeAccount(visit.paymentIdentifier("account")))
        }
        router.on(Endpoints.fundAccount) { body, visit in
            let amount = Money(minorUnits: Int64(body.amount), currency: try currency(body.currency))
            let transfer = try await desk.fund(
                account(body.account, "account"), amount, from: account(body.from, "from"), reference: body.reference,
                visit.paymentRequestKey())
            return .init(transfer)
        }
        router.on(Endpoints.withdraw) { body, visit in
            let amount = Money(minorUnits: Int64(body.amount), currency: try currency(body.currency))
            let transfer = try await desk.withdraw(
                amount, from: account(body.account, "account"), to: account(body.to, "to"), reference: body.reference,
                visit.paymentRequestKey())
            return .init(transfer)
        }
    }

    private func registerObservation(on router: inout DoorRouter) {
        router.on(Endpoints.listLedgerTransfers) { _, visit in
            let after = Int64(visit.parameters["after"] ?? "0")
            guard let after, after >= 0 else {
                throw Problem(.malformedQuery, detail: "it is not the `next` of a page", field: "after")
            }
            let found = try await desk.transfers(after: after, limit: visit.limit + 1)
            return page(of: found, visit.limit) {
                String($0.number)
            } as: {
                .init($0)
            }
        }
        router.on(Endpoints.getTrialBalance) { _, _ in .init(try await desk.snapshot()) }
        router.onBytes(Endpoints.exportJournal) { _, visit in
            guard let dialect = JournalDialect(rawValue: visit.parameters["format"] ?? "") else {
                throw Problem(.malformedQuery, detail: "hledger, ledger or beancount", field: "format")
            }
            let parts = JournalExport(of: desk.server.store, for: dialect).map { ByteBuffer(string: $0) }
            return Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(asyncSequence: parts))
        }
        router.on(Endpoints.listPaymentAuditEntries) { _, visit in
            .init(items: try await desk.auditEntries(limit: visit.limit).map(API.PaymentAuditEntry.init))
        }
    }

    /// A page of items of which one more than it holds was asked for.
    private func page<Item, Wire: WireType>(
        of found: [Item], _ limit: Int, cursor: (Item) -> String, as wire: (Item) -> Wire
    ) -> API.Page<Wire> {
        let items = found.prefix(limit)
        return .init(items: items.map(wire), next: found.count > limit ? items.last.map(cursor) : nil)
    }
}

private func partyName(_ text: String, _ field: String = "name") throws(Problem) -> PartyName {
    guard let name = PartyName(text) else {
        throw Problem(.invalidField, detail: "1 to 32 lower-case letters, digits and hyphens", field: field)
    }
    return name
}

private func account(_ text: String, _ field: String) throws(Problem) -> AccountID {
    guard let account = AccountID(rawValue: text) else {
        throw Problem(.invalidField, detail: "`acc_` and 32 hex digits", field: field)
    }
    return account
}

private func publicKey(_ pem: String) throws(Problem) -> ECPublicKey {
    do { return try ECPublicKey(pem: pem) } catch {
        throw Problem(
            .invalidField, detail: "a P-256 public key in PEM (SubjectPublicKeyInfo)", field: "publicKey")
    }
}
