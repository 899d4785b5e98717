/// Why a secure element cannot take a service (TSM-16).
public enum IneligibilityReason: Hashable, Sendable, Codable {
    case expired(at: Int64)
    case wrongStandard(found: StandardVersion, required: StandardVersion)
    case certificationTooLow(found: Int, required: Int)
    case providerNotAdmitted(ServiceProviderID)

    public var code: String {
        switch self {
        case .expired: "secureElementExpired"
        case .wrongStandard: "wrongStandardVersion"
        case .certificationTooLow: "certificationTooLow"
        case .providerNotAdmitted: "providerNotAdmitted"
        }
    }
}

extension ServiceDefinition {
    /// All reasons against this service on that secure element; none means eligible.
    public func ineligibilityReasons(
        on secureElement: SecureElementRecord, for provider: ServiceProviderID, now: Int64
    ) -> [IneligibilityReason] {
        var reasons: [IneligibilityReason] = []
        if secureElement.expiresAt <= now { reasons.append(.expired(at: secureElement.expiresAt)) }
        if !secureElement.standard.satisfies(minimumStandard) {
            reasons.append(.wrongStandard(found: secureElement.standard, required: minimumStandard))
        }
        if secureElement.certificationLevel < minimumCertificationLevel {
            reasons.append(
                .certificationTooLow(found: secureElement.certificationLevel, required: minimumCertificationLevel))
        }
        if !providers.isEmpty, !providers.contains(provider) { reasons.append(.providerNotAdmitted(provider)) }
        return reasons
    }
}
