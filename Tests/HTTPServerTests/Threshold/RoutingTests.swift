import HTTPTypes
import HummingbirdTesting
import SeneschalAPI
import Testing

@testable import HTTPServer

@Suite("Routes, paths and queries")
struct RoutingTests {
    @Test("the server registers every route of the contract, once, and no other")
    func registered() async throws {
        let registered = try await TestServer().server.doors().routes.map(\.operationID)
        #expect(Set(registered) == Set(Contract.centralTSM.routes.map(\.operationID)))
        #expect(registered.count == Contract.centralTSM.routes.count)
    }

    @Test("every path of the OpenAPI document leads somewhere", arguments: Contract.centralTSM.routes)
    func reachable(route: APIRoute) async throws {
        let server = try await TestServer()
        try await server.test { client in
            let answer = try await client.send(
                route.method == .get ? .get : .post, route.examplePath, nil, as: nil)
            #expect(answer.code != "noSuchRoute" && answer.code != "methodNotAllowed")
        }
    }

    @Test("the served document is the one that is checked")
    func served() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let answer = try await client.get("/openapi.json", as: nil)
            #expect(answer.status == 200)
            #expect(answer.json == OpenAPIDocument(.centralTSM).value)
        }
    }

    @Test("a path that does not exist and a method that it does not take are told apart")
    func unknown() async throws {
        let server = try await TestServer()
        try await server.test { client in
            for path in ["/", "/tsm", "/tsm/v1/communications/1/2/3", "/tsm/v2/activations", "/operator/v1"] {
                try await client.get(path, as: server.operator).expect(.noSuchRoute)
            }
            let wrong = try await client.get("/tsm/v1/activations", as: server.bank)
            wrong.expect(.methodNotAllowed)
            #expect(wrong.headers[.allow] == "POST")
            let both = try await client.send(.delete, "/operator/v1/networks", nil, as: server.operator)
            both.expect(.methodNotAllowed)
            #expect(both.headers[.allow] == "POST, GET")
        }
    }

    @Test("a query parameter that is unknown, missing or out of range is refused, naming it")
    func queries() async throws {
        let server = try await TestServer()
        try await server.test { client in
            func list(_ query: String) async throws -> Answer {
                try await client.get("/operator/v1/networks?\(query)", as: server.operator)
            }
            for valid in ["limit=1", "limit=500", "after=A", "after=A&limit=3"] {
                #expect(try await list(valid).status == 200, "\(valid)")
            }
            for (query, field) in [
                ("limit=0", "limit"), ("limit=501", "limit"), ("limit=x", "limit"), ("limit=", "limit"),
                ("offset=1", "offset"),
            ] {
                try await list(query).expect(.malformedQuery, field: field)
            }
            try await client.get("/operator/v1/subscriptions", as: server.operator)
                .expect(.malformedQuery, field: "seId")
            try await client.get("/operator/v1/subscriptions?seId=45434E0000000001", as: server.operator)
                .expect(.invalidField, field: "seId")
        }
    }

    @Test("every answer names its request, and a problem points to it")
    func requestIDs() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let name = Reception.requestID
            let good = try await client.get("/health", as: nil)
            let bad = try await client.get("/nowhere", as: nil)
            #expect(good.headers[name]?.isEmpty == false)
            #expect(good.headers[name] != bad.headers[name])
            #expect(bad.json["instance"]?.string == "/requests/\(bad.headers[name] ?? "")")
        }
    }
}
