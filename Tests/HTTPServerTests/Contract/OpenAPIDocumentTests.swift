public import SeneschalAPI
public import Testing

@Suite("The OpenAPI document")
struct OpenAPIDocumentTests {
    @Test("every schema that is named exists, and every schema that exists is named", arguments: Contract.all)
    func references(contract: Contract) throws {
        let document = OpenAPIDocument(contract).value
        let defined = Set(try #require(document["components"]?["schemas"]?.members).map(\.name))
        let referenced = references(in: document)
        #expect(referenced == defined)
        #expect(defined.contains("Problem"))
    }

    @Test(
        "every route stands in the document once, under its path and method, and nothing else does",
        arguments: Contract.all)
    func routes(contract: Contract) throws {
        let document = OpenAPIDocument(contract).value
        let paths = try #require(document["paths"]?.members)
        let listed = paths.flatMap { path in
            (path.value.members ?? []).map { "\($0.name.uppercased()) \(path.name)" }
        }
        #expect(Set(listed) == Set(contract.routes.map { "\($0.method.rawValue) \($0.path)" }))
        #expect(listed.count == contract.routes.count)
        #expect(Set(contract.routes.map(\.operationID)).count == contract.routes.count)
    }

    @Test(
        "every parameter in braces is declared, and every declared one stands in braces",
        arguments: Contract.all.flatMap(\.routes))
    func pathParameters(route: APIRoute) {
        let inPath = route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
            String($0.dropFirst().dropLast())
        }
        #expect(inPath == route.parameters.filter { $0.place == .path }.map(\.name))
    }

    @Test(
        "every request, answer and problem has an example that passes its schema", arguments: Contract.all)
    func examples(contract: Contract) throws {
        let document = OpenAPIDocument(contract).value
        for route in contract.routes { try expectExamples(of: route, in: document) }
    }

    private func expectExamples(of route: APIRoute, in document: JSONValue) throws {
        try route.request?.check(try #require(route.request?.example))
        try route.response.check(route.response.example)
        let operation = try #require(document["paths"]?[route.path]?[route.method.rawValue.lowercased()])
        for response in try #require(operation["responses"]?.members) where response.name >= "400" {
            let example = try #require(response.value["content"]?[Problem.mediaType]?["example"])
            try Problem.schema.check(example)
        }
    }

    @Test("mutations ask for an Idempotency-Key, other requests do not", arguments: Contract.all)
    func idempotencyKeys(contract: Contract) throws {
        let document = OpenAPIDocument(contract).value
        for route in contract.routes { try expectIdempotencyKey(of: route, in: document) }
    }

    private func expectIdempotencyKey(of route: APIRoute, in document: JSONValue) throws {
        let operation = try #require(document["paths"]?[route.path]?[route.method.rawValue.lowercased()])
        let names = (operation["parameters"]?.elements ?? []).compactMap { $0["name"]?.string }
        #expect(names.contains("Idempotency-Key") == route.isMutation)
        #expect(route.method == .post || !route.isMutation)
    }

    @Test("the document is JSON and declares OpenAPI 3.1", arguments: Contract.all)
    func text(contract: Contract) throws {
        let document = OpenAPIDocument(contract).value
        #expect(try JSONValue(parsing: OpenAPIDocument(contract).text.utf8) == document)
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

extension Contract: CustomTestStringConvertible {
    public var testDescription: String { title }
}

extension APIRoute: CustomTestStringConvertible {
    public var testDescription: String { operationID }
}
