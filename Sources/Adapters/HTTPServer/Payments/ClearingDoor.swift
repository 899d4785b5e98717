import ElectronicPurse
import Payments
import SeneschalAPI

/// The door of gates: what they took from purses, and what they could not find out.
struct ClearingDoor: Sendable {
    let clearing: ClearingDesk

    func register(on router: inout DoorRouter) {
        router.on(Endpoints.reportGatePurchase) { body, visit in
            .init(try await clearing.take(body.domain(), from: visit.paymentTerminal()))
        }
        router.on(Endpoints.getGatePurchase) { _, visit in
            let (number, serial) = try visit.gatePurchase()
            return .init(try await clearing.purchase(number, serial, of: visit.paymentTerminal()))
        }
        router.on(Endpoints.listHeldGatePurchases) { _, visit in
            .init(items: try await clearing.held(limit: visit.limit).map(API.GatePurchase.init))
        }
        router.on(Endpoints.settleGatePurchase) { body, visit in
            let (number, serial) = try visit.gatePurchase()
            return .init(
                try await clearing.settle(
                    number, serial, wasDebited: body.wasDebited, visit.paymentRequestKey()))
        }
    }
}

extension RequestVisit {
    fileprivate func gatePurchase() throws(Problem) -> (PurseTerminalNumber, UInt32) {
        guard let number = try? PurseTerminalNumber(hex: parameters["number"] ?? ""),
            let serial = UInt32(parameters["serial"] ?? "")
        else { throw Problem(.notFound, detail: "12 hex digits and a decimal number", field: "number") }
        return (number, serial)
    }
}

// MARK: - Requests

extension API.GateReport {
    fileprivate func domain() throws(Problem) -> GateReport {
        let pending = try pending()
        let tac: PurseMAC? = try tac.map { bytes throws(Problem) in try field(bytes, "tac") }
        switch (paid, grey) {
        case (let evidence?, nil):
            return .paid(GatePassage(pending, tac: tac, evidence.domain, at: at.secondsSince1970))
        case (nil, let grey?):
            return .grey(
                GreyRecord(
                    pending, grey.reason.domain,
                    log: try (grey.log ?? []).map { bytes throws(Problem) in try logRecord(bytes, "grey.log") },
                    balance: grey.balance.map { UInt32(clamping: $0) }, tac: tac, at: at.secondsSince1970))
        default: throw Problem(.invalidField, detail: "either paid or grey", field: "paid")
        }
    }

    private func pending() throws(Problem) -> PendingPurchase {
        guard amount <= balanceBefore else {
            throw Problem(.invalidField, detail: "less than the amount", field: "balanceBefore")
        }
        guard let type = UInt8(exactly: type).flatMap(PurseTransactionType.init), type.isOffline else {
            throw Problem(.invalidField, detail: "no kind of purchase", field: "type")
        }
        return PendingPurchase(
            card: try purseCard(card, "card"),
            purchase: PursePurchase(
                amount: UInt32(clamping: amount), type: type, terminal: try field(terminal, "terminal"),
                terminalSerial: UInt32(clamping: terminalSerial), moment: try field(moment, "moment")),
            balanceBefore: UInt32(clamping: balanceBefore), offlineNumber: UInt16(clamping: offlineNumber),
            random: try field(grey?.random ?? HexBytes([0, 0, 0, 0]), "grey.random"),
            mac1: try field(grey?.mac1 ?? HexBytes([0, 0, 0, 0]), "grey.mac1"),
            records: (grey?.records ?? []).map {
                CompositeRecord(
                    file: UInt8(clamping: $0.file), number: UInt8(clamping: $0.number), data: $0.data.bytes)
            }, since: grey?.since.secondsSince1970 ?? at.secondsSince1970, losses: grey?.losses ?? 0)
    }
}

extension API.GateReport.Evidence {
    fileprivate var domain: GatePassage.Evidence {
        switch self {
        case .answer: .answer
        case .proof: .proof
        case .record: .record
        }
    }
}

extension API.GreyPurchase.Reason {
    fileprivate var domain: GreyRecord.Reason {
        switch self {
        case .windowOver: .windowOver
        case .tooManyLosses: .tooManyLosses
        case .noMatchingRecord: .noMatchingRecord
        case .notProved: .notProved
        case .inconsistent: .inconsistent
        case .counterUnknown: .counterUnknown
        }
    }
}

// MARK: - Answers

extension API.GatePurchase {
    fileprivate init(_ purchase: GatePurchase) {
        self.init(
            card: purchase.report.card.description, amount: Int(purchase.amount),
            terminal: HexBytes(purchase.report.purchase.terminal.bytes),
            terminalSerial: Int(purchase.report.terminalSerial), state: purchase.state.api,
            doubt: purchase.doubt?.api, isOwed: purchase.isOwed, reportedBy: purchase.terminal.value,
            reportedAt: .init(secondsSince1970: purchase.reportedAt),
            settledAt: purchase.settledAt.map { Timestamp(secondsSince1970: $0) })
    }
}

extension GatePurchase.State {
    fileprivate var api: API.GatePurchase.State {
        switch self {
        case .held: .held
        case .paid: .paid
        case .debited: .debited
        case .notDebited: .notDebited
        }
    }
}

extension GatePurchase.Doubt {
    fileprivate var api: API.GatePurchase.Doubt {
        switch self {
        case .unknownPurse: .unknownPurse
        case .foreignCurrency: .foreignCurrency
        case .notProved: .notProved
        case .grey: .grey
        }
    }
}
