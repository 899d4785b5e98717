/// The acquirer, which takes a terminal's transaction to whoever answers for the card: `/acquirer/v1`.
public protocol Acquirer: Sendable {
    /// Asks for an authorization. What is asked twice with one name of a transaction is done once.
    ///
    /// - Parameter transaction: the terminal's own name of it, 1 to 64 printable ASCII characters.
    func authorize(
        _ data: AuthorizationData, transaction: String, merchant: String
    ) async throws(AcquirerError) -> AuthorizationAnswer
}

/// What became of a transaction.
public enum AuthorizationAnswer: Hashable, Sendable, Codable {
    /// With the authorization code (ISO 8583 field 38).
    case approved(code: String)
    /// With the action code of ISO 8583 field 39.
    case declined(actionCode: String)
}

/// Why there is no answer.
public enum AcquirerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The request was not looked at; `code` as in problem documents.
    case refused(code: String, detail: String)
    /// Whether it was authorized is unknown: ask again with the same name.
    case unsettled(detail: String)

    public var description: String {
        switch self {
        case .refused(let code, let detail): "\(code): \(detail)"
        case .unsettled(let detail): "not settled yet: \(detail)"
        }
    }
}
