import CardCryptography
import HTTPTypes
import Hummingbird
import Logging
import SeneschalAPI

/// One request on its way through a door: who asks, with what beside the body.
struct RequestVisit: Sendable {
    let route: APIRoute
    let visitor: Visitor?
    /// Of path and query, each checked against its schema.
    let parameters: [String: String]
    /// The header of a mutation, well-formed.
    let idempotencyKey: String?
    /// SHA-256 of method, path and body.
    let digest: [UInt8]
    /// Where the connection comes from.
    let remoteAddress: String
    let logger: Logger

    init(
        _ route: APIRoute, visitor: Visitor?, request: Request, context: SeneschalRequestContext,
        body: [UInt8]
    ) throws(Problem) {
        self.route = route
        self.visitor = visitor
        parameters = try route.parameters(of: request, context)
        idempotencyKey = route.isMutation ? try Self.idempotencyKey(of: request) : nil
        digest = Self.digest(of: request, body)
        remoteAddress = context.remoteAddress
        logger = context.logger
    }

    private static func idempotencyKey(of request: Request) throws(Problem) -> String {
        let keys = request.headers[values: idempotencyKeyField]
        guard let key = keys.first else { throw Problem(.idempotencyKeyMissing) }
        guard keys.count == 1, (1...APIRoute.idempotencyKeyLengthMax).contains(key.utf8.count),
            key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw Problem(.idempotencyKeyInvalid) }
        return key
    }

    private static let idempotencyKeyField = fieldName("Idempotency-Key")

    private static func digest(of request: Request, _ body: [UInt8]) -> [UInt8] {
        var digest = Digest(.sha256)
        digest.update(Array("\(request.method.rawValue) \(request.uri.path)\n".utf8))
        digest.update(body)
        return digest.finalize()
    }
}

extension APIRoute {
    /// The parameters of path and query, each as its schema wants it; one that is not declared is refused.
    fileprivate func parameters(
        of request: Request, _ context: SeneschalRequestContext
    ) throws(Problem) -> [String: String] {
        var found: [String: String] = [:]
        let query = request.uri.queryParameters
        for (name, _) in query where !parameters.contains(where: { $0.place == .query && $0.name == name }) {
            throw Problem(.malformedQuery, detail: "there is no such query parameter", field: String(name.prefix(64)))
        }
        for parameter in parameters {
            let value: String? =
                switch parameter.place {
                case .path: context.parameters.get(parameter.name)?.percentDecoded
                case .query: query[parameter.name[...]].map { String($0) }
                }
            guard let value else {
                guard parameter.isRequired else { continue }
                throw Problem(.malformedQuery, detail: "the parameter is missing", field: parameter.name)
            }
            do throws(SchemaViolation) {
                try parameter.schema.check(parameter.schema.parse(value), field: parameter.name)
            } catch {
                let code: ProblemCode = parameter.place == .query ? .malformedQuery : .notFound
                throw Problem(code, detail: error.reason, field: error.field)
            }
            found[parameter.name] = value
        }
        return found
    }
}

extension Schema {
    /// A parameter is text; where a number is meant, it is read as one.
    fileprivate func parse(_ text: String) -> JSONValue {
        if case .integer = shape, let integer = Int(text) { return .integer(integer) }
        return .string(text)
    }
}
