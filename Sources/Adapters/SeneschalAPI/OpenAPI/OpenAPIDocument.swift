/// The OpenAPI 3.1 document of a contract, put together from the routes and their schemas.
public struct OpenAPIDocument: Sendable {
    public static let version = "3.1.0"

    /// The document as a value.
    public let value: JSONValue

    /// The document as JSON text.
    public var text: String { value.indentedText }

    public init(_ contract: Contract) {
        value = [
            "openapi": .string(Self.version),
            "info": [
                "title": .string(contract.title),
                "version": "1.0.0",
                "summary": .string(contract.summary),
                "description": .string(contract.description),
            ],
            "paths": Self.paths(contract.routes),
            "components": [
                "schemas": Self.schemas(contract.routes),
                "securitySchemes": Self.securitySchemes(contract.routes),
            ],
        ]
    }

    private static func paths(_ routes: [APIRoute]) -> JSONValue {
        var paths: [JSONMember] = []
        for route in routes where !paths.contains(where: { $0.name == route.path }) {
            let operations = routes.filter { $0.path == route.path }.map {
                JSONMember($0.method.rawValue.lowercased(), operation($0))
            }
            paths.append(JSONMember(route.path, .object(operations)))
        }
        return .object(paths)
    }

    private static func operation(_ route: APIRoute) -> JSONValue {
        var members: [JSONMember] = [
            JSONMember("operationId", .string(route.operationID)),
            JSONMember("summary", .string(route.summary)),
            JSONMember("tags", [.string(route.audience.rawValue)]),
            JSONMember("security", route.audience == .anyone ? [] : [[route.audience.rawValue: []]]),
        ]
        let parameters = route.parameters.map(parameter) + (route.isMutation ? [idempotencyKey] : [])
        if !parameters.isEmpty { members.append(JSONMember("parameters", .array(parameters))) }
        if let request = route.request {
            members.append(
                JSONMember("requestBody", ["required": true, "content": content("application/json", request)]))
        }
        members.append(JSONMember("responses", responses(route)))
        return .object(members)
    }

    private static func parameter(_ parameter: APIRoute.Parameter) -> JSONValue {
        [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "required": .boolean(parameter.isRequired), "description": .string(parameter.summary),
            "schema": parameter.schema.openAPI, "example": parameter.schema.example,
        ]
    }

    private static let idempotencyKey: JSONValue = [
        "name": .string(APIRoute.idempotencyKeyHeader), "in": "header", "required": true,
        "description": "New for every new request, the same for its repetitions.",
        "schema": Schema.printable(1...APIRoute.idempotencyKeyLengthMax, example: "").openAPI,
        "example": "0192f3c4-7a1e-7c55-9b0e-3d9a4f1b2c6d",
    ]

    private static func responses(_ route: APIRoute) -> JSONValue {
        var responses = [
            JSONMember(
                "\(route.status)",
                [
                    "description": .string(route.response.summary),
                    "content": content(route.mediaType, route.response),
                ])
        ]
        let problems = route.allProblems
        for status in Set(problems.map(\.status)).sorted() {
            let codes = problems.filter { $0.status == status }
            var members: [JSONMember] = [
                JSONMember(
                    "description", .string(codes.map { "\($0.rawValue): \($0.title)." }.joined(separator: " ")))
            ]
            if codes.contains(where: { $0.retryAfterSeconds != nil }) {
                members.append(JSONMember("headers", ["Retry-After": retryAfter]))
            }
            members.append(JSONMember("content", content(Problem.mediaType, Problem.schema, example: codes.first)))
            responses.append(JSONMember("\(status)", .object(members)))
        }
        return .object(responses)
    }

    private static let retryAfter: JSONValue = [
        "description": "Seconds after which a repetition may succeed.", "schema": ["type": "integer"],
    ]

    private static func content(_ mediaType: String, _ schema: Schema, example code: ProblemCode? = nil) -> JSONValue {
        let example = code.map { code -> JSONValue in
            [
                "type": .string(code.type), "title": .string(code.title), "status": .integer(code.status),
                "code": .string(code.rawValue),
            ]
        }
        return [mediaType: ["schema": schema.openAPI, "example": example ?? schema.example]]
    }

    /// Every named schema once, in the order of their names.
    private static func schemas(_ routes: [APIRoute]) -> JSONValue {
        let roots = routes.flatMap { [$0.request, $0.response].compactMap { $0 } } + [Problem.schema]
        var found: [String: JSONValue] = [:]
        for schema in roots.flatMap(\.named) {
            if let name = schema.name { found[name] = schema.openAPIDefinition }
        }
        return .object(found.sorted { $0.key < $1.key }.map { JSONMember($0.key, $0.value) })
    }

    private static func securitySchemes(_ routes: [APIRoute]) -> JSONValue {
        let audiences = Set(routes.map(\.audience)).subtracting([.anyone])
        return .object(
            APIRoute.Audience.allCases.filter { audiences.contains($0) }.map { audience in
                JSONMember(
                    audience.rawValue,
                    [
                        "type": "http", "scheme": "bearer",
                        "description": .string("Access credential of: \(audience.inWords)."),
                    ])
            })
    }
}

extension APIRoute.Audience {
    /// As a person says it.
    public var inWords: String {
        switch self {
        case .serviceProvider: "service provider"
        case .operator: "operator"
        case .agent: "local agent"
        case .walletUser: "user of the wallet"
        case .walletOperator: "operator of the wallet"
        case .acquirer: "acquirer"
        case .walletPlatform: "wallet platform"
        case .payer: "payer"
        case .paymentTerminal: "seller's terminal"
        case .merchantPlatform: "merchant platform"
        case .merchant: "merchant"
        case .merchantUser: "user of the merchant platform"
        case .anyone: "anyone"
        }
    }
}
