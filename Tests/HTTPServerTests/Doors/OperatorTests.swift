import HummingbirdTesting
import SeneschalAPI
import Testing

enum Registrations {
    static func secureElement(_ value: String, network: String = "North") -> JSONValue {
        [
            "seId": ["type": "cin", "value": .init(value)], "mnoName": .init(network), "profileId": "embedded-500",
            "seType": "eSE", "standard": ["name": "GlobalPlatform", "version": "2.3.1"], "certificationLevel": 5,
            "expiry": "2031-12-31T23:59:59Z",
            "centralSecurityDomain": [
                "aid": "A000000151000000", "masterKeyIndex": 1, "keyVersionNumber": 48,
                "keyDiversificationData": "00010203040506070809", "sequenceCounter": 0, "scp03Implementation": 112,
            ],
        ]
    }
}

@Suite("The operator's door")
struct OperatorTests {
    @Test("a registered secure element stands in the list as it was registered, and its agent may come")
    func secureElement() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let registration = Registrations.secureElement("45434E0000000002")
            let answer = try await client.post("/operator/v1/secure-elements", registration, as: server.operator)
            #expect(answer.status == 201)
            try API.RegisterSecureElementResponse.schema.check(answer.json)
            let list = try await client.get("/operator/v1/secure-elements", as: server.operator)
            #expect(list.json["items"]?.elements?.count == 2)
            let item = try #require(list.json["items"]?[1])
            for member in try #require(registration.members) {
                #expect(item[member.name].map(sorted) == sorted(member.value), "\(member.name)")
            }
            let session = try await client.post(
                "/networks/North/gp/seram/order", [:], as: try #require(answer.json["agentSecret"]?.string))
            #expect(session.status == 201)
        }
    }

    @Test("a secure element of a network that is not registered is refused, naming the field")
    func unknownNetwork() async throws {
        let server = try await TestServer()
        try await server.test { client in
            try await client.post(
                "/operator/v1/secure-elements", Registrations.secureElement("45434E0000000002", network: "South"),
                as: server.operator
            ).expect(.notFound, field: "mnoName")
            try await client.post(
                "/operator/v1/secure-elements", Registrations.secureElement(TestServer.seID), as: server.operator
            ).expect(.duplicate)
        }
    }

    @Test("a provider's registration answers a credential that opens the provider's door, and only digests are kept")
    func provider() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let answer = try await client.post(
                "/operator/v1/providers", ["name": "Transit", "transportKey": .init(TestServer.transportKey)],
                as: server.operator)
            try API.RegisterServiceProviderResponse.schema.check(answer.json)
            let secret = try #require(answer.json["secret"]?.string)
            #expect(
                try await client.post("/tsm/v1/secure-element-identifier", ["msi": Bodies.msi], as: secret).status
                    == 200)
            let list = try await client.get("/operator/v1/providers", as: server.operator)
            #expect(!list.json.text.contains(secret))
        }
    }

    @Test("a transport key that is none is refused, naming the field")
    func transportKey() async throws {
        let server = try await TestServer()
        let pem = "-----BEGIN PUBLIC KEY-----\n\(String(repeating: "A", count: 64))\n-----END PUBLIC KEY-----\n"
        try await server.test { client in
            for path in ["/operator/v1/providers", "/operator/v1/card-batches"] {
                let name = path.hasSuffix("providers") ? "name" : "label"
                try await client.post(
                    path, .object([JSONMember(name, "x"), JSONMember("transportKey", .string(pem))]),
                    as: server.operator
                ).expect(.invalidField, field: "transportKey")
            }
        }
    }

    @Test("lists are cut into pages that follow each other without gap or overlap")
    func pages() async throws {
        let server = try await TestServer()
        try await server.test { client in
            for name in ["A", "B", "C", "D"] {
                _ = try await client.post("/operator/v1/networks", ["name": .init(name)], as: server.operator)
            }
            var names: [String] = []
            var query = "?limit=2"
            while true {
                let page = try await client.get("/operator/v1/networks\(query)", as: server.operator)
                names += (page.json["items"]?.elements ?? []).compactMap { $0["name"]?.string }
                guard let next = page.json["next"]?.string else { break }
                query = "?limit=2&after=\(next.percentEncoded)"
            }
            #expect(names == ["A", "B", "C", "D", "North"])
            for value in 2...5 {
                _ = try await client.post(
                    "/operator/v1/secure-elements", Registrations.secureElement("45434E000000000\(value)"),
                    as: server.operator)
            }
            let first = try await client.get("/operator/v1/secure-elements?limit=3", as: server.operator)
            #expect(first.json["items"]?.elements?.count == 3)
            let next = try #require(first.json["next"]?.string)
            #expect(next == "cin:45434E0000000003")
            let second = try await client.get("/operator/v1/secure-elements?limit=3&after=\(next)", as: server.operator)
            #expect(second.json["items"]?.elements?.count == 2)
            #expect(second.json["next"] == nil)
        }
    }

    @Test("services, subscriptions, communications, executions and the audit trail can be read")
    func lists() async throws {
        let server = try await TestServer()
        try await server.preparePersonalizedService()
        try await server.test { client in
            _ = try await client.post("/tsm/v1/communications", Bodies.begin(), as: server.bank)
            _ = try await client.post("/tsm/v1/activations", Bodies.service, as: server.bank)
            for (path, schema) in [
                ("services", API.Page<API.Service>.schema),
                ("subscriptions?seId=cin:\(TestServer.seID)", API.Page<API.Subscription>.schema),
                ("communications", API.Page<API.Communication>.schema),
                ("executions", API.Page<API.Execution>.schema), ("audit", API.Page<API.AuditEntry>.schema),
            ] {
                let answer = try await client.get("/operator/v1/\(path)", as: server.operator)
                try schema.check(answer.json)
                #expect(answer.json["items"]?.elements?.isEmpty == false, "\(path)")
            }
        }
    }

    @Test("reconciliation of an unknown card is refused, of one without an agent too")
    func reconciliation() async throws {
        let server = try await TestServer()
        try await server.test { client in
            try await client.post("/operator/v1/secure-elements/cin:00000000/reconciliation", [:], as: server.operator)
                .expect(.notFound, field: "seId")
            try await client.post(
                "/operator/v1/secure-elements/cin:\(TestServer.seID)/reconciliation", [:], as: server.operator
            ).expect(.unreachable)
        }
    }

    private func sorted(_ value: JSONValue) -> JSONValue {
        guard case .object(let members) = value else { return value }
        return .object(members.map { JSONMember($0.name, sorted($0.value)) }.sorted { $0.name < $1.name })
    }
}
