import HummingbirdTesting
import ISO7816
import SERAM
import SeneschalAPI
import Testing
import TrustedServiceManager

@Suite("Communications over HTTP")
struct CommunicationTests {
    private func opened(_ server: TestServer, _ client: any TestClientProtocol) async throws -> String {
        let answer = try await client.post("/tsm/v1/communications", Bodies.begin(), as: server.bank)
        #expect(answer.status == 200, "\(answer.json.text)")
        return try #require(answer.json["communicationId"]?.string)
    }

    @Test("TSM-08: begin answers identifier, bearer, limits, format and duration")
    func begin() async throws {
        let server = try await TestServer()
        try await server.prepareSecurityDomain()
        try await server.test { client in
            let answer = try await client.post("/tsm/v1/communications", Bodies.begin(), as: server.bank)
            #expect(
                answer.json.with("communicationId", nil) == [
                    "maxScriptSize": 65_536, "maxScripts": 16, "otaBearer": "North", "permittedSeconds": 600,
                    "scriptFormat": "COMPACT", "status": "success",
                ])
            try API.BeginCommunicationResponse.schema.check(answer.json)
        }
    }

    @Test("begin for an application that is not the provider's is refused")
    func foreignTarget() async throws {
        let server = try await TestServer()
        try await server.prepareSecurityDomain()
        try await server.test { client in
            try await client.post("/tsm/v1/communications", Bodies.begin(target: "A000000151000000"), as: server.bank)
                .expect(.notFound, field: "targetAID")
        }
    }

    @Test("TSM-09: the identifier of an ended communication is of no more use")
    func ended() async throws {
        let server = try await TestServer()
        try await server.prepareSecurityDomain()
        try await server.test { client in
            let path = "/tsm/v1/communications/\(try await opened(server, client))"
            let end = try await client.post("\(path)/end", ["operationStatus": "success"], as: server.bank)
            #expect(end.json == ["operation": "personalization", "scriptsRun": 0, "status": "success"])
            try await client.post("\(path)/end", ["operationStatus": "success"], as: server.bank)
                .expect(.communicationEnded)
            try await client.post("\(path)/scripts", Bodies.script("00A40400"), as: server.bank)
                .expect(.communicationEnded)
        }
    }

    @Test("a communication whose permitted time is over has expired")
    func expired() async throws {
        let server = try await TestServer()
        try await server.prepareSecurityDomain()
        try await server.test { client in
            let path = "/tsm/v1/communications/\(try await opened(server, client))/scripts"
            server.clock.advance(by: 599)
            try await client.post(path, Bodies.relayed, as: server.bank).expect(.unreachable)
            server.clock.advance(by: 1)
            try await client.post(path, Bodies.relayed, as: server.bank).expect(.communicationExpired)
        }
    }

    @Test("TSM-10: a script before begin fails, and so does one in another provider's communication")
    func unknown() async throws {
        let server = try await TestServer()
        try await server.prepareSecurityDomain()
        try await server.test { client in
            try await client.post("/tsm/v1/communications/0/scripts", Bodies.script("00A40400"), as: server.bank)
                .expect(.notFound, field: "communicationId")
            let path = "/tsm/v1/communications/\(try await opened(server, client))/scripts"
            try await client.post(path, Bodies.script("00A40400"), as: server.shop)
                .expect(.notFound, field: "communicationId")
        }
    }

    @Test("TSM-21: a command that the policy forbids is refused by its index, and nothing is sent")
    func refusedCommand() async throws {
        let server = try await TestServer()
        try await server.prepareSecurityDomain()
        let (remote, session) = try await server.attachAgent()
        try await server.test { client in
            let path = "/tsm/v1/communications/\(try await opened(server, client))/scripts"
            // LOAD is not among the commands of scripts.
            try await client.post(path, Bodies.script("80CA006600", "80E80000020102"), as: server.bank)
                .expect(.commandRefused, field: "apdus[1]")
            let order = try await remote.exchange(
                sessionID: session, agent: try SecureElementIdentifier(value: TestServer.seID),
                report: .polling(lastOrderNumber: 0))
            #expect(order.ramCommands == nil)
        }
    }

    @Test("a script larger than granted is refused as a whole")
    func tooLarge() async throws {
        let server = try await TestServer()
        try await server.prepareSecurityDomain()
        try await server.test { client in
            let path = "/tsm/v1/communications/\(try await opened(server, client))/scripts"
            let command = "80E28800FF" + String(repeating: "00", count: 255)
            let script: JSONValue = ["apdus": .array(Array(repeating: .string(command), count: 255))]
            try await client.post(path, script, as: server.bank).expect(.scriptTooLarge, field: "apdus")
        }
    }

    @Test("a card without an agent is unreachable: 503 with Retry-After, and nothing was executed")
    func unreachable() async throws {
        let server = try await TestServer()
        try await server.preparePersonalizedService()
        try await server.test { client in
            try await client.post("/tsm/v1/activations", Bodies.service, as: server.bank).expect(.unreachable)
        }
    }

    @Test(
        "an order that was handed over and not reported on has an unknown outcome; the number of the execution is told")
    func unknownOutcome() async throws {
        let server = try await TestServer(
            limits: RemoteAgentLimits(longPollSeconds: 5, reportSeconds: 5, connectSeconds: 0))
        try await server.preparePersonalizedService()
        let (remote, session) = try await server.attachAgent()
        async let order = remote.exchange(
            sessionID: session, agent: try SecureElementIdentifier(value: TestServer.seID),
            report: .polling(lastOrderNumber: 0))
        try await server.test { client in
            let answer = try await client.post("/tsm/v1/activations", Bodies.service, as: server.bank)
            answer.expect(.unknownOutcome)
            #expect(answer.json["execution"] == 1)
        }
        #expect(try await order.orderNumber == 1)
    }

    @Test("activation of a service that is not personalized is refused by its state")
    func wrongState() async throws {
        let server = try await TestServer()
        try await server.preparePersonalizedService(.prePersonalized)
        try await server.test { client in
            try await client.post("/tsm/v1/activations", Bodies.service, as: server.bank).expect(.wrongState)
        }
    }

    @Test("TSM-16: an expired secure element is refused with its reasons")
    func ineligible() async throws {
        let server = try await TestServer()
        server.clock.advance(by: 1_000_000_000)
        try await server.test { client in
            let answer = try await client.post("/tsm/v1/pre-personalizations", Bodies.service, as: server.bank)
            answer.expect(.ineligible)
            #expect(answer.json["reasons"]?[0]?["code"] == "secureElementExpired")
        }
    }
}
