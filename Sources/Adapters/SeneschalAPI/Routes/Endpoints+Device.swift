extension Endpoints {
    /// The device leg, GP SERAM 2.0, one remote agent per mobile network.
    static let device: [APIRoute] = [seramOrder, seramHandshake, seramRemoteManagement]

    /// `POST /order` (GP SERAM 2.0, Order Provisioning Interface): the agent opens a management session for itself.
    public static let seramOrder = APIRoute(
        "openManagementSession", .post, "/networks/{network}/gp/seram/order", for: .agent,
        "Opens a management session for the secure element of the asking local agent.", parameters: [network],
        request: Schema.object(
            "SessionOrderRequest", "The secure elements of the asking agent.", isOpen: true,
            [.optional("secureElements", .array(of: secureElement, 1...16))]),
        response: Schema.object(
            "SessionOrderResponse", "The management session.", [.required("sessionID", sessionIDSchema)]),
        status: 201, problems: [.tooManySessions, .shuttingDown])

    /// `POST /handshake?sessionId=`.
    public static let seramHandshake = APIRoute(
        "shakeHands", .post, "/networks/{network}/gp/seram/handshake", for: .agent,
        "Agrees on version, data format and transport.", parameters: [network, sessionID],
        request: Schema.object(
            "RAMHandshakeCommand", "What the local agent offers.", isOpen: true,
            [
                .required("secureElements", .array(of: secureElement, 1...16)),
                .optional("supportedTransportProtocols", names("HTTPS")),
                .optional("supportedDataFormats", names("application/json")),
                .optional("supportedVersions", names("2.0.0")),
            ]),
        response: Schema.object(
            "RAMHandshakeResponse", "What the remote agent chose.", isOpen: true,
            [
                .required("chosenTransportProtocol", .text(1...64, example: "HTTPS")),
                .required("chosenDataFormat", .text(1...64, example: "application/json")),
                .required("chosenDataProtocol", .text(1...64, example: "application/json"), "The same once more."),
                .required("chosenVersion", .text(1...64, example: "2.0.0")),
            ]),
        problems: [.unknownSession, .noCommonOption, .shuttingDown])

    /// `POST /remoteManagement?sessionId=`.
    public static let seramRemoteManagement = APIRoute(
        "exchangeReportForOrder", .post, "/networks/{network}/gp/seram/remoteManagement", for: .agent,
        "Hands in a report and fetches the next order; held open for up to 30 seconds when there is none.",
        parameters: [network, sessionID],
        request: Schema.object(
            "RemoteManagementReport", "What the local agent did.", isOpen: true,
            [
                .required(
                    "localAgentStatus",
                    Schema.object(
                        "LocalAgentStatus", "How the local agent fared.", isOpen: true,
                        [
                            .required("localAgentStatusEnum", agentStatus),
                            .optional("executedSeRamCommands", .integer(0...64, example: 1)),
                            .optional("errorMsg", .text(0...4_096, example: "")),
                        ])),
                .optional("ramResponses", .array(of: response, 0...64)),
                .optional(
                    "inReplyTo", orderNumber, "Extension: the number of the order that this report answers."),
                .optional(
                    "lastOrderNumber", .integer(0...Int(Int64.max), example: 42),
                    "Extension: the highest order number that the agent has ever begun."),
            ]),
        response: Schema.object(
            "RemoteManagementOrder", "What is to be done next.", isOpen: true,
            [
                .optional("delay", .integer(0...Int(Int32.max), example: 0), "Milliseconds before the next message."),
                .optional("chosenSecureElement", secureElement),
                .optional("ramCommands", .array(of: command, 0...64)),
                .optional(
                    "orderNumber", orderNumber,
                    "Extension: grows with every order for one secure element; none is executed twice."),
            ]),
        problems: [.unknownSession, .shuttingDown])

    private static let network = APIRoute.Parameter(
        name: "network", place: .path, schema: .printable(1...64, example: "North"), isRequired: true,
        summary: "The mobile network of the secure element.")

    private static let sessionIDSchema = Schema.printable(1...64, example: "0f96af97f87945a2a011ee7439df3804")

    private static let sessionID = APIRoute.Parameter(
        name: "sessionId", place: .query, schema: sessionIDSchema, isRequired: true,
        summary: "As answered by openManagementSession.")

    private static let secureElement = Schema.object(
        "SERAMSecureElement", "A secure element as the agents name it.", isOpen: true,
        [
            .required("seType", Schema("", .choice(["eSE", "iSE", "uicc", "euicc", "ieuicc", "undefined"]))),
            .required("seId", .printable(1...64, example: "45434E0000000001")),
            .optional("seExtraInfo", .text(0...256, example: "")),
        ])

    private static let agentStatus = Schema(
        "", .choice(["PROCESSED", "POLLING", "UNAVAILABLE_SE", "UNKNOWN_FAILURE", "UNGRANTED_ACCESS"]))

    private static let response = Schema.object(
        "SERAMResponse", "The answers to one list of commands.", isOpen: true,
        [
            .required("ramResponseType", Schema("", .choice(["seRamResponse"]))),
            .required(
                "listOfRAPDU", .array(of: .hex(0...65_538, example: "9000"), 0...4_096),
                "Empty where an answer is not available."),
        ])

    private static let command = Schema.object(
        "RAMCommand", "One step of an order.", isOpen: true,
        [
            .required(
                "ramCommandType",
                Schema(
                    "", .choice(["ramStartCommand", "seRamCommand", "notificationCommand", "ramStopCommand"]),
                    example: "seRamCommand")),
            .optional(
                "listOfCAPDU", .array(of: .hex(4...65_544, example: "00A4040000"), 0...4_096), "With seRamCommand."),
            .optional(
                "stopAtFirstRefusal", .boolean, "Extension: the agent stops this list at the first refusal."),
            .optional("deviceAppNotification", .text(0...4_096, example: "step1/OK"), "With notificationCommand."),
        ])

    private static let orderNumber = Schema.integer(1...Int(Int64.max), example: 42)

    private static func names(_ example: String) -> Schema { .array(of: .text(1...64, example: example), 1...16) }
}
