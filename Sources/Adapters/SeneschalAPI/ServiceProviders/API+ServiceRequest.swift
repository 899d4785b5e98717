extension API {
    /// Names a service on a secure element: all that activation, lock, unlock, deletion and status need.
    public struct ServiceRequest: WireType {
        public var seId: SecureElementIdentifier
        public var msi: MobileSubscriptionIdentifier
        public var service: ServiceIdentifier
        public var qualifier: ServiceQualifier

        public init(
            seId: SecureElementIdentifier, msi: MobileSubscriptionIdentifier, service: ServiceIdentifier,
            qualifier: ServiceQualifier
        ) {
            self.seId = seId
            self.msi = msi
            self.service = service
            self.qualifier = qualifier
        }

        public static let schema = Schema.object("ServiceRequest", "Names a service on a secure element.", members)

        static let members: [Schema.Member] = [
            .required("seId", SecureElementIdentifier.schema), .required("msi", MobileSubscriptionIdentifier.schema),
            .required("service", ServiceIdentifier.schema), .required("qualifier", ServiceQualifier.schema),
        ]
    }

    public struct ServiceResponse: WireType {
        public var status: Status
        public var instanceAID: HexBytes
        public var serviceStatus: ServiceStatus

        public init(status: Status, instanceAID: HexBytes, serviceStatus: ServiceStatus) {
            self.status = status
            self.instanceAID = instanceAID
            self.serviceStatus = serviceStatus
        }

        public static let schema = Schema.object(
            "ServiceResponse", "Where the service stands now.",
            [
                statusMember, .required("instanceAID", .aid), .required("serviceStatus", .choice(ServiceStatus.self)),
            ])
    }

    public struct ServiceStatusResponse: WireType {
        public var status: Status
        public var service: ServiceIdentifier
        public var qualifier: ServiceQualifier
        public var instanceAID: HexBytes
        public var serviceStatus: ServiceStatus

        public init(
            status: Status, service: ServiceIdentifier, qualifier: ServiceQualifier, instanceAID: HexBytes,
            serviceStatus: ServiceStatus
        ) {
            self.status = status
            self.service = service
            self.qualifier = qualifier
            self.instanceAID = instanceAID
            self.serviceStatus = serviceStatus
        }

        public static let schema = Schema.object(
            "ServiceStatusResponse", "Where the service stands.",
            [
                statusMember, .required("service", ServiceIdentifier.schema),
                .required("qualifier", ServiceQualifier.schema), .required("instanceAID", .aid),
                .required("serviceStatus", .choice(ServiceStatus.self)),
            ])
    }
}
