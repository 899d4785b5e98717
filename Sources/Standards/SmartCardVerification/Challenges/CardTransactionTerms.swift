import CardCryptography
import ISO7816

/// What a card's answer is good for: this amount, at this terminal, in this transaction, and nothing else.
public struct CardTransactionTerms: Hashable, Sendable {
    /// The terminal's name at the server.
    public let terminal: String
    /// The transaction's name at the terminal.
    public let transaction: String
    /// In minor units, above zero.
    public let amount: Int64
    /// ISO 4217, three letters.
    public let currency: String

    public static let nameLengthMax = 64

    /// - Throws: ``SmartCardError/name`` or ``SmartCardError/amount``.
    public init(terminal: String, transaction: String, amount: Int64, currency: String) throws(SmartCardError) {
        guard Self.isName(terminal), Self.isName(transaction), Self.isName(currency), currency.utf8.count == 3 else {
            throw .name
        }
        guard amount > 0 else { throw .amount }
        self.terminal = terminal
        self.transaction = transaction
        self.amount = amount
        self.currency = currency
    }

    static func isName(_ text: String) -> Bool {
        (1...nameLengthMax).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// SHA-256 over `SCV1` | terminal, length first | transaction, length first | amount (8) | currency (3).
    public var hash: [UInt8] {
        var message = Array("SCV1".utf8)
        for name in [terminal, transaction] { message += [UInt8(name.utf8.count)] + name.utf8 }
        message += withUnsafeBytes(of: amount.bigEndian) { Array($0) }
        message += currency.utf8
        return Digest.hash(message)
    }
}
