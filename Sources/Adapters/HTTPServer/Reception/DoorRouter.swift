import HTTPTypes
import Hummingbird
import NIOCore
import SeneschalAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Registers the routes of the contract: in front of every handler stand the same checks, in the same order.
///
/// Credential (401, 403) → media type (415) → size (413) → parameters and Idempotency-Key (400) → JSON (400) →
/// schema (422) → the handler.
struct DoorRouter {
    let router = Router(context: SeneschalRequestContext.self)
    private let gatekeeper: any Gatekeeper
    /// What has been registered.
    private(set) var routes: [APIRoute] = []

    /// - Parameter contract: whose routes, and no others, are registered here.
    init(_ contract: Contract, gatekeeper: any Gatekeeper) {
        self.gatekeeper = gatekeeper
        router.add(middleware: Reception(contract: contract))
    }

    /// Registers a handler of typed messages.
    mutating func on<Body: WireType, Answer: WireType>(
        _ endpoint: Endpoint<Body, Answer>,
        _ handle: @escaping @Sendable (Body, RequestVisit) async throws -> Answer
    ) {
        let status = HTTPResponse.Status(code: endpoint.route.status)
        onBytes(endpoint.route) { bytes, visit in
            let body = try Self.decode(Body.self, from: bytes, endpoint.route)
            return try Response(json: try await handle(body, visit), status: status)
        }
    }

    /// Registers a handler that reads the body and writes the answer itself. The body is checked already.
    mutating func onBytes(
        _ route: APIRoute, _ handle: @escaping @Sendable ([UInt8], RequestVisit) async throws -> Response
    ) {
        routes.append(route)
        let gatekeeper = gatekeeper
        router.on(RouterPath(route.path), method: route.method.http) { request, context in
            let visitor = try await gatekeeper.visitor(of: request, for: route.audience)
            let body = try await Self.body(of: request, route)
            let visit = try RequestVisit(route, visitor: visitor, request: request, context: context, body: body)
            try Self.check(body, route)
            return try await handle(body, visit)
        }
    }

    private static func body(of request: Request, _ route: APIRoute) async throws -> [UInt8] {
        guard route.request != nil else { return [] }
        guard let type = request.headers[.contentType].flatMap({ MediaType(from: $0) }),
            type.isType(.applicationJson)
        else { throw Problem(.unsupportedMediaType) }
        let bound = APIRoute.bodyBytesMax
        let tooLarge = Problem(.bodyTooLarge, detail: "a body has \(bound) bytes at most")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > bound { throw tooLarge }
        do {
            return Array(buffer: try await request.body.collect(upTo: bound))
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
    }

    private static func check(_ body: [UInt8], _ route: APIRoute) throws(Problem) {
        guard let schema = route.request else { return }
        let value: JSONValue
        do throws(JSONParsingError) {
            value = try JSONValue(parsing: body)
        } catch {
            throw Problem(.malformedJSON, detail: error.description)
        }
        do throws(SchemaViolation) {
            try schema.check(value)
        } catch {
            throw Problem(error.kind.code, detail: error.reason, field: error.field)
        }
    }

    /// The schema has passed: what still fails to decode is a schema that promises too much.
    private static func decode<Body: WireType>(
        _ type: Body.Type, from bytes: [UInt8], _ route: APIRoute
    ) throws -> Body {
        if let none = NoBody() as? Body { return none }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let DecodingError.dataCorrupted(context) {
            throw Problem(.invalidField, detail: context.debugDescription, field: context.codingPath.field)
        }
    }
}

extension Response {
    /// A JSON answer.
    init(json answer: some Encodable, status: HTTPResponse.Status) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.init(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(answer))))
    }
}

extension APIRoute.Method {
    fileprivate var http: HTTPRequest.Method {
        switch self {
        case .get: .get
        case .post: .post
        }
    }
}

extension SchemaViolation.Kind {
    fileprivate var code: ProblemCode {
        switch self {
        case .unknownMember: .unknownMember
        case .missingMember: .missingMember
        case .invalidValue: .invalidField
        }
    }
}

extension [any CodingKey] {
    /// `apdus[3]`, `seId.value`.
    fileprivate var field: String {
        reduce(into: "") { field, key in
            if let index = key.intValue {
                field += "[\(index)]"
            } else {
                field += (field.isEmpty ? "" : ".") + key.stringValue
            }
        }
    }
}
