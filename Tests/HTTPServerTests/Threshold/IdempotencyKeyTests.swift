import HTTPTypes
import HummingbirdTesting
import NIOCore
import SeneschalAPI
import Testing
import TrustedServiceManager

@Suite("The Idempotency-Key")
struct IdempotencyKeyTests {
    @Test(
        "a mutation without a key is refused with the next step; other requests need none",
        arguments: Contract.centralTSM.routes.filter { $0.method == .post })
    func missing(route: APIRoute) async throws {
        let server = try await TestServer()
        let secret = [.operator: server.operator, .agent: server.agent, .serviceProvider: server.bank][route.audience]
        try await server.test { client in
            let answer = try await client.post(route.examplePath, [:], as: secret, key: nil)
            #expect((answer.code == "idempotencyKeyMissing") == route.isMutation)
            guard route.isMutation else { return }
            answer.expect(.idempotencyKeyMissing)
            #expect(answer.json["nextStep"]?.string?.contains("Idempotency-Key") == true)
        }
    }

    @Test("a key has 1 to 128 printable characters, once")
    func form() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let path = "/operator/v1/networks"
            for key in [String(repeating: "k", count: 128), "k", "~!"] {
                #expect(
                    try await client.post(path, ["name": .init("N\(key.count)")], as: server.operator, key: key).status
                        == 201)
            }
            for key in [String(repeating: "k", count: 129), "a b", "é", ""] {
                try await client.post(path, ["name": "South"], as: server.operator, key: key)
                    .expect(.idempotencyKeyInvalid)
            }
            var headers: HTTPFields = [.authorization: "Bearer \(server.operator)", .contentType: "application/json"]
            let name = try #require(HTTPField.Name("Idempotency-Key"))
            headers.append(HTTPField(name: name, value: "a"))
            headers.append(HTTPField(name: name, value: "b"))
            let twice = try await client.execute(
                uri: path, method: .post, headers: headers, body: .init(string: "{\"name\":\"South\"}"))
            #expect(twice.status == .badRequest)
        }
    }

    @Test("the same key with the same request gets the first answer, and nothing happens twice")
    func repetition() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let body: JSONValue = ["name": "Transit", "transportKey": .init(TestServer.transportKey)]
            let first = try await client.post("/operator/v1/providers", body, as: server.operator, key: "k1")
            let again = try await client.post("/operator/v1/providers", body, as: server.operator, key: "k1")
            #expect(first.status == 201)
            #expect(again.json == first.json)
            let other = try await client.post("/operator/v1/providers", body, as: server.operator, key: "k2")
            other.expect(.duplicate)
            let list = try await client.get("/operator/v1/providers", as: server.operator)
            #expect(list.json["items"]?.elements?.count == 3)
        }
    }

    @Test("the same key with another body, or at another path, is a conflict")
    func conflict() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let path = "/operator/v1/networks"
            _ = try await client.post(path, ["name": "South"], as: server.operator, key: "k1")
            try await client.post(path, ["name": "East"], as: server.operator, key: "k1").expect(.idempotencyConflict)
            try await client.post(
                "/operator/v1/card-batches", ["label": "b", "transportKey": .init(TestServer.transportKey)],
                as: server.operator, key: "k1"
            ).expect(.idempotencyConflict)
            #expect(try await client.get(path, as: server.operator).json["items"]?.elements?.count == 2)
        }
    }

    @Test("two operators may use the same key")
    func scopes() async throws {
        let server = try await TestServer()
        let second = try await server.desk.createOperatorCredential(name: "second")
        try await server.test { client in
            let south = try await client.post("/operator/v1/networks", ["name": "South"], as: server.operator, key: "k")
            let east = try await client.post("/operator/v1/networks", ["name": "East"], as: second, key: "k")
            #expect(south.status == 201 && east.status == 201)
        }
    }
}
