public import ISO4217
import Instructions
public import MobileDevice
import SeneschalAPI

/// Virtual bills of a payment server over HTTP, for the payer's device: `/pay/v1`.
public struct HTTPBillService: BillService {
    private let client: SeneschalClient

    /// - Parameter client: with the payer's credential.
    public init(_ client: SeneschalClient) { self.client = client }

    public func openBill(
        periodSeconds: Int64, limit: Money?, requestKey: String
    ) async throws(BillServiceError) -> ActiveBill {
        let bill = try await asked { () async throws(SeneschalClientError) in
            try await client.send(
                Endpoints.openBill,
                .init(periodSeconds: Int(periodSeconds), limit: limit.map { Int($0.minorUnits) }),
                idempotencyKey: requestKey)
        }
        return ActiveBill(
            bill: bill.bill, currency: try currency(bill.currency), startsAt: bill.startsAt.secondsSince1970,
            endsAt: bill.endsAt.secondsSince1970)
    }

    public func deliver(_ item: String, to bill: String) async throws(BillServiceError) {
        _ = try await asked { () async throws(SeneschalClientError) in
            try await client.send(Endpoints.addBillItem, .init(statement: item), ["bill": bill])
        }
    }

    public func closeBill(_ bill: String, requestKey: String) async throws(BillServiceError) -> BillToVerify {
        let answer = try await asked { () async throws(SeneschalClientError) in
            try await client.send(Endpoints.closeBill, .init(), ["bill": bill])
        }
        let items = answer.items.map {
            ItemizedBill.Item(
                terminal: $0.terminal, sequence: Int64($0.sequence), name: $0.name,
                soldAt: $0.soldAt.secondsSince1970, seller: $0.seller,
                amount: Int64($0.amount), description: $0.description)
        }
        let list: ItemizedBill
        do { list = try ItemizedBill(bill: answer.bill, currency: try currency(answer.currency), items: items) } catch {
            throw .refused(code: "malformedAnswer", detail: "the bill's items do not add up: \(error)")
        }
        return BillToVerify(
            list: list, digest: answer.digest, challenge: answer.challenge,
            payableUntil: answer.payableUntil.secondsSince1970)
    }

    public func confirmBill(
        _ bill: String, confirmation: String, pin: String?
    ) async throws(BillServiceError) -> BillSettlement {
        let answer = try await asked { () async throws(SeneschalClientError) in
            try await client.send(
                Endpoints.confirmBill, .init(confirmation: confirmation, pin: pin), ["bill": bill])
        }
        switch answer.outcome {
        case .settled: return .settled(answer.shares.map { .init(seller: $0.seller, amount: Int64($0.amount)) })
        case .insufficientFunds: return .insufficientFunds
        }
    }

    private func currency(_ code: String) throws(BillServiceError) -> Currency {
        guard let currency = Currency(code) else {
            throw .refused(code: "malformedAnswer", detail: "the bill's currency is not in ISO 4217")
        }
        return currency
    }

    private func asked<Answer>(
        _ request: () async throws(SeneschalClientError) -> Answer
    ) async throws(BillServiceError) -> Answer {
        do throws(SeneschalClientError) { return try await request() } catch {
            switch PaymentServiceError(error) {
            case .refused(let code, let detail): throw .refused(code: code, detail: detail)
            case .unsettled(let detail): throw .unsettled(detail: detail)
            }
        }
    }
}
