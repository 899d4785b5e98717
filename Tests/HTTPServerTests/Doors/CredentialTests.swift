import HummingbirdTesting
import SeneschalAPI
import Testing
import TrustedServiceManager

@Suite("Further credentials and the list of card batches")
struct CredentialTests {
    @Test("a further credential of a provider opens its door, and nothing once it has been revoked")
    func issueAndRevoke() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let issued = try await client.post(
                "/operator/v1/credentials",
                ["holder": ["type": "serviceProvider", "id": .init(server.bankID.rawValue)]], as: server.operator)
            #expect(issued.status == 201)
            try API.IssueCredentialResponse.schema.check(issued.json)
            let secret = try #require(issued.json["secret"]?.string)
            let id = try #require(issued.json["credential"]?["id"]?.string)
            let question: JSONValue = ["msi": Bodies.msi]
            #expect(try await client.post("/tsm/v1/secure-element-identifier", question, as: secret).status == 200)
            let list = try await client.get("/operator/v1/credentials", as: server.operator)
            #expect(!list.json.text.contains(secret))
            #expect(list.json["items"]?.elements?.contains { $0["id"]?.string == id } == true)
            let revoked = try await client.post(
                "/operator/v1/credentials/\(id)/revocation", [:], as: server.operator)
            #expect(revoked.json["revokedAt"] != nil)
            try await client.post("/tsm/v1/secure-element-identifier", question, as: secret)
                .expect(.credentialRevoked)
            #expect(
                try await client.post("/tsm/v1/secure-element-identifier", question, as: server.bank).status == 200,
                "the provider's other credential goes on")
        }
    }

    @Test("nobody who is not registered gets a credential, and the last operator's is not revoked")
    func refusals() async throws {
        let server = try await TestServer()
        try await server.test { client in
            try await client.post(
                "/operator/v1/credentials", ["holder": ["type": "serviceProvider", "id": "nobody"]],
                as: server.operator
            ).expect(.notFound, field: "holder")
            try await client.post(
                "/operator/v1/credentials", ["holder": ["type": "agent", "id": "cin:45434E00000000FF"]],
                as: server.operator
            ).expect(.notFound, field: "seId")
            let list = try await client.get("/operator/v1/credentials", as: server.operator)
            let own = try #require(
                list.json["items"]?.elements?.first { $0["holder"]?["type"]?.string == "operator" }?["id"]?.string)
            try await client.post("/operator/v1/credentials/\(own)/revocation", [:], as: server.operator)
                .expect(.wrongState)
            let second = try await client.post(
                "/operator/v1/credentials", ["holder": ["type": "operator", "id": "anna"]], as: server.operator)
            #expect(second.status == 201)
            #expect(
                try await client.post("/operator/v1/credentials/\(own)/revocation", [:], as: server.operator).status
                    == 200)
            try await client.get("/operator/v1/credentials", as: server.operator).expect(.credentialRevoked)
        }
    }

    @Test("the pages of credentials follow each other without gap or overlap")
    func pages() async throws {
        let server = try await TestServer()
        try await server.test { client in
            var ids: [String] = []
            var query = "?limit=1"
            while true {
                let page = try await client.get("/operator/v1/credentials\(query)", as: server.operator)
                ids += (page.json["items"]?.elements ?? []).compactMap { $0["id"]?.string }
                guard let next = page.json["next"]?.string else { break }
                query = "?limit=1&after=\(next)"
            }
            #expect(ids.count == 4 && Set(ids).count == 4)
        }
    }

    @Test("a card batch stands in the list under its label")
    func batches() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let list = try await client.get("/operator/v1/card-batches", as: server.operator)
            #expect(list.json["items"]?.elements?.compactMap { $0["label"]?.string } == ["batch"])
        }
    }

    @Test("a registration that contradicts its configuration is refused, naming the field")
    func configurations() async throws {
        let server = try await TestServer()
        @Sendable func registration(_ changes: [String: JSONValue]) -> JSONValue {
            let base = Registrations.secureElement("45434E0000000002")
            return .object((base.members ?? []) + changes.map { JSONMember($0.key, $0.value) })
        }
        let issuer = try #require(Registrations.secureElement("45434E0000000002")["centralSecurityDomain"])
        try await server.test { client in
            let path = "/operator/v1/secure-elements"
            try await client.post(path, registration(["issuerSecurityDomain": issuer]), as: server.operator)
                .expect(.invalidField, field: "issuerSecurityDomain")
            try await client.post(
                path, registration(["issuerSecurityDomain": issuer, "configuration": "uicc"]), as: server.operator
            ).expect(.invalidField, field: "issuerSecurityDomain.aid")
            try await client.post(path, registration(["managementRole": "thirdParty"]), as: server.operator)
                .expect(.invalidField, field: "managementRole")
            try await client.post(path, registration(["configuration": "fig9"]), as: server.operator)
                .expect(.invalidField, field: "configuration")
            let answer = try await client.post(
                path, registration(["configuration": "uicc"]), as: server.operator)
            #expect(answer.json["secureElement"]?["configuration"]?.string == "uicc")
            #expect(answer.json["secureElement"]?["lifeCycle"]?.string == "operational")
        }
    }
}
