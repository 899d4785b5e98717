import Foundation
import ISO7816
import SERAM
import Testing

@Suite("SERAM messages")
struct SERAMMessageTests {
    func decode<Message: Decodable>(_ type: Message.Type, _ json: String) throws -> Message {
        try JSONDecoder().decode(type, from: Data(json.utf8))
    }

    func encode(_ message: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(message), as: UTF8.self)
    }

    // MARK: Handshake

    @Test("the published handshake request is read, with its misspelt supportedVersion")
    func handshakeRequestExample() throws {
        let command = try decode(
            RAMHandshakeCommand.self,
            """
            {"secureElements": [{"seType": "eSE", "seId": "89001012012341234012345678901224", "seExtraInfo": "SAM"}],
             "supportedTransportProtocols": ["HTTPS"], "supportedDataFormats": ["application/json"],
             "supportedVersion": ["2.0.0"]}
            """)
        #expect(command.secureElements[0].seType == .embedded)
        #expect(command.supportedVersions == ["2.0.0"])
        #expect(try encode(command).contains("\"supportedVersions\""))
        #expect(RAMHandshakeResponse(choosingFrom: command) == RAMHandshakeResponse())
    }

    @Test("an offer without any list is an offer of HTTPS, JSON and 2.0.0")
    func handshakeDefaults() throws {
        let command = try decode(RAMHandshakeCommand.self, #"{"secureElements": []}"#)
        #expect(RAMHandshakeResponse(choosingFrom: command) == RAMHandshakeResponse())
    }

    @Test(
        "an offer with nothing in common is refused",
        arguments: [
            RAMHandshakeCommand(secureElements: [], supportedTransportProtocols: ["CoAP"]),
            RAMHandshakeCommand(secureElements: [], supportedDataFormats: ["application/cbor"]),
            RAMHandshakeCommand(secureElements: [], supportedVersions: ["1.0.0"]),
        ])
    func handshakeWithoutCommonGround(_ command: RAMHandshakeCommand) {
        #expect(RAMHandshakeResponse(choosingFrom: command) == nil)
    }

    @Test("a handshake response carries the data format under both of its published names")
    func handshakeResponseSendsBoth() throws {
        #expect(
            try encode(RAMHandshakeResponse())
                == #"{"chosenDataFormat":"application/json","chosenDataProtocol":"application/json","#
                + #""chosenTransportProtocol":"HTTPS","chosenVersion":"2.0.0"}"#)
    }

    @Test(
        "a handshake response with either name of the data format is read",
        arguments: ["chosenDataFormat", "chosenDataProtocol"])
    func handshakeResponseReadsEither(_ name: String) throws {
        let json = #"{"chosenTransportProtocol":"HTTPS","\#(name)":"application/json","chosenVersion":"2.0.0"}"#
        #expect(try decode(RAMHandshakeResponse.self, json) == RAMHandshakeResponse())
    }

    @Test("a handshake response with no data format, or with two that differ, is refused")
    func handshakeResponseContradiction() {
        #expect(throws: DecodingError.self) {
            try decode(RAMHandshakeResponse.self, #"{"chosenTransportProtocol":"HTTPS","chosenVersion":"2.0.0"}"#)
        }
        #expect(throws: DecodingError.self) {
            try decode(
                RAMHandshakeResponse.self,
                #"{"chosenTransportProtocol":"HTTPS","chosenVersion":"2.0.0","chosenDataFormat":"a","#
                    + #""chosenDataProtocol":"b"}"#)
        }
    }

    // MARK: Order

    @Test(
        "start and stop are read by their mapping names and by the names of the examples",
        arguments: [
            ("ramStartCommand", RAMCommand.start), ("startCommand", .start),
            ("ramStopCommand", .stop), ("stopCommand", .stop),
        ])
    func startAndStop(_ name: String, _ command: RAMCommand) throws {
        #expect(try decode(RAMCommand.self, #"{"ramCommandType":"\#(name)"}"#) == command)
    }

    @Test("the mapping names are sent")
    func mappingNamesAreSent() throws {
        #expect(try encode(RAMCommand.start) == #"{"ramCommandType":"ramStartCommand"}"#)
        #expect(try encode(RAMCommand.stop) == #"{"ramCommandType":"ramStopCommand"}"#)
        #expect(
            try encode(RAMCommand.notification("step1/action2/OK"))
                == #"{"deviceAppNotification":"step1/action2/OK","ramCommandType":"notificationCommand"}"#)
        #expect(
            try encode(RAMCommand.secureElement([HexAPDU(CommandAPDU(hex: "00A4040000"))]))
                == #"{"listOfCAPDU":["00A4040000"],"ramCommandType":"seRamCommand"}"#)
    }

    @Test(
        "a command of an unknown or missing type, or without its required field, is refused",
        arguments: [
            #"{"ramCommandType":"scriptCommand"}"#, #"{"listOfCAPDU":[]}"#, #"{"ramCommandType":"seRamCommand"}"#,
            #"{"ramCommandType":"notificationCommand"}"#,
            #"{"ramCommandType":"seRamCommand","listOfCAPDU":["00A"]}"#,
            #"{"ramCommandType":"seRamCommand","listOfCAPDU":["00A40400OA"]}"#,
        ])
    func brokenCommands(_ json: String) {
        #expect(throws: DecodingError.self) { try decode(RAMCommand.self, json) }
    }

    @Test("an order with every field survives the wire")
    func orderRoundTrip() throws {
        let order = RemoteManagementOrder(
            delay: 0, chosenSecureElement: SecureElementDescription(seType: .uicc, seId: "42"),
            ramCommands: [
                .start, .secureElement([HexAPDU([0x00, 0xA4, 0x04, 0x00, 0x00])], stopAtFirstRefusal: true),
                .secureElement([HexAPDU([0x80, 0xCA, 0x00, 0xE0, 0x00])]), .notification("done"), .stop,
            ], orderNumber: 7)
        let json = try encode(order)
        #expect(json.contains(#""orderNumber":7"#))
        #expect(json.contains(#""stopAtFirstRefusal":true"#))
        #expect(try decode(RemoteManagementOrder.self, json) == order)
        #expect(order.secureElementCommands.count == 2)
        #expect(order.stopsSession)
    }

    @Test("an order without our extensions, and the empty order, are read")
    func plainOrder() throws {
        #expect(try decode(RemoteManagementOrder.self, #"{"delay": 500}"#) == RemoteManagementOrder(delay: 500))
        #expect(try decode(RemoteManagementOrder.self, "{}") == RemoteManagementOrder())
    }

    @Test("order numbers start at 1 and delays at 0", arguments: [#"{"orderNumber":0}"#, #"{"delay":-1}"#])
    func orderBounds(_ json: String) {
        #expect(throws: DecodingError.self) { try decode(RemoteManagementOrder.self, json) }
    }

    @Test("an order holds 4096 APDUs and 64 commands at most")
    func orderSize() throws {
        func order(commands: Int, apdus: Int) throws -> String {
            let lists = Array(repeating: RAMCommand.secureElement([]), count: commands - 1)
            let apdu = HexAPDU([0, 0, 0, 0])
            return try encode(
                RemoteManagementOrder(ramCommands: lists + [.secureElement(Array(repeating: apdu, count: apdus))]))
        }
        _ = try decode(RemoteManagementOrder.self, order(commands: 64, apdus: 4_096))
        #expect(throws: DecodingError.self) {
            try decode(RemoteManagementOrder.self, order(commands: 64, apdus: 4_097))
        }
        #expect(throws: DecodingError.self) { try decode(RemoteManagementOrder.self, order(commands: 65, apdus: 1)) }
    }

    // MARK: Report

    @Test("the published report is read")
    func reportExample() throws {
        let report = try decode(
            RemoteManagementReport.self,
            """
            {"localAgentStatus": {"localAgentStatusEnum": "PROCESSED", "executedSeRamCommands": 2},
             "ramResponses": [{"ramResponseType": "seRamResponse", "listOfRAPDU": ["9000", "9000"]},
                              {"ramResponseType": "seRamResponse", "listOfRAPDU": ["9000"]}]}
            """)
        #expect(report.localAgentStatus == LocalAgentStatus(.processed, executedSeRamCommands: 2))
        #expect(report.ramResponses?.map(\.listOfRAPDU.count) == [2, 1])
        #expect(report.inReplyTo == nil)
    }

    @Test("a response that is not available is the empty string")
    func responseNotAvailable() throws {
        let report = RemoteManagementReport(
            localAgentStatus: LocalAgentStatus(.unknownFailure, executedSeRamCommands: 0, errorMsg: "torn"),
            ramResponses: [SERAMResponse(listOfRAPDU: [HexAPDU([0x90, 0x00]), .notAvailable])], inReplyTo: 3,
            lastOrderNumber: 3)
        let json = try encode(report)
        #expect(json.contains(#""listOfRAPDU":["9000",""]"#))
        #expect(try decode(RemoteManagementReport.self, json) == report)
        #expect(try HexAPDU.notAvailable.response() == nil)
    }

    @Test("a polling report says that nothing was executed and which order was begun last")
    func pollingReport() throws {
        #expect(
            try encode(RemoteManagementReport.polling(lastOrderNumber: 4))
                == #"{"lastOrderNumber":4,"localAgentStatus":{"executedSeRamCommands":0,"#
                + #""localAgentStatusEnum":"POLLING"}}"#)
    }

    @Test("an unknown status and an unknown response type are refused")
    func brokenReports() {
        #expect(throws: DecodingError.self) {
            try decode(RemoteManagementReport.self, #"{"localAgentStatus":{"localAgentStatusEnum":"FINE"}}"#)
        }
        #expect(throws: DecodingError.self) {
            try decode(SERAMResponse.self, #"{"ramResponseType":"other","listOfRAPDU":[]}"#)
        }
    }

    @Test("an APDU prints its length only")
    func apduIsNotPrinted() {
        #expect("\(HexAPDU([0x80, 0xD8, 0x00, 0x81]))" == "‹4 bytes›")
    }

    @Test("hex is read in either case and written in upper case")
    func hexCase() throws {
        let apdu = try decode(HexAPDU.self, #""00a40400""#)
        #expect(try encode(apdu) == #""00A40400""#)
    }
}
