import HummingbirdTesting
import SeneschalAPI
import Testing
import TrustedServiceManager

@Suite("Asking for SE identifier and SE data")
struct QueryTests {
    @Test("TSM-01: SE data for an MSI has all its fields and echoes the MSI")
    func data() async throws {
        let server = try await TestServer()
        try await server.prepareSecurityDomain()
        try await server.test { client in
            let answer = try await client.post(
                "/tsm/v1/secure-element-data", ["msi": Bodies.msi, "requestId": "r-1"], as: server.bank, key: nil)
            #expect(answer.status == 200)
            let data = try #require(answer.json["seData"])
            try API.SecureElementDataResponse.schema.check(answer.json)
            #expect(answer.json["msi"] == Bodies.msi)
            #expect(answer.json["requestId"] == "r-1")
            #expect(data["seId"] == Bodies.seId)
            #expect(data["mnoName"] == "North")
            #expect(data["profileId"] == "embedded-500")
            #expect(data["seType"] == "eSE")
            #expect(data["standard"] == ["name": "GlobalPlatform", "version": "2.3.1"])
            #expect(data["certificationLevel"] == 5)
            #expect(data["expiry"] == "2031-12-31T23:59:59Z")
            #expect(data["spData"]?["securityDomain"]?["aid"] == .init(TestServer.securityDomain))
            #expect(data["spData"]?["securityDomain"]?["keyCustody"] == "provider")
        }
    }

    @Test("TSM-01: another provider sees its own data only")
    func otherProvider() async throws {
        let server = try await TestServer()
        try await server.prepareSecurityDomain()
        try await server.test { client in
            let bank = try await client.post("/tsm/v1/secure-element-data", ["msi": Bodies.msi], as: server.bank)
            let shop = try await client.post("/tsm/v1/secure-element-data", ["msi": Bodies.msi], as: server.shop)
            #expect(shop.json["seData"]?["spData"]?["securityDomain"] == nil)
            #expect(shop.json["seData"]?["masterKeyIndex"] != bank.json["seData"]?["masterKeyIndex"])
        }
    }

    @Test("TSM-02: an unknown MSI is a failure without data")
    func unknown() async throws {
        let server = try await TestServer()
        try await server.test { client in
            for path in ["/tsm/v1/secure-element-identifier", "/tsm/v1/secure-element-data"] {
                let answer = try await client.post(
                    path, ["msi": ["type": "mdn", "value": "491799999999"]], as: server.bank)
                answer.expect(.notFound, field: "msi")
                #expect(answer.json["seData"] == nil)
            }
        }
    }

    @Test("TSM-03: the two-request form gives the same data; a pair that does not belong together fails")
    func twoRequests() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let one = try await client.post("/tsm/v1/secure-element-data", ["msi": Bodies.msi], as: server.bank)
            let id = try await client.post("/tsm/v1/secure-element-identifier", ["msi": Bodies.msi], as: server.bank)
            #expect(id.json["seId"] == Bodies.seId)
            let two = try await client.post(
                "/tsm/v1/secure-element-data", ["msi": Bodies.msi, "seId": try #require(id.json["seId"])],
                as: server.bank)
            #expect(two.json == one.json)
            let unknown = try await client.post(
                "/tsm/v1/secure-element-data",
                ["msi": Bodies.msi, "seId": ["type": "cin", "value": "45434E0000000002"]], as: server.bank)
            unknown.expect(.notFound, field: "seId")
            _ = try await client.post(
                "/operator/v1/secure-elements", Registrations.secureElement("45434E0000000002"), as: server.operator)
            let foreign = try await client.post(
                "/tsm/v1/secure-element-data",
                ["msi": Bodies.msi, "seId": ["type": "cin", "value": "45434E0000000002"]], as: server.bank)
            foreign.expect(.mismatch, field: "msi")
        }
    }

    @Test("TSM-04, TSM-05: a network named in the MSI decides nothing")
    func networkInMSI() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let answer = try await client.post(
                "/tsm/v1/secure-element-data", ["msi": Bodies.msi.with("mno", "South")], as: server.bank)
            #expect(answer.json["seData"]?["mnoName"] == "North")
        }
    }

    @Test("the status of a service is told to its provider, and to no other")
    func status() async throws {
        let server = try await TestServer()
        try await server.preparePersonalizedService(.active)
        try await server.test { client in
            let answer = try await client.post("/tsm/v1/service-status", Bodies.service, as: server.bank)
            #expect(answer.json["serviceStatus"] == "active")
            try await client.post("/tsm/v1/service-status", Bodies.service, as: server.shop)
                .expect(.invalidField, field: "qualifier.spName")
            try await client.post(
                "/tsm/v1/service-status",
                Bodies.service.with("qualifier", ["spName": "Shop", "prn": "PRN-1"]), as: server.shop
            ).expect(.notFound, field: "qualifier")
        }
    }
}
