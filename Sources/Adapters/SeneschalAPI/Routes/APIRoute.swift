/// One route of the HTTP contract, as data: the server registers it, the OpenAPI document lists it.
public struct APIRoute: Sendable {
    public enum Method: String, Sendable { case get = "GET", post = "POST" }

    /// Whose credential opens the door.
    public enum Audience: String, Sendable, CaseIterable {
        case serviceProvider, `operator`, agent, walletUser, walletOperator, acquirer, walletPlatform
        case payer, paymentTerminal, merchantPlatform, merchant, merchantUser, anyone
    }

    /// A part of the path or of the query.
    public struct Parameter: Sendable {
        public enum Place: String, Sendable { case path, query }

        public let name: String
        public let place: Place
        public let schema: Schema
        public let isRequired: Bool
        public let summary: String
    }

    public let operationID: String
    public let method: Method
    /// With parameters in braces: `/tsm/v1/communications/{communicationId}/scripts`.
    public let path: String
    public let audience: Audience
    public let summary: String
    public let parameters: [Parameter]
    public let request: Schema?
    public let response: Schema
    /// The status of an answer that is no problem.
    public let status: Int
    /// Of such an answer.
    public let mediaType: String
    /// Whether the request changes something, and so needs an `Idempotency-Key`.
    public let isMutation: Bool
    /// The problems that this route has beside those that all routes have.
    public let problems: [ProblemCode]

    init(
        _ operationID: String, _ method: Method, _ path: String, for audience: Audience, _ summary: String,
        parameters: [Parameter] = [], request: Schema?, response: Schema, status: Int = 200,
        mediaType: String = "application/json", isMutation: Bool = false, problems: [ProblemCode] = []
    ) {
        self.operationID = operationID
        self.method = method
        self.path = path
        self.audience = audience
        self.summary = summary
        self.parameters = parameters
        self.request = request
        self.response = response
        self.status = status
        self.mediaType = mediaType
        self.isMutation = isMutation
        self.problems = problems
    }

    /// The header that mutations need.
    public static let idempotencyKeyHeader = "Idempotency-Key"
    public static let idempotencyKeyLengthMax = 128

    /// Bytes of a request body at most: two scripts of 64 KiB in hex, with room for what surrounds them.
    public static let bodyBytesMax = 1_048_576

    /// The path with its parameters filled in, each percent-encoded.
    ///
    /// - Returns: `nil` when a parameter of the path is missing.
    public func path(_ values: [String: String]) -> String? {
        var path = path
        for parameter in parameters where parameter.place == .path {
            guard let value = values[parameter.name] else { return nil }
            path = path.replacing("{\(parameter.name)}", with: value.percentEncoded)
        }
        return path
    }
}

extension APIRoute {
    /// All problems that this route may be answered with.
    public var allProblems: [ProblemCode] {
        var codes: [ProblemCode] = [.noSuchRoute, .methodNotAllowed, .internal]
        if audience != .anyone { codes += [.unauthenticated, .credentialRevoked, .forbidden] }
        if request != nil {
            codes += [
                .malformedJSON, .unsupportedMediaType, .bodyTooLarge, .unknownMember, .missingMember, .invalidField,
            ]
        }
        if parameters.contains(where: { $0.place == .query }) { codes.append(.malformedQuery) }
        if isMutation { codes += [.idempotencyKeyMissing, .idempotencyKeyInvalid, .idempotencyConflict] }
        return codes + problems.filter { !codes.contains($0) }
    }
}
