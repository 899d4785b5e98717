extension API {
    /// *Get SE identifier*, the first half of the two-request form.
    public struct SecureElementIdentifierRequest: WireType {
        public var requestId: String?
        public var spTsmId: String?
        public var msi: MobileSubscriptionIdentifier

        public init(requestId: String? = nil, spTsmId: String? = nil, msi: MobileSubscriptionIdentifier) {
            self.requestId = requestId
            self.spTsmId = spTsmId
            self.msi = msi
        }

        public static let schema = Schema.object(
            "SecureElementIdentifierRequest", "Which secure element belongs to a subscription?",
            [requestIDMember, spTSMIDMember, .required("msi", MobileSubscriptionIdentifier.schema)])
    }

    public struct SecureElementIdentifierResponse: WireType {
        public var status: Status
        public var requestId: String?
        public var seId: SecureElementIdentifier
        public var msi: MobileSubscriptionIdentifier

        public init(
            status: Status, requestId: String?, seId: SecureElementIdentifier, msi: MobileSubscriptionIdentifier
        ) {
            self.status = status
            self.requestId = requestId
            self.seId = seId
            self.msi = msi
        }

        public static let schema = Schema.object(
            "SecureElementIdentifierResponse", "The identifier, and the subscription echoed.",
            [
                statusMember, requestIDMember, .required("seId", SecureElementIdentifier.schema),
                .required("msi", MobileSubscriptionIdentifier.schema),
            ])
    }

    /// *Get SE data*: by MSI alone, or by MSI and SE identifier, which must belong together.
    public struct SecureElementDataRequest: WireType {
        public var requestId: String?
        public var spTsmId: String?
        public var msi: MobileSubscriptionIdentifier
        public var seId: SecureElementIdentifier?

        public init(
            requestId: String? = nil, spTsmId: String? = nil, msi: MobileSubscriptionIdentifier,
            seId: SecureElementIdentifier? = nil
        ) {
            self.requestId = requestId
            self.spTsmId = spTsmId
            self.msi = msi
            self.seId = seId
        }

        public static let schema = Schema.object(
            "SecureElementDataRequest", "What may the asking service provider know of a secure element?",
            [
                requestIDMember, spTSMIDMember, .required("msi", MobileSubscriptionIdentifier.schema),
                .optional("seId", SecureElementIdentifier.schema, "Present in the two-request form."),
            ])
    }

    public struct SecureElementDataResponse: WireType {
        public var status: Status
        public var requestId: String?
        public var seData: SecureElementData
        public var msi: MobileSubscriptionIdentifier

        public init(status: Status, requestId: String?, seData: SecureElementData, msi: MobileSubscriptionIdentifier) {
            self.status = status
            self.requestId = requestId
            self.seData = seData
            self.msi = msi
        }

        public static let schema = Schema.object(
            "SecureElementDataResponse", "SE data, and the subscription echoed.",
            [
                statusMember, requestIDMember, .required("seData", SecureElementData.schema),
                .required("msi", MobileSubscriptionIdentifier.schema),
            ])
    }

    public struct SecureElementData: WireType {
        public var seId: SecureElementIdentifier
        public var mnoName: String
        public var spData: ServiceProviderData
        public var masterKeyIndex: Int
        public var profileId: String
        public var seType: SecureElementType
        public var standard: StandardVersion
        public var certificationLevel: Int
        public var expiry: Timestamp

        public init(
            seId: SecureElementIdentifier, mnoName: String, spData: ServiceProviderData, masterKeyIndex: Int,
            profileId: String, seType: SecureElementType, standard: StandardVersion, certificationLevel: Int,
            expiry: Timestamp
        ) {
            self.seId = seId
            self.mnoName = mnoName
            self.spData = spData
            self.masterKeyIndex = masterKeyIndex
            self.profileId = profileId
            self.seType = seType
            self.standard = standard
            self.certificationLevel = certificationLevel
            self.expiry = expiry
        }

        public static let schema = Schema.object(
            "SecureElementData", "What one service provider may know of one secure element.",
            [
                .required("seId", SecureElementIdentifier.schema),
                .required("mnoName", .text(1...64, example: "North"), "Name of the associated mobile network."),
                .required("spData", ServiceProviderData.schema),
                .required(
                    "masterKeyIndex", masterKeyIndexSchema, "The master key behind this provider's temporary keys."),
                .required("profileId", .text(1...64, example: "embedded-500")),
                .required("seType", .choice(SecureElementType.self)),
                .required("standard", StandardVersion.schema),
                .required("certificationLevel", certificationLevelSchema),
                .required("expiry", .dateTime),
            ])
    }

    /// The part of SE data that belongs to the asking provider, never to another.
    public struct ServiceProviderData: WireType {
        public var securityDomain: SecurityDomain?
        public var services: [ServiceDescription]

        public init(securityDomain: SecurityDomain?, services: [ServiceDescription]) {
            self.securityDomain = securityDomain
            self.services = services
        }

        public static let schema = Schema.object(
            "ServiceProviderData", "The asking provider's own security domain and services.",
            [
                .optional("securityDomain", SecurityDomain.schema, "Absent before pre-personalization."),
                .required("services", .array(of: ServiceDescription.schema, 0...1_024)),
            ])
    }

    /// All that opening a security domain takes besides its keys.
    public struct SecurityDomain: WireType {
        public enum KeyCustody: String, Codable, Sendable, CaseIterable { case central, temporary, provider }

        public var aid: HexBytes
        public var keyCustody: KeyCustody
        public var keyVersionNumber: Int
        public var keyDiversificationData: HexBytes
        public var sequenceCounter: Int
        public var scp03Implementation: Int

        public init(
            aid: HexBytes, keyCustody: KeyCustody, keyVersionNumber: Int, keyDiversificationData: HexBytes,
            sequenceCounter: Int, scp03Implementation: Int
        ) {
            self.aid = aid
            self.keyCustody = keyCustody
            self.keyVersionNumber = keyVersionNumber
            self.keyDiversificationData = keyDiversificationData
            self.sequenceCounter = sequenceCounter
            self.scp03Implementation = scp03Implementation
        }

        public static let schema = Schema.object(
            "SecurityDomain", "How to open a security domain, except its keys.",
            [
                .required("aid", .aid),
                .required("keyCustody", .choice(KeyCustody.self), "Whose keys open it."),
                .required("keyVersionNumber", keyVersionNumberSchema),
                .required("keyDiversificationData", keyDiversificationDataSchema),
                .required(
                    "sequenceCounter", sequenceCounterSchema,
                    "The last one used: a script that is made beforehand counts on one more."),
                .required("scp03Implementation", scp03ImplementationSchema),
            ])
    }

    /// One service on one secure element.
    public struct ServiceDescription: WireType {
        public var service: ServiceIdentifier
        public var qualifier: ServiceQualifier
        public var instanceAID: HexBytes
        public var serviceStatus: ServiceStatus

        public init(
            service: ServiceIdentifier, qualifier: ServiceQualifier, instanceAID: HexBytes,
            serviceStatus: ServiceStatus
        ) {
            self.service = service
            self.qualifier = qualifier
            self.instanceAID = instanceAID
            self.serviceStatus = serviceStatus
        }

        public static let schema = Schema.object(
            "ServiceDescription", "Where one service stands on one secure element.",
            [
                .required("service", ServiceIdentifier.schema), .required("qualifier", ServiceQualifier.schema),
                .required("instanceAID", .aid), .required("serviceStatus", .choice(ServiceStatus.self)),
            ])
    }
}

// MARK: - Members that stand in several messages

extension API {
    static let statusMember = Schema.Member.required("status", .choice(Status.self))
    static let requestIDMember = Schema.Member.optional(
        "requestId", .printable(1...128, example: "req-1"), "The asking party's own name for the request, echoed.")
    static let spTSMIDMember = Schema.Member.optional(
        "spTsmId", .printable(1...64, example: "5f1c0a9be2d34477"),
        "Must be the provider that the credential belongs to; the credential alone decides who asks.")

    static let masterKeyIndexSchema = Schema.integer(0...Int(Int32.max), example: 2)
    static let certificationLevelSchema = Schema.integer(0...255, example: 4)
    static let keyVersionNumberSchema = Schema.integer(0...127, example: 48)
    static let keyDiversificationDataSchema = Schema.hex(10...10, example: "00010203040506070809")
    static let sequenceCounterSchema = Schema.integer(0...0xFF_FFFF, example: 3)
    static let scp03ImplementationSchema = Schema(
        "The \"i\" parameter of SCP03.", .integer(0...255), example: 112)
}
