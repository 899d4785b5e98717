public import SeneschalAPI
public import Testing

@Suite("The OpenAPI document")
struct OpenAPIDocumentTests {
    private let document = OpenAPIDocument(.centralTSM).value

    @Test("every schema that is named exists, and every schema that exists is named")
    func references() throws {
        let defined = Set(try #require(document["components"]?["schemas"]?.members).map(\.name))
        let referenced = references(in: document)
        #expect(referenced == defined)
        #expect(defined.contains("Problem"))
    }

    @Test("every route stands in the document once, under its path and method, and nothing else does")
    func routes() throws {
        let paths = try #require(document["paths"]?.members)
        let listed = paths.flatMap { path in
            (path.value.members ?? []).map { "\($0.name.uppercased()) \(path.name)" }
        }
        #expect(Set(listed) == Set(Contract.centralTSM.routes.map { "\($0.method.rawValue) \($0.path)" }))
        #expect(listed.count == Contract.centralTSM.routes.count)
        #expect(Set(Contract.centralTSM.routes.map(\.operationID)).count == Contract.centralTSM.routes.count)
    }

    @Test(
        "every parameter in braces is declared, and every declared one stands in braces",
        arguments: Contract.centralTSM.routes)
    func pathParameters(route: APIRoute) {
        let inPath = route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
            String($0.dropFirst().dropLast())
        }
        #expect(inPath == route.parameters.filter { $0.place == .path }.map(\.name))
    }

    @Test(
        "every request, answer and problem has an example that passes its schema", arguments: Contract.centralTSM.routes
    )
    func examples(route: APIRoute) throws {
        try route.request?.check(try #require(route.request?.example))
        try route.response.check(route.response.example)
        let operation = try #require(document["paths"]?[route.path]?[route.method.rawValue.lowercased()])
        for response in try #require(operation["responses"]?.members) where response.name >= "400" {
            let example = try #require(response.value["content"]?[Problem.mediaType]?["example"])
            try Problem.schema.check(example)
        }
    }

    @Test("mutations ask for an Idempotency-Key, other requests do not", arguments: Contract.centralTSM.routes)
    func idempotencyKeys(route: APIRoute) throws {
        let operation = try #require(document["paths"]?[route.path]?[route.method.rawValue.lowercased()])
        let names = (operation["parameters"]?.elements ?? []).compactMap { $0["name"]?.string }
        #expect(names.contains("Idempotency-Key") == route.isMutation)
        #expect(route.method == .post || !route.isMutation)
    }

    @Test("the document is JSON and declares OpenAPI 3.1")
    func text() throws {
        #expect(try JSONValue(parsing: OpenAPIDocument(.centralTSM).text.utf8) == document)
        #expect(document["openapi"] == "3.1.0")
    }

    private func references(in value: JSONValue) -> Set<String> {
        switch value {
        case .object(let members):
            members.reduce(into: []) { found, member in
                if member.name == "$ref", let target = member.value.string {
                    found.insert(target.replacing("#/components/schemas/", with: ""))
                }
                found.formUnion(references(in: member.value))
            }
        case .array(let elements): elements.reduce(into: []) { $0.formUnion(references(in: $1)) }
        default: []
        }
    }
}

extension APIRoute: CustomTestStringConvertible {
    public var testDescription: String { operationID }
}
