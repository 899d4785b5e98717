import HTTPTypes
import Hummingbird
import Logging
import SeneschalAPI

/// Stands in front of every route: what went wrong becomes a problem, what happened becomes one line of the log.
///
/// The line says who asked for which route and how it went; never a body, a header, or the values in path and query.
struct Reception: RouterMiddleware {
    let contract: Contract

    func handle(
        _ request: Request, context: SeneschalRequestContext,
        next: (Request, SeneschalRequestContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response: Response
        var code: ProblemCode?
        do {
            response = try await next(request, context)
        } catch {
            var problem = problem(for: error, request, context)
            problem.instance = "/requests/\(context.id)"
            code = problem.code
            response = try Response(problem)
            // RFC 9110 §15.5.6 asks for it.
            if problem.code == .methodNotAllowed {
                response.headers[.allow] = otherMethods(at: request.uri.path).map(\.rawValue).joined(separator: ", ")
            }
        }
        response.headers[Self.requestID] = context.id
        response.headers[.cacheControl] = "no-store"
        log(request, context, response, code, since: start)
        return response
    }

    private func problem(
        for error: any Error, _ request: Request, _ context: SeneschalRequestContext
    ) -> Problem {
        switch error {
        case let problem as Problem: problem
        case let error as any ProblemCause: error.problem ?? failure(error, context)
        case let error as any HTTPResponseError where error.status == .notFound:
            otherMethods(at: request.uri.path).isEmpty ? Problem(.noSuchRoute) : Problem(.methodNotAllowed)
        case let error as any HTTPResponseError where error.status == .contentTooLarge: Problem(.bodyTooLarge)
        default: failure(error, context)
        }
    }

    /// What is not for the client goes into the log, under a reference that the client is given.
    private func failure(_ error: any Error, _ context: SeneschalRequestContext) -> Problem {
        let reference = context.id
        context.logger.error(
            "request failed", metadata: ["requestId": "\(reference)", "error": "\(error)"])
        return Problem(.internal, reference: reference)
    }

    private func log(
        _ request: Request, _ context: SeneschalRequestContext, _ response: Response, _ code: ProblemCode?,
        since start: ContinuousClock.Instant
    ) {
        var metadata: Logger.Metadata = [
            "requestId": "\(context.id)", "method": "\(request.method.rawValue)",
            "route": "\(context.endpointPath ?? "none")", "status": .stringConvertible(response.status.code),
            "microseconds": .stringConvertible(Int(start.duration(to: .now) / .microseconds(1))),
        ]
        if let code { metadata["problem"] = "\(code.rawValue)" }
        context.logger.info("request", metadata: metadata)
    }

    /// The methods that the contract has at a path.
    private func otherMethods(at path: String) -> [APIRoute.Method] {
        let segments = path.split(separator: "/", omittingEmptySubsequences: true)
        return contract.routes.filter { route in
            let pattern = route.path.split(separator: "/")
            return pattern.count == segments.count
                && zip(pattern, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }.map(\.method)
    }

    static let requestID = fieldName("Request-Id")
}

extension Response {
    /// A problem as it goes over the wire. RFC 9457 §3.
    fileprivate init(_ problem: Problem) throws {
        try self.init(json: problem, status: HTTPResponse.Status(code: problem.status))
        headers[.contentType] = Problem.mediaType
        if let seconds = problem.retryAfterSeconds ?? problem.code.retryAfterSeconds {
            headers[.retryAfter] = "\(seconds)"
        }
        // RFC 9110 §11.6.1 asks for it.
        if problem.status == 401 { headers[.wwwAuthenticate] = "Bearer" }
    }
}

/// A field name from a literal.
func fieldName(_ name: StaticString) -> HTTPField.Name {
    guard let name = HTTPField.Name("\(name)") else { preconditionFailure("\(name) is not a field name") }
    return name
}
