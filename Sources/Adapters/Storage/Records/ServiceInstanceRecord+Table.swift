import ISO7816
import TrustedServiceManager

extension Tables {
    static let serviceInstances = Table<ServiceInstanceRecord>(
        "service_instance", kind: "service instance",
        key: ["secure_element", "service_number", "service_version", "provider_name", "payment_reference_number"],
        columns: [
            "secure_element", "service_number", "service_version", "provider_name", "payment_reference_number",
            "provider", "instance", "security_domain", "status", "status_before_lock",
        ],
        references: [.secureElement, .provider],
        read: { row in
            let secureElement = try row.secureElementIdentifier()
            let service = try row.serviceIdentifier()
            let qualifier = try row.serviceQualifier()
            return ServiceInstanceRecord(
                secureElement: secureElement, provider: ServiceProviderID(rawValue: try row.text()), service: service,
                qualifier: qualifier, instance: try row.aid(), securityDomain: try row.aid(),
                status: try row.choice(), statusBeforeLock: try row.optionalChoice())
        },
        values: {
            ServiceInstanceRecord.key($0.secureElement, $0.service, $0.qualifier)
                + [
                    $0.provider.rawValue, blob($0.instance.bytes), blob($0.securityDomain.bytes), $0.status.rawValue,
                    $0.statusBeforeLock?.rawValue,
                ]
        })
}

extension ServiceInstanceRecord {
    static func key(
        _ secureElement: SecureElementIdentifier, _ service: ServiceIdentifier, _ qualifier: ServiceQualifier
    ) -> [Column] {
        [
            secureElement.description, service.number, service.version, qualifier.providerName,
            qualifier.paymentReferenceNumber,
        ]
    }
}

extension RowReader {
    /// number (integer) | version (text)
    mutating func serviceIdentifier() throws -> ServiceIdentifier {
        let (number, version) = (try number(Int.self), try text())
        return try made { try ServiceIdentifier(number: number, version: version) }
    }

    /// provider name (text) | payment reference number (text)
    mutating func serviceQualifier() throws -> ServiceQualifier {
        let (name, reference) = (try text(), try text())
        return try made { try ServiceQualifier(providerName: name, paymentReferenceNumber: reference) }
    }
}
