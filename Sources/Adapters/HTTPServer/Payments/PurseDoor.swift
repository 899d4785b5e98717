import CardCryptography
import ElectronicPurse
import ISO4217
import Payments
import SeneschalAPI

/// The door of purses: their issuing by the operator, their loads by payers' devices.
struct PurseDoor: Sendable {
    let purses: PurseDesk
    let loads: LoadDesk

    func register(on router: inout DoorRouter) {
        registerIssuing(on: &router)
        registerLoads(on: &router)
    }

    private func registerIssuing(on router: inout DoorRouter) {
        router.on(Endpoints.issuePurse) { body, visit in
            let owner = try body.owner.map { text throws(Problem) in
                guard let account = AccountID(rawValue: text) else {
                    throw Problem(.invalidField, detail: "`acc_` and 32 hex digits", field: "owner")
                }
                return account
            }
            return .init(
                try await purses.issue(
                    number: body.number, currency: currency(body.currency), owner: owner, visit.paymentRequestKey()))
        }
        router.on(Endpoints.listPurses) { _, visit in
            let after = try visit.parameters["after"].map { text throws(Problem) in try purseCard(text, "after") }
            let found = try await purses.purses(after: after, limit: visit.limit + 1)
            let items = found.prefix(visit.limit)
            return .init(
                items: items.map(API.Purse.init),
                next: found.count > visit.limit ? items.last.map { $0.serial.description } : nil)
        }
        router.on(Endpoints.getPurse) { _, visit in .init(try await purses.purse(visit.purse())) }
        router.on(Endpoints.setPurseState) { body, visit in
            .init(try await purses.setBlocked(body.isBlocked, visit.purse(), visit.paymentRequestKey()))
        }
        router.on(Endpoints.personalizePurse) { body, visit in
            let receiver = try receiver(body.transportKey)
            let personalization = try await purses.personalization(of: visit.purse())
            return .init(
                applicationData: HexBytes(personalization.applicationData.bytes),
                keyVersion: Int(personalization.keyVersion),
                wrappedKeys: HexBytes(try receiver.encrypt(personalization.keys.bytes)))
        }
        router.on(Endpoints.equipTerminal) { body, visit in
            let receiver = try receiver(body.transportKey)
            guard let name = PartyName(visit.parameters["party"] ?? "") else {
                throw Problem(.notFound, detail: "nothing has this name", field: "party")
            }
            let number: PurseTerminalNumber = try field(body.number, "number")
            let module = try await purses.equip(name, with: number)
            return .init(
                number: body.number, keyVersion: module.version,
                wrappedKey: HexBytes(try receiver.encrypt(module.key.bytes)))
        }
    }

    private func receiver(_ pem: String) throws(Problem) -> TransportPublicKey {
        do { return try TransportPublicKey(pem: pem) } catch {
            throw Problem(.invalidField, detail: "an RSA public key in PEM", field: "transportKey")
        }
    }

    private func registerLoads(on router: inout DoorRouter) {
        router.on(Endpoints.makePurseLoad) { body, visit in
            .init(
                try await loads.order(
                    Int64(body.amount), onto: purseCard(body.card, "card"), by: visit.payer(), visit.paymentRequestKey()
                ))
        }
        router.on(Endpoints.listPurseLoads) { _, visit in
            .init(items: try await loads.orders(of: visit.payer(), limit: visit.limit).map(API.PurseLoad.init))
        }
        router.on(Endpoints.getPurseLoad) { _, visit in
            .init(try await loads.order(visit.paymentIdentifier("load"), of: visit.payer()))
        }
        router.on(Endpoints.creditPurse) { body, visit in
            let pin = try body.pin.map { text throws(PaymentsError) in try PaymentPIN(text: text) }
            let step = try await loads.credit(
                visit.paymentIdentifier("load"), by: visit.payer(), confirmation: body.confirmation, pin: pin,
                PurseContact(
                    begunLoad(body.begun), offlineNumber: body.offlineNumber.map { UInt16(clamping: $0) },
                    log: (body.log ?? []).map { bytes throws(Problem) in try logRecord(bytes, "log") }))
            switch step {
            case .loaded: return .init(state: .loaded)
            case .credit(let moment, let mac2):
                return .init(state: .ordered, moment: HexBytes(moment.bytes), mac2: HexBytes(mac2.bytes))
            }
        }
        router.on(Endpoints.provePurseLoad) { body, visit in
            .init(
                try await loads.prove(
                    visit.paymentIdentifier("load"), by: visit.payer(), tac: field(body.tac, "tac")))
        }
        router.on(Endpoints.cancelPurseLoad) { body, visit in
            let contact = try body.begun.map { bytes throws(Problem) in PurseContact(try begunLoad(bytes)) }
            return .init(try await loads.cancel(visit.paymentIdentifier("load"), by: visit.payer(), contact))
        }
    }

    private func begunLoad(_ bytes: HexBytes) throws(Problem) -> InitializedLoad {
        do { return try InitializedLoad(bytes.bytes) } catch {
            throw Problem(.invalidField, detail: "\(error)", field: "begun")
        }
    }
}

/// A field of a purse's commands, as the contract has it.
func field<Field: PurseField>(_ bytes: HexBytes, _ name: String) throws(Problem) -> Field {
    do { return try Field(bytes.bytes) } catch { throw Problem(.invalidField, detail: "\(error)", field: name) }
}

func purseCard(_ text: String, _ name: String) throws(Problem) -> PurseSerial {
    do { return try PurseSerial(hex: text) } catch {
        throw Problem(.invalidField, detail: "the last 16 digits of a purse's number", field: name)
    }
}

func logRecord(_ bytes: HexBytes, _ name: String) throws(Problem) -> PurseLogRecord {
    do { return try PurseLogRecord(bytes.bytes) } catch {
        throw Problem(.invalidField, detail: "\(error)", field: name)
    }
}

extension RequestVisit {
    fileprivate func purse() throws(Problem) -> PurseSerial { try purseCard(parameters["card"] ?? "", "card") }
}

extension API.Purse {
    init(_ purse: Purse) {
        self.init(
            card: purse.serial.description, number: purse.data.number, account: purse.account.rawValue,
            owner: purse.owner?.rawValue, issuedAt: .init(secondsSince1970: purse.issuedAt),
            blockedAt: purse.blockedAt.map { Timestamp(secondsSince1970: $0) })
    }
}

extension API.PurseLoad {
    fileprivate init(_ order: LoadOrder) {
        self.init(
            load: order.id.rawValue, card: order.card.description, amount: Int(order.load.amount),
            currency: order.currency.code, terminal: HexBytes(order.load.terminal.bytes), state: order.state.api,
            shown: order.shown, madeAt: .init(secondsSince1970: order.madeAt),
            expiresAt: .init(secondsSince1970: order.expiresAt))
    }
}

extension LoadOrder.State {
    fileprivate var api: API.PurseLoad.State {
        switch self {
        case .open: .open
        case .ordered: .ordered
        case .loaded: .loaded
        case .cancelled: .cancelled
        case .expired: .expired
        }
    }
}
