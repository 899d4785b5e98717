import HTTPTypes
import HummingbirdTesting
import NIOCore
import SeneschalAPI
import Testing

/// An answer, read.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let json: JSONValue

    var code: String? { json["code"]?.string }
    var field: String? { json["field"]?.string }
}

extension TestClientProtocol {
    /// Sends JSON as a holder of `secret`; a mutation's key is new unless it is given.
    func post(
        _ path: String, _ body: JSONValue, as secret: String?, key: String? = "key-\(UInt64.random(in: .min ... .max))"
    ) async throws -> Answer {
        try await send(.post, path, Array(body.text.utf8), as: secret, key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    func get(_ path: String, as secret: String?) async throws -> Answer { try await send(.get, path, nil, as: secret) }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8]?, as secret: String?,
        _ fields: [String: String] = [:], type: String? = "application/json"
    ) async throws -> Answer {
        var headers = HTTPFields()
        if body != nil, let type { headers[.contentType] = type }
        if let secret { headers[.authorization] = "Bearer \(secret)" }
        for (name, value) in fields {
            headers.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
        }
        let response = try await execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
        let bytes = Array(buffer: response.body)
        return Answer(
            status: response.status.code, headers: response.headers,
            json: bytes.isEmpty ? .null : try JSONValue(parsing: bytes))
    }
}

extension Answer {
    /// Expects a problem as RFC 9457 wants it.
    func expect(_ code: ProblemCode, field: String? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.code == code.rawValue, "\(json.text)", sourceLocation: sourceLocation)
        #expect(status == code.status, sourceLocation: sourceLocation)
        #expect(json["status"] == .integer(code.status), sourceLocation: sourceLocation)
        #expect(json["type"] == .string("urn:seneschal:problem:\(code.rawValue)"), sourceLocation: sourceLocation)
        #expect(json["title"] == .string(code.title), sourceLocation: sourceLocation)
        #expect(headers[.contentType] == "application/problem+json", sourceLocation: sourceLocation)
        #expect(self.field == field, sourceLocation: sourceLocation)
        #expect(headers[.retryAfter] == code.retryAfterSeconds.map { "\($0)" }, sourceLocation: sourceLocation)
        #expect(throws: Never.self, sourceLocation: sourceLocation) { try Problem.schema.check(json) }
    }
}

/// The bodies of the tests, valid until a test says otherwise.
enum Bodies {
    static let msi: JSONValue = ["type": "mdn", "value": .init(TestServer.msi)]
    static let seId: JSONValue = ["type": "cin", "value": .init(TestServer.seID)]

    static let service: JSONValue = [
        "seId": seId, "msi": msi, "service": ["id": 7, "version": "1.0"],
        "qualifier": ["spName": "First Bank", "prn": "PRN-1"],
    ]

    static func begin(target: String = TestServer.securityDomain) -> JSONValue {
        .object(
            (service.members ?? []) + [
                JSONMember("targetAID", .string(target)), JSONMember("scriptFormat", "COMPACT"),
                JSONMember("scriptSize", 512), JSONMember("operation", "personalization"),
            ])
    }

    /// A script that opens a session by itself, as the provider's own keys want it.
    static let relayed = script("00A404000C\(TestServer.securityDomain)", "8050310008000102030405060700")

    static func script(_ apdus: String...) -> JSONValue { ["apdus": .array(apdus.map { .string($0) })] }
}

extension JSONValue {
    /// A string that is not a literal.
    init(_ string: String) { self = .string(string) }

    /// The object with one member set or removed.
    func with(_ name: String, _ value: JSONValue?) -> JSONValue {
        let rest = (members ?? []).filter { $0.name != name }
        return .object(rest + (value.map { [JSONMember(name, $0)] } ?? []))
    }
}
