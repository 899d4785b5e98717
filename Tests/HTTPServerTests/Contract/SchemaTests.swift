import SeneschalAPI
import Testing

@Suite("Checking a message against its schema")
struct SchemaTests {
    private let script = API.ProcessScriptRequest.schema

    @Test("a member that does not belong there is named")
    func unknownMember() throws {
        let violation = #expect(throws: SchemaViolation.self) {
            try script.check(["apdus": ["00A40400"], "apdu": "00A40400"])
        }
        #expect(violation?.kind == .unknownMember)
        #expect(violation?.field == "apdu")
    }

    @Test("a member that does not belong into an inner object is named with its way")
    func unknownInnerMember() throws {
        let violation = #expect(throws: SchemaViolation.self) {
            try API.SecureElementIdentifierRequest.schema.check(
                ["msi": ["type": "mdn", "value": "491700000001", "imei": "1"]])
        }
        #expect(violation?.kind == .unknownMember)
        #expect(violation?.field == "msi.imei")
    }

    @Test("malformed hex is named by field and index")
    func malformedHex() {
        #expect(
            throws: SchemaViolation(
                kind: .invalidValue, field: "apdus[3]", reason: "the character at position 4 is not a hex digit")
        ) {
            try script.check(["apdus": ["00A40400", "00A40400", "00A40400", "00A4G4", "00A40400"]])
        }
        #expect(
            throws: SchemaViolation(
                kind: .invalidValue, field: "apdus[0]", reason: "hex needs an even number of digits, found 9")
        ) {
            try script.check(["apdus": ["00A404000"]])
        }
    }

    @Test("a command of 3 bytes is no command, one of 4 is")
    func shortCommand() throws {
        try script.check(["apdus": ["00A40400"]])
        #expect(throws: SchemaViolation.self) { try script.check(["apdus": ["00A404"]]) }
    }

    @Test("a list holds 1 to 1 024 commands: none and one more are refused")
    func listLengths() throws {
        try script.check(["apdus": .array(Array(repeating: "00A40400", count: 1_024))])
        #expect(throws: SchemaViolation.self) { try script.check(["apdus": []]) }
        #expect(throws: SchemaViolation.self) {
            try script.check(["apdus": .array(Array(repeating: "00A40400", count: 1_025))])
        }
    }

    @Test("a string where a number is expected is refused, and a fraction, and null")
    func wrongKinds() throws {
        let schema = API.ServiceIdentifier.schema
        try schema.check(["id": 1, "version": "1"])
        for id: JSONValue in ["1", .number(1.5), .null, true, [1], 0, -1] {
            let violation = #expect(throws: SchemaViolation.self) { try schema.check(["id": id, "version": "1"]) }
            #expect(violation?.field == "id")
        }
    }

    @Test("an optional member may be null")
    func optionalNull() throws {
        try API.SecureElementIdentifierRequest.schema.check(
            ["requestId": .null, "msi": ["type": "mdn", "value": "491700000001"]])
    }

    @Test("a value outside a list of choices is refused with the choices")
    func choices() {
        #expect(
            throws: SchemaViolation(
                kind: .invalidValue, field: "operationStatus", reason: "one of success, failure is expected")
        ) { try API.EndCommunicationRequest.schema.check(["operationStatus": "done"]) }
    }

    @Test("a body that is no object is refused")
    func noObject() {
        let violation = #expect(throws: SchemaViolation.self) { try script.check(["apdus"]) }
        #expect(violation?.field == "body")
    }
}
