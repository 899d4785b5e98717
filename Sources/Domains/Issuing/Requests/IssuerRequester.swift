/// Who asks, and the key under which a repetition is recognized.
public struct IssuerRequester: Hashable, Sendable {
    public enum Party: Hashable, Sendable {
        case wallet(name: String)
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
}
