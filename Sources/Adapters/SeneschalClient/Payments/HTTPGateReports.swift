public import ElectronicPurse
import SeneschalAPI
public import Terminal

/// A payment server over HTTP, as the back office of gates: `/pay/v1/gate-purchases`.
public struct HTTPGateReports: GateReports {
    private let client: SeneschalClient

    /// - Parameter client: with the gate's credential.
    public init(_ client: SeneschalClient) { self.client = client }

    public func take(_ report: GateReport) async throws(GateReportFailure) {
        _ = try await asked { () async throws(SeneschalClientError) in
            try await client.send(Endpoints.reportGatePurchase, .init(report))
        }
    }

    public func outcome(of record: GreyRecord) async throws(GateReportFailure) -> GreyOutcome? {
        let purchase = record.pending.purchase
        let known = try await asked { () async throws(SeneschalClientError) in
            try await client.send(
                Endpoints.getGatePurchase, NoBody(),
                ["number": purchase.terminal.description, "serial": "\(purchase.terminalSerial)"])
        }
        switch known.state {
        case .held: return nil
        case .paid, .debited: return .debited
        case .notDebited: return .notDebited
        }
    }

    private func asked<Answer>(
        _ request: () async throws(SeneschalClientError) -> Answer
    ) async throws(GateReportFailure) -> Answer {
        do { return try await request() } catch { throw GateReportFailure(reason: "\(error)") }
    }
}

extension API.GateReport {
    fileprivate init(_ report: GateReport) {
        switch report {
        case .paid(let passage):
            self.init(
                passage.card, passage.purchase, offlineNumber: passage.offlineNumber &- 1,
                balanceBefore: passage.balanceAfter + passage.purchase.amount, at: passage.at, tac: passage.tac)
            paid = passage.evidence.api
        case .grey(let record):
            let pending = record.pending
            self.init(
                pending.card, pending.purchase, offlineNumber: pending.offlineNumber,
                balanceBefore: pending.balanceBefore, at: record.at, tac: record.tac)
            grey = API.GreyPurchase(
                reason: record.reason.api, since: .init(secondsSince1970: pending.since), losses: pending.losses,
                random: HexBytes(pending.random.bytes), mac1: HexBytes(pending.mac1.bytes),
                records: pending.records.isEmpty
                    ? nil
                    : pending.records.map {
                        API.PurseRecord(file: Int($0.file), number: Int($0.number), data: HexBytes($0.data))
                    }, log: record.log.isEmpty ? nil : record.log.map { HexBytes($0.bytes) },
                balance: record.balance.map { Int($0) })
        }
    }

    private init(
        _ card: PurseSerial, _ purchase: PursePurchase, offlineNumber: UInt16, balanceBefore: UInt32, at: Int64,
        tac: PurseMAC?
    ) {
        self.init(
            card: card.description, amount: Int(purchase.amount), type: Int(purchase.type.rawValue),
            terminal: HexBytes(purchase.terminal.bytes), terminalSerial: Int(purchase.terminalSerial),
            moment: HexBytes(purchase.moment.bytes), offlineNumber: Int(offlineNumber),
            balanceBefore: Int(balanceBefore), at: .init(secondsSince1970: at), tac: tac.map { HexBytes($0.bytes) })
    }
}

extension GatePassage.Evidence {
    fileprivate var api: API.GateReport.Evidence {
        switch self {
        case .answer: .answer
        case .proof: .proof
        case .record: .record
        }
    }
}

extension GreyRecord.Reason {
    fileprivate var api: API.GreyPurchase.Reason {
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
