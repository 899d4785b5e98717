import HTTPTypes
import HummingbirdTesting
import SeneschalAPI
import Storage
import Testing
import TrustedServiceManager

@Suite("Access: every door opens to its own audience only")
struct AccessTests {
    @Test(
        "without a credential, with a foreign, an unknown or a revoked one, a door stays shut",
        arguments: Contract.centralTSM.routes
    )
    func matrix(route: APIRoute) async throws {
        let server = try await TestServer()
        let revoked = try await server.desk.createOperatorCredential(name: "gone")
        try await server.store.commit([.revokeCredential(digest: OperatorDesk.digest(of: revoked), at: 1)])
        let holders: [(String?, APIRoute.Audience?)] = [
            (nil, nil), ("no-such-secret-at-all", nil), (server.bank, .serviceProvider),
            (server.operator, .operator), (server.agent, .agent),
        ]
        try await server.test { client in
            for (secret, audience) in holders {
                let answer = try await client.send(
                    route.method == .get ? .get : .post, route.examplePath, route.method == .get ? nil : [],
                    as: secret)
                if route.audience == .anyone || audience == route.audience {
                    #expect(answer.status != 401 && answer.code != "forbidden", "\(answer.json.text)")
                } else {
                    answer.expect(audience == nil ? .unauthenticated : .forbidden)
                }
            }
            guard route.audience != .anyone else { return }
            let answer = try await client.send(
                route.method == .get ? .get : .post, route.examplePath, route.method == .get ? nil : [], as: revoked)
            answer.expect(.credentialRevoked)
            #expect(answer.headers[.wwwAuthenticate] == "Bearer")
        }
    }

    @Test("only one Authorization field of scheme Bearer counts; the scheme may be written in any case")
    func authorizationField() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let path = "/operator/v1/networks"
            for value in ["bearer \(server.operator)", "BEARER  \(server.operator)"] {
                #expect(try await client.send(.get, path, nil, as: nil, ["Authorization": value]).status == 200)
            }
            for value in ["Basic \(server.operator)", server.operator, "Bearer", "Bearer a \(server.operator)", ""] {
                try await client.send(.get, path, nil, as: nil, ["Authorization": value]).expect(.unauthenticated)
            }
            try await client.send(
                .get, path, nil, as: server.operator, ["Authorization": "Bearer \(server.operator)"]
            ).expect(.unauthenticated)
        }
    }

    @Test("a request that names another service provider than its credential's is refused")
    func claimedProvider() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let own: JSONValue = ["msi": Bodies.msi, "spTsmId": .init(server.bankID.rawValue)]
            for path in ["/tsm/v1/secure-element-identifier", "/tsm/v1/secure-element-data"] {
                #expect(try await client.post(path, own, as: server.bank).status == 200)
                try await client.post(path, own, as: server.shop).expect(.forbidden, field: "spTsmId")
            }
        }
    }
}

extension APIRoute {
    /// The path, with parameters that nothing is registered under.
    var examplePath: String {
        var values = ["communicationId": "0", "seId": "cin:00000000", "network": "North"]
        values["sessionId"] = "0"
        values["credentialId"] = String(repeating: "0", count: 64)
        let query = parameters.filter { $0.place == .query && $0.isRequired }
            .map { "\($0.name)=\(values[$0.name] ?? "")" }.joined(separator: "&")
        return (path(values) ?? path) + (query.isEmpty ? "" : "?\(query)")
    }
}
