import HTTPTypes
import HummingbirdTesting
import SeneschalAPI
import Testing

@Suite("What a body must be before anybody acts on it")
struct BodyTests {
    private let path = "/tsm/v1/secure-element-identifier"

    @Test("a body that is not declared as JSON is refused; a charset may be named")
    func mediaType() async throws {
        let server = try await TestServer()
        let body = Array(JSONValue.object([JSONMember("msi", Bodies.msi)]).text.utf8)
        try await server.test { client in
            for type in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
                #expect(try await client.send(.post, path, body, as: server.bank, type: type).status == 200, "\(type)")
            }
            for type in ["text/plain", "application/xml", "", nil] {
                try await client.send(.post, path, body, as: server.bank, type: type).expect(.unsupportedMediaType)
            }
        }
    }

    @Test("a body of 1 MiB is read, one byte more is not")
    func size() async throws {
        let server = try await TestServer()
        let padding = APIRoute.bodyBytesMax - "{\"msi\":\(Bodies.msi.text)}".utf8.count
        let largest = Array("{\"msi\":\(Bodies.msi.text)\(String(repeating: " ", count: padding))}".utf8)
        #expect(largest.count == 1_048_576)
        try await server.test { client in
            #expect(try await client.send(.post, path, largest, as: server.bank).status == 200)
            try await client.send(.post, path, largest + [0x20], as: server.bank).expect(.bodyTooLarge)
        }
    }

    @Test(
        "a body that is not JSON is refused with the place",
        arguments: ["", "{", "{\"msi\":}", "[1,]", "{\"a\":1,\"a\":2}", "\u{FEFF}{}"])
    func malformed(text: String) async throws {
        let server = try await TestServer()
        try await server.test { client in
            let answer = try await client.send(.post, path, Array(text.utf8), as: server.bank)
            answer.expect(.malformedJSON)
            #expect(answer.json["detail"]?.string?.contains("at byte") == true)
        }
    }

    @Test("an unknown member is refused, naming it", arguments: Contract.centralTSM.routes.filter { $0.isMutation })
    func unknownMember(route: APIRoute) async throws {
        let server = try await TestServer()
        let secret = route.audience == .operator ? server.operator : server.bank
        let example = try #require(route.request?.example)
        try await server.test { client in
            try await client.post(route.examplePath, example.with("surprise", 1), as: secret)
                .expect(.unknownMember, field: "surprise")
        }
    }

    @Test("a missing member is refused, naming it with its way")
    func missingMember() async throws {
        let server = try await TestServer()
        try await server.test { client in
            try await client.post(path, ["msi": ["type": "mdn"]], as: server.bank)
                .expect(.missingMember, field: "msi.value")
        }
    }

    @Test("malformed hex is refused, naming the command")
    func malformedHex() async throws {
        let server = try await TestServer()
        try await server.test { client in
            let script = Bodies.script("00A40400", "80CA0066", "80CA0066", "80CA006Z")
            try await client.post("/tsm/v1/communications/0/scripts", script, as: server.bank)
                .expect(.invalidField, field: "apdus[3]")
            try await client.post(
                "/tsm/v1/provisionings", Bodies.service.with("personalize", ["apdus": ["00A40400", "80CA0"]]),
                as: server.bank
            ).expect(.invalidField, field: "personalize.apdus[1]")
        }
    }

    @Test("hex that is no command APDU is refused, naming the command")
    func malformedCommand() async throws {
        let server = try await TestServer()
        try await server.test { client in
            // Lc says five bytes, four follow.
            let script = Bodies.script("00A40400", "80E280000511223344")
            try await client.post("/tsm/v1/communications/0/scripts", script, as: server.bank)
                .expect(.invalidField, field: "apdus[1]")
        }
    }

    @Test(
        "a value that the directory cannot hold is refused, naming the field",
        arguments: [
            (["msi": ["type": "mdn", "value": "12345"]], "msi.value"),
            (["msi": ["type": "mdn", "value": "1234567890123456"]], "msi.value"),
            (["msi": ["type": "imsi", "value": "12345a"]], "msi.value"),
            (["msi": ["type": "imei", "value": "123456"]], "msi.type"),
        ] as [(JSONValue, String)])
    func invalidValues(body: JSONValue, field: String) async throws {
        let server = try await TestServer()
        try await server.test { client in
            try await client.post(path, body, as: server.bank).expect(.invalidField, field: field)
        }
    }
}
