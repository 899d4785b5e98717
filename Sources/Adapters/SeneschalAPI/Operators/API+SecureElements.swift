extension API {
    /// How a secure element is laid out: Figs. 5 to 8 of the source.
    public enum SecureElementConfiguration: String, Codable, Sendable, CaseIterable {
        case embedded, uicc, embeddedThirdParty, uiccThirdParty
    }

    /// Whose security domain the management domain is.
    public enum ManagementRole: String, Codable, Sendable, CaseIterable {
        case central, mobileNetworkOperator, thirdParty
    }

    /// Whether a secure element works.
    public enum SecureElementLifeCycle: String, Codable, Sendable, CaseIterable {
        case operational, locked, terminated
    }

    /// A secure element as it leaves its manufacturer.
    public struct RegisterSecureElementRequest: WireType {
        public var seId: SecureElementIdentifier
        public var mnoName: String
        public var profileId: String
        public var seType: SecureElementType
        public var standard: StandardVersion
        public var certificationLevel: Int
        public var expiry: Timestamp
        public var configuration: SecureElementConfiguration?
        public var managementRole: ManagementRole?
        public var centralSecurityDomain: CentralSecurityDomain
        public var issuerSecurityDomain: CentralSecurityDomain?

        public init(
            seId: SecureElementIdentifier, mnoName: String, profileId: String, seType: SecureElementType,
            standard: StandardVersion, certificationLevel: Int, expiry: Timestamp,
            configuration: SecureElementConfiguration? = nil, managementRole: ManagementRole? = nil,
            centralSecurityDomain: CentralSecurityDomain, issuerSecurityDomain: CentralSecurityDomain? = nil
        ) {
            self.seId = seId
            self.mnoName = mnoName
            self.profileId = profileId
            self.seType = seType
            self.standard = standard
            self.certificationLevel = certificationLevel
            self.expiry = expiry
            self.configuration = configuration
            self.managementRole = managementRole
            self.centralSecurityDomain = centralSecurityDomain
            self.issuerSecurityDomain = issuerSecurityDomain
        }

        public static let schema = Schema.object("RegisterSecureElementRequest", "A new secure element.", members)

        static let members: [Schema.Member] = [
            .required("seId", SecureElementIdentifier.schema),
            .required("mnoName", .text(1...64, example: "North"), "The mobile network that it is reached through."),
            .required("profileId", .text(1...64, example: "embedded-500")),
            .required("seType", .choice(SecureElementType.self)), .required("standard", StandardVersion.schema),
            .required("certificationLevel", certificationLevelSchema), .required("expiry", .dateTime),
            .optional("configuration", configurationSchema),
            .optional(
                "managementRole", managementRoleSchema),
            .required(
                "centralSecurityDomain", CentralSecurityDomain.schema,
                "The management domain: the one that this TSM holds the keys of, as managementRole says."),
            .optional(
                "issuerSecurityDomain", CentralSecurityDomain.schema,
                "Where it stands apart (uicc, embeddedThirdParty, uiccThirdParty) and this TSM holds a key set of it: "
                    + "what the card is locked through."),
        ]
    }

    /// How to reach and open a security domain of the TSM's, the central one first of all, except its keys.
    public struct CentralSecurityDomain: WireType {
        public var aid: HexBytes
        public var masterKeyIndex: Int
        public var keyVersionNumber: Int
        public var keyDiversificationData: HexBytes
        public var sequenceCounter: Int
        public var scp03Implementation: Int

        public init(
            aid: HexBytes, masterKeyIndex: Int, keyVersionNumber: Int, keyDiversificationData: HexBytes,
            sequenceCounter: Int, scp03Implementation: Int
        ) {
            self.aid = aid
            self.masterKeyIndex = masterKeyIndex
            self.keyVersionNumber = keyVersionNumber
            self.keyDiversificationData = keyDiversificationData
            self.sequenceCounter = sequenceCounter
            self.scp03Implementation = scp03Implementation
        }

        public static let schema = Schema.object(
            "CentralSecurityDomain", "How to open the central security domain, except its keys.",
            [
                .required("aid", .hex(5...16, example: "A000000151000000")),
                .required("masterKeyIndex", masterKeyIndexSchema, "That of the card batch."),
                .required("keyVersionNumber", .integer(0...127, example: 1)),
                .required("keyDiversificationData", keyDiversificationDataSchema),
                .required(
                    "sequenceCounter", .integer(0...0xFF_FFFF, example: 0),
                    "The last one used; 0 when it leaves the factory."),
                .required("scp03Implementation", scp03ImplementationSchema),
            ])
    }

    public struct SecureElement: WireType {
        public var seId: SecureElementIdentifier
        public var mnoName: String
        public var profileId: String
        public var seType: SecureElementType
        public var standard: StandardVersion
        public var certificationLevel: Int
        public var expiry: Timestamp
        public var configuration: SecureElementConfiguration
        public var managementRole: ManagementRole
        public var centralSecurityDomain: CentralSecurityDomain
        public var issuerSecurityDomain: CentralSecurityDomain?
        public var lifeCycle: SecureElementLifeCycle
        public var registeredAt: Timestamp

        public init(
            _ registration: RegisterSecureElementRequest, lifeCycle: SecureElementLifeCycle, registeredAt: Timestamp
        ) {
            seId = registration.seId
            mnoName = registration.mnoName
            profileId = registration.profileId
            seType = registration.seType
            standard = registration.standard
            certificationLevel = registration.certificationLevel
            expiry = registration.expiry
            configuration = registration.configuration ?? .embedded
            managementRole = registration.managementRole ?? .central
            centralSecurityDomain = registration.centralSecurityDomain
            issuerSecurityDomain = registration.issuerSecurityDomain
            self.lifeCycle = lifeCycle
            self.registeredAt = registeredAt
        }

        public static let schema = Schema.object(
            "SecureElement", "A registered secure element.",
            RegisterSecureElementRequest.members.map { member in
                ["configuration", "managementRole"].contains(member.name)
                    ? .required(member.name, member.schema) : member
            } + [
                .required("lifeCycle", lifeCycleSchema), .required("registeredAt", .dateTime),
            ])
    }

    public struct RegisterSecureElementResponse: WireType {
        public var secureElement: SecureElement
        public var agentSecret: String

        public init(secureElement: SecureElement, agentSecret: String) {
            self.secureElement = secureElement
            self.agentSecret = agentSecret
        }

        public static let schema = Schema.object(
            "RegisterSecureElementResponse", "The secure element, and the credential of its local agent.",
            [.required("secureElement", SecureElement.schema), .required("agentSecret", secretSchema)])
    }

    static let configurationSchema = Schema(
        "Layout of the secure element: embedded (the central security domain is the issuer's), uicc, "
            + "embeddedThirdParty, uiccThirdParty. Absent: embedded.",
        .choice(SecureElementConfiguration.allCases.map(\.rawValue)))
    static let managementRoleSchema = Schema(
        "Whose security domain this TSM manages content through. Absent: central.",
        .choice(ManagementRole.allCases.map(\.rawValue)))
    static let lifeCycleSchema = Schema(
        "As the last reading of the card told.", .choice(SecureElementLifeCycle.allCases.map(\.rawValue)))
}
