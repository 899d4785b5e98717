extension API {
    /// Key rotation, personalization and activation in one request, any of them absent.
    public struct ProvisioningRequest: WireType {
        public var seId: SecureElementIdentifier
        public var msi: MobileSubscriptionIdentifier
        public var service: ServiceIdentifier
        public var qualifier: ServiceQualifier
        public var rotate: ProcessScriptRequest?
        public var personalize: ProcessScriptRequest?
        public var activate: Bool?

        public init(
            seId: SecureElementIdentifier, msi: MobileSubscriptionIdentifier, service: ServiceIdentifier,
            qualifier: ServiceQualifier, rotate: ProcessScriptRequest? = nil,
            personalize: ProcessScriptRequest? = nil, activate: Bool? = nil
        ) {
            self.seId = seId
            self.msi = msi
            self.service = service
            self.qualifier = qualifier
            self.rotate = rotate
            self.personalize = personalize
            self.activate = activate
        }

        public static let schema = Schema.object(
            "ProvisioningRequest", "Any of key rotation, personalization and activation, in this order, in one trip.",
            ServiceRequest.members + [
                .optional("rotate", ProcessScriptRequest.schema, "Wrapped by the provider."),
                .optional("personalize", ProcessScriptRequest.schema, "Wrapped by the provider after a rotation."),
                .optional("activate", .boolean),
            ])
    }

    public struct ProvisioningResponse: WireType {
        public var status: Status
        public var rotate: ScriptResponse?
        public var personalize: ScriptResponse?
        public var activate: ServiceResponse?
        public var serviceStatus: ServiceStatus

        public init(
            status: Status, rotate: ScriptResponse?, personalize: ScriptResponse?, activate: ServiceResponse?,
            serviceStatus: ServiceStatus
        ) {
            self.status = status
            self.rotate = rotate
            self.personalize = personalize
            self.activate = activate
            self.serviceStatus = serviceStatus
        }

        public static let schema = Schema.object(
            "ProvisioningResponse", "What became of each part.",
            [
                statusMember, .optional("rotate", ScriptResponse.schema),
                .optional("personalize", ScriptResponse.schema),
                .optional(
                    "activate", ServiceResponse.schema, "Absent when not asked for, or when an earlier part stopped."),
                .required("serviceStatus", .choice(ServiceStatus.self)),
            ])
    }
}
