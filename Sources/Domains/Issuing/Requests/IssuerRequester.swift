/// Who asks, and the key under which a repetition is recognized.
public struct IssuerRequester: Hashable, Sendable {
    public enum Party: Hashable, Sendable {
        case wallet(name: String)
        /// Whoever asks for money in the name of merchants, by the digits of its institution (ISO 8583 field 32).
        case acquirer(institution: String)
        case `operator`(name: String)
        /// Anybody with a signed assertion.
        case device
    }

    public let party: Party
    public let idempotencyKey: String?

    public init(_ party: Party, idempotencyKey: String?) {
        self.party = party
        self.idempotencyKey = idempotencyKey
    }

    /// Whose keys they are.
    var scope: String { actor }

    /// As the audit trail names it.
    var actor: String {
        switch party {
        case .wallet(let name): "wallet:\(name)"
        case .acquirer(let institution): "acquirer:\(institution)"
        case .operator(let name): "operator:\(name)"
        case .device: "device"
        }
    }

    /// - Throws: ``IssuingError/notFound(field:reason:)`` for anybody else than a wallet.
    func wallet() throws(IssuingError) -> String {
        guard case .wallet(let name) = party else {
            throw .notFound(field: "wallet", reason: "only a wallet asks this")
        }
        return name
    }

    /// Who names transactions: a wallet by its name, an acquirer so that no wallet has the name.
    ///
    /// - Throws: ``IssuingError/notFound(field:reason:)`` for anybody else.
    func transactionNamer() throws(IssuingError) -> String {
        switch party {
        case .wallet(let name): return name
        case .acquirer: return actor
        case .operator, .device:
            throw .notFound(field: "wallet", reason: "only a wallet or an acquirer asks for money")
        }
    }
}
