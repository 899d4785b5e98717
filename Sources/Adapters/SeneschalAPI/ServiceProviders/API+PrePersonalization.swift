extension API {
    /// Names the service to prepare. It does not contain the application.
    public struct PrePersonalizationRequest: WireType {
        public enum Command: String, Codable, Sendable, CaseIterable {
            case createSecurityDomain, instantiate, extradite
        }

        public var requestId: String?
        public var seId: SecureElementIdentifier
        public var msi: MobileSubscriptionIdentifier
        public var service: ServiceIdentifier
        public var qualifier: ServiceQualifier
        public var commands: [Command]?

        public init(
            requestId: String? = nil, seId: SecureElementIdentifier, msi: MobileSubscriptionIdentifier,
            service: ServiceIdentifier, qualifier: ServiceQualifier, commands: [Command]? = nil
        ) {
            self.requestId = requestId
            self.seId = seId
            self.msi = msi
            self.service = service
            self.qualifier = qualifier
            self.commands = commands
        }

        public static let schema = Schema.object(
            "PrePersonalizationRequest", "Prepare a secure element for a service.",
            [requestIDMember] + ServiceRequest.members + [
                .optional(
                    "commands",
                    .array(
                        of: .choice(Command.self), 0...3, example: ["createSecurityDomain", "instantiate", "extradite"]),
                    "What is to be done; absent or empty: all that is needed.")
            ])
    }

    public struct PrePersonalizationResponse: WireType {
        /// What this request made, rather than found.
        public struct Created: WireType {
            public var sd: HexBytes?
            public var instances: [HexBytes]

            public init(sd: HexBytes?, instances: [HexBytes]) {
                self.sd = sd
                self.instances = instances
            }

            public static let schema = Schema.object(
                "PrePersonalizationCreated", "What this request made, rather than found.",
                [.optional("sd", .aid), .required("instances", .array(of: .aid, 0...16))])
        }

        public var status: Status
        public var requestId: String?
        public var created: Created
        public var securityDomain: HexBytes
        public var instances: [HexBytes]
        public var serviceStatus: ServiceStatus
        public var failures: [String]

        public init(
            status: Status, requestId: String?, created: Created, securityDomain: HexBytes, instances: [HexBytes],
            serviceStatus: ServiceStatus, failures: [String]
        ) {
            self.status = status
            self.requestId = requestId
            self.created = created
            self.securityDomain = securityDomain
            self.instances = instances
            self.serviceStatus = serviceStatus
            self.failures = failures
        }

        public static let schema = Schema.object(
            "PrePersonalizationResponse", "The security domain and the instances that are there now.",
            [
                statusMember, requestIDMember, .required("created", Created.schema), .required("securityDomain", .aid),
                .required("instances", .array(of: .aid, 0...16)),
                .required("serviceStatus", .choice(ServiceStatus.self)),
                .required(
                    "failures", .array(of: .text(1...256, example: "INSTALL [for install]"), 0...16, example: []),
                    "Empty: a pre-personalization that fails is rolled back and answered with a problem."),
            ])
    }
}
