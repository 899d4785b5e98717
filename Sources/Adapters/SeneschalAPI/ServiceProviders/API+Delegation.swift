extension API {
    /// Asks for tokens: commands of card content management, in plain and in order.
    public struct TokenRequest: WireType {
        public var seId: SecureElementIdentifier
        public var msi: MobileSubscriptionIdentifier
        public var apdus: [HexBytes]

        public init(seId: SecureElementIdentifier, msi: MobileSubscriptionIdentifier, apdus: [HexBytes]) {
            self.seId = seId
            self.msi = msi
            self.apdus = apdus
        }

        public static let schema = Schema.object(
            "TokenRequest", "Commands to be approved.",
            [
                .required("seId", SecureElementIdentifier.schema),
                .required("msi", MobileSubscriptionIdentifier.schema),
                .required(
                    "apdus", .array(of: .hex(5...261, example: "80E608000F00000AF0544F4C4C0100010101000000"), 1...8),
                    "INSTALL [for load, install, make selectable, extradition] and DELETE, without tokens."),
            ])
    }

    /// What has been approved, and what has become of each token.
    public struct Approval: WireType {
        public enum State: String, Codable, Sendable, CaseIterable { case open, closed }

        public struct Token: WireType {
            public enum State: String, Codable, Sendable, CaseIterable { case issued, confirmed, used, unused }

            public var number: Int
            public var apdu: HexBytes
            public var object: HexBytes
            public var state: State

            public init(number: Int, apdu: HexBytes, object: HexBytes, state: State) {
                self.number = number
                self.apdu = apdu
                self.object = object
                self.state = state
            }

            public static let schema = Schema.object(
                "Token", "One approved command.",
                [
                    .required("number", tokenNumberSchema, "Tag 93: rises on the card; a used one voids lower ones."),
                    .required(
                        "apdu", .hex(5...261, example: "80E6080012"),
                        "The command with its control reference template and token: send it as it stands."),
                    .required("object", .aid, "The application or load file that it concerns."),
                    .required(
                        "state", .choice(State.self),
                        "issued; confirmed by its receipt; used or unused, as the card told when it was read."),
                ])
        }

        public var approvalId: String
        public var state: State
        public var tokens: [Token]
        public var expiry: Timestamp

        public init(approvalId: String, state: State, tokens: [Token], expiry: Timestamp) {
            self.approvalId = approvalId
            self.state = state
            self.tokens = tokens
            self.expiry = expiry
        }

        public static let schema = Schema.object("Approval", "What has been approved, token by token.", members)

        static let members: [Schema.Member] = [
            .required("approvalId", approvalIDSchema), .required("state", .choice(State.self)),
            .required("tokens", .array(of: Token.schema, 1...8)),
            .required("expiry", .dateTime, "Until then nobody else gets tokens for this secure element."),
        ]
    }

    /// Receipts on their way back.
    public struct ReceiptsRequest: WireType {
        public struct Receipt: WireType {
            public var tokenNumber: Int
            public var answer: HexBytes

            public init(tokenNumber: Int, answer: HexBytes) {
                self.tokenNumber = tokenNumber
                self.answer = answer
            }

            public static let schema = Schema.object(
                "ReturnedReceipt", "The answer to one approved command.",
                [
                    .required("tokenNumber", tokenNumberSchema),
                    .required(
                        "answer", .hex(1...256, example: "1C10000102030405060708090A0B0C0D0E0F02000108"),
                        "The data of the card's answer, without the status word; of a load, of its last LOAD."),
                ])
        }

        public var approvalId: String
        public var receipts: [Receipt]

        public init(approvalId: String, receipts: [Receipt]) {
            self.approvalId = approvalId
            self.receipts = receipts
        }

        public static let schema = Schema.object(
            "ReceiptsRequest", "Receipts of approved commands.",
            [
                .required("approvalId", approvalIDSchema),
                .required("receipts", .array(of: Receipt.schema, 1...8)),
            ])
    }

    /// Asks what has become of tokens whose answers were lost.
    public struct TokenSettlementRequest: WireType {
        public var approvalId: String

        public init(approvalId: String) { self.approvalId = approvalId }

        public static let schema = Schema.object(
            "TokenSettlementRequest", "Names an approval.", [.required("approvalId", approvalIDSchema)])
    }

    /// Asks what the provider has on a card by Delegated Management.
    public struct DelegatedContentRequest: WireType {
        public var seId: SecureElementIdentifier
        public var msi: MobileSubscriptionIdentifier

        public init(seId: SecureElementIdentifier, msi: MobileSubscriptionIdentifier) {
            self.seId = seId
            self.msi = msi
        }

        public static let schema = Schema.object(
            "DelegatedContentRequest", "Names a secure element.",
            [
                .required("seId", SecureElementIdentifier.schema),
                .required("msi", MobileSubscriptionIdentifier.schema),
            ])
    }

    public struct DelegatedContentResponse: WireType {
        public struct Object: WireType {
            public enum Kind: String, Codable, Sendable, CaseIterable { case loadFile, application }

            public var aid: HexBytes
            public var kind: Kind
            public var securityDomain: HexBytes
            public var loadFile: HexBytes?
            public var isSelectable: Bool

            public init(
                aid: HexBytes, kind: Kind, securityDomain: HexBytes, loadFile: HexBytes?, isSelectable: Bool
            ) {
                self.aid = aid
                self.kind = kind
                self.securityDomain = securityDomain
                self.loadFile = loadFile
                self.isSelectable = isSelectable
            }

            public static let schema = Schema.object(
                "DelegatedObject", "A load file or an application of the provider's.",
                [
                    .required("aid", .aid), .required("kind", .choice(Kind.self)),
                    .required("securityDomain", .aid), .optional("loadFile", .aid, "Of an application."),
                    .required("isSelectable", .boolean),
                ])
        }

        public var objects: [Object]

        public init(objects: [Object]) { self.objects = objects }

        public static let schema = Schema.object(
            "DelegatedContentResponse", "As receipts and readings told.",
            [.required("objects", .array(of: Object.schema, 0...256))])
    }

    /// What an operator agrees with one provider.
    public struct DelegationPolicy: WireType {
        public enum Step: String, Codable, Sendable, CaseIterable {
            case load, install, makeSelectable, extradition, deletion
        }

        public var providerId: String
        public var steps: [Step]?
        public var aidPrefixes: [HexBytes]
        public var packages: [HexBytes]?
        public var objectsMax: Int?

        public init(
            providerId: String, steps: [Step]? = nil, aidPrefixes: [HexBytes], packages: [HexBytes]? = nil,
            objectsMax: Int? = nil
        ) {
            self.providerId = providerId
            self.steps = steps
            self.aidPrefixes = aidPrefixes
            self.packages = packages
            self.objectsMax = objectsMax
        }

        public static let schema = Schema.object(
            "DelegationPolicy", "What one provider may have approved.",
            [
                .required("providerId", providerIDSchema),
                .optional("steps", .array(of: .choice(Step.self), 1...5), "Absent: all."),
                .required(
                    "aidPrefixes", .array(of: .hex(5...16, example: "F0544F4C4C0100"), 1...16),
                    "Its packages and applications begin with one of these."),
                .optional(
                    "packages", .array(of: .aid, 0...16), "Of the central SD's: they may be instantiated as well."),
                .optional("objectsMax", .integer(1...256, example: 16), "On one card. Absent: 16."),
            ])
    }

    /// The keys that approve and confirm on one card.
    public struct TokenKeys: WireType {
        public var seId: SecureElementIdentifier
        public var isOnCard: Bool
        public var lastTokenNumber: Int
        public var confirmationCounter: Int

        public init(seId: SecureElementIdentifier, isOnCard: Bool, lastTokenNumber: Int, confirmationCounter: Int) {
            self.seId = seId
            self.isOnCard = isOnCard
            self.lastTokenNumber = lastTokenNumber
            self.confirmationCounter = confirmationCounter
        }

        public static let schema = Schema.object(
            "TokenKeys", "Whether the card verifies tokens and makes receipts, and how far both have counted.",
            [
                .required("seId", SecureElementIdentifier.schema), .required("isOnCard", .boolean),
                .required("lastTokenNumber", .integer(0...Int(Int64.max), example: 3)),
                .required("confirmationCounter", .integer(0...65_535, example: 3)),
            ])
    }

    /// An approval as an operator sees it, without the tokens themselves.
    public struct ApprovalSummary: WireType {
        public var approvalId: String
        public var providerId: String
        public var seId: SecureElementIdentifier
        public var state: Approval.State
        public var firstNumber: Int
        public var tokenStates: [Approval.Token.State]
        public var issuedAt: Timestamp

        public init(
            approvalId: String, providerId: String, seId: SecureElementIdentifier, state: Approval.State,
            firstNumber: Int, tokenStates: [Approval.Token.State], issuedAt: Timestamp
        ) {
            self.approvalId = approvalId
            self.providerId = providerId
            self.seId = seId
            self.state = state
            self.firstNumber = firstNumber
            self.tokenStates = tokenStates
            self.issuedAt = issuedAt
        }

        public static let schema = Schema.object(
            "ApprovalSummary", "An approval as an operator sees it.",
            [
                .required("approvalId", approvalIDSchema), .required("providerId", providerIDSchema),
                .required("seId", SecureElementIdentifier.schema), .required("state", .choice(Approval.State.self)),
                .required("firstNumber", tokenNumberSchema),
                .required("tokenStates", .array(of: .choice(Approval.Token.State.self), 1...8)),
                .required("issuedAt", .dateTime),
            ])
    }

    static let approvalIDSchema = Schema.printable(1...64, example: "0f96af97f87945a2a011ee7439df3804")
    static let tokenNumberSchema = Schema.integer(1...Int(Int64.max), example: 3)
}
