import EMV
import Issuing

extension IssuerTables {
    static let cards = Table<CardAccount>(
        "card", kind: "card", key: ["reference"],
        columns: [
            "reference", "cardholder", "sealed_number", "number_tag", "issuer_identification", "last_four", "expiry",
            "sequence_number", "type", "state", "enrollment", "label", "currency", "balance", "credit_limit",
            "chip_transaction_counter", "issued_at",
        ],
        references: [.init(kind: "cardholder", table: "cardholder", key: "id", column: "cardholder")],
        read: { try CardAccount(&$0) },
        values: {
            [
                $0.reference.rawValue, $0.cardholder.rawValue, blob($0.sealedNumber), blob($0.numberTag),
                $0.issuerIdentification, $0.lastFour, $0.expiry.description, $0.sequenceNumber, $0.type.rawValue,
                $0.state.rawValue, $0.enrollment.rawValue, $0.label, $0.funds.currency, $0.funds.balance,
                $0.funds.creditLimit, $0.chipTransactionCounter, $0.issuedAt,
            ]
        })
}

extension CardAccount {
    fileprivate init(_ row: inout RowReader) throws {
        self.init(
            reference: try row.identifier(), cardholder: try row.identifier(), sealedNumber: try row.bytes(),
            numberTag: try row.bytes(), issuerIdentification: try row.text(), lastFour: try row.text(),
            expiry: try row.expiry(), sequenceNumber: try row.number(), type: try row.choice(),
            state: try row.choice(), enrollment: try row.choice(), label: try row.text(),
            funds: Funds(
                currency: try row.number(), balance: try row.integer(), creditLimit: try row.integer()),
            chipTransactionCounter: try row.optionalInteger().map { Int($0) }, issuedAt: try row.integer())
    }
}

extension RowReader {
    /// `MM/YY`
    fileprivate mutating func expiry() throws -> CardExpiry {
        guard let expiry = CardExpiry(printed: try text()) else {
            return try made { throw RecordError.failed("no expiry") }
        }
        return expiry
    }
}
