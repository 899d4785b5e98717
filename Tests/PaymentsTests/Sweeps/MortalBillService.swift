import ISO4217
import MobileDevice

@testable import Payments

/// The payment server as a device and a terminal have it: what is asked gets lost, and the server dies at its commits.
struct MortalBillService: BillService {
    let bills: BillBench
    let line: CutLine

    /// Of the server that runs now.
    var desk: BillDesk { get throws { BillDesk(try bills.bench.started()) } }

    func openBill(
        periodSeconds: Int64, limit: Money?, requestKey: String
    ) async throws(BillServiceError) -> ActiveBill {
        let bill = try await asked {
            try await $0.open(for: bills.ada.id, periodSeconds: periodSeconds, limit: limit, .bench(requestKey))
        }
        return ActiveBill(
            bill: bill.id.rawValue, currency: bill.currency, startsAt: bill.startsAt, endsAt: bill.endsAt)
    }

    func deliver(_ item: String, to bill: String) async throws(BillServiceError) {
        _ = try await asked { try await $0.add(item, to: BillID(unchecked: bill), by: bills.ada.id) }
    }

    func remove(_ removal: String) async throws(BillServiceError) {
        _ = try await asked { try await $0.remove(removal) }
    }

    func closeBill(_ bill: String, requestKey: String) async throws(BillServiceError) -> BillToVerify {
        let shown = try await asked { try await $0.close(BillID(unchecked: bill), by: bills.ada.id) }
        return BillToVerify(
            list: shown.list, digest: shown.digest, challenge: shown.challenge, payableUntil: shown.payableUntil)
    }

    func confirmBill(
        _ bill: String, confirmation: String, pin: String?
    ) async throws(BillServiceError) -> MobileDevice.BillSettlement {
        try await asked { desk in
            let settlement = try await desk.confirm(
                BillID(unchecked: bill), by: bills.ada.id, confirmation: confirmation,
                pin: pin.map { try PaymentPIN(.text($0)) })
            guard case .settled(let bill) = settlement else { return .insufficientFunds }
            return .settled(try bill.shares().map { .init(seller: $0.seller.rawValue, amount: $0.amount) })
        }
    }

    private func asked<Answer>(
        _ request: (BillDesk) async throws -> Answer
    ) async throws(BillServiceError) -> Answer {
        do {
            return try await line.carry { try await request(desk) }
        } catch let error as PaymentsError where error.isCertain {
            throw .refused(code: "refused", detail: error.description)
        } catch {
            throw .unsettled(detail: "\(error)")
        }
    }
}
