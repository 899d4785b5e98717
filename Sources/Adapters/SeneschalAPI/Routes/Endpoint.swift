/// A route together with the types of its body and of its answer: what ties client and server to one contract.
public struct Endpoint<Request: WireType, Response: WireType>: Sendable {
    public let route: APIRoute
}

/// Stands for a body that is not there.
public struct NoBody: WireType {
    public init() {}

    public static let schema = Schema.object("NoBody", "Nothing.", [])
}

extension Endpoint {
    static func post(
        _ operationID: String, _ path: String, for audience: APIRoute.Audience, _ summary: String,
        parameters: [APIRoute.Parameter] = [], status: Int = 200, isMutation: Bool = true,
        problems: [ProblemCode]
    ) -> Endpoint {
        Endpoint(
            route: APIRoute(
                operationID, .post, path, for: audience, summary, parameters: parameters, request: Request.schema,
                response: Response.schema, status: status, isMutation: isMutation, problems: problems))
    }
}

extension Endpoint where Request == NoBody {
    static func get(
        _ operationID: String, _ path: String, for audience: APIRoute.Audience, _ summary: String,
        parameters: [APIRoute.Parameter] = [], problems: [ProblemCode] = []
    ) -> Endpoint {
        Endpoint(
            route: APIRoute(
                operationID, .get, path, for: audience, summary, parameters: parameters, request: nil,
                response: Response.schema, problems: problems))
    }
}

/// The endpoints by the name of their operation; ``Contract`` says which server has which of them.
public enum Endpoints {}
