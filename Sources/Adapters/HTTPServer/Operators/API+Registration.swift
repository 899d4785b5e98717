import ISO7816
import SeneschalAPI
import TrustedServiceManager

// Registrations and lists: between JSON and the directory.

extension API.ServiceProvider {
    init(_ domain: ServiceProviderRecord) {
        self.init(
            id: domain.id.rawValue, name: domain.name, number: Int(domain.number),
            temporaryMasterKeyIndex: domain.temporaryMasterKey.rawValue,
            registeredAt: Timestamp(secondsSince1970: domain.registeredAt))
    }
}

extension API.WrappedMasterKey {
    init(_ domain: WrappedMasterKey) {
        self.init(masterKeyIndex: domain.index.rawValue, wrappedKey: HexBytes(domain.wrappedKey))
    }
}

extension API.RegisterServiceProviderResponse {
    init(_ domain: RegisteredServiceProvider) {
        self.init(
            provider: .init(domain.provider), secret: domain.secret,
            temporaryMasterKey: .init(domain.temporaryMasterKey))
    }
}

extension API.Service {
    func domain() throws(Problem) -> ServiceDefinition {
        let identifier = try service.domain()
        let loadFile = try executableLoadFile.aid(field: "executableLoadFile")
        let module = try executableModule.aid(field: "executableModule")
        return try reading { () throws(DirectoryValueError) in
            try ServiceDefinition(
                identifier: identifier, name: name, executableLoadFile: loadFile, executableModule: module,
                instanceAIDPrefix: instanceAIDPrefix.bytes, installParameters: installParameters?.bytes ?? [],
                minimumStandard: minimumStandard.domain, minimumCertificationLevel: minimumCertificationLevel ?? 0,
                providers: (providers ?? []).map { ServiceProviderID(rawValue: $0) })
        }
    }

    init(_ domain: ServiceDefinition) {
        self.init(
            service: .init(domain.identifier), name: domain.name,
            executableLoadFile: HexBytes(domain.executableLoadFile),
            executableModule: HexBytes(domain.executableModule),
            instanceAIDPrefix: HexBytes(domain.instanceAIDPrefix),
            installParameters: HexBytes(domain.installParameters), minimumStandard: .init(domain.minimumStandard),
            minimumCertificationLevel: domain.minimumCertificationLevel, providers: domain.providers.map(\.rawValue))
    }
}

extension API.RegisterSecureElementRequest {
    func domain() throws(Problem) -> SecureElementRegistration {
        SecureElementRegistration(
            id: try seId.domain(), mobileNetwork: mnoName, profileID: profileId, type: seType.domain,
            standard: standard.domain, certificationLevel: certificationLevel, expiresAt: expiry.secondsSince1970,
            configuration: configuration?.domain ?? .embedded, managementRole: managementRole?.domain ?? .central,
            centralSecurityDomain: try centralSecurityDomain.domain("centralSecurityDomain"),
            issuerSecurityDomain: try issuerSecurityDomain?.domain("issuerSecurityDomain"))
    }

    fileprivate init(_ domain: SecureElementRecord) {
        self.init(
            seId: .init(domain.id), mnoName: domain.mobileNetwork, profileId: domain.profileID,
            seType: .init(domain.type), standard: .init(domain.standard),
            certificationLevel: domain.certificationLevel, expiry: Timestamp(secondsSince1970: domain.expiresAt),
            configuration: .init(domain.configuration), managementRole: .init(domain.managementRole),
            centralSecurityDomain: .init(domain.centralSecurityDomain),
            issuerSecurityDomain: domain.issuerSecurityDomain.map(API.CentralSecurityDomain.init))
    }
}

extension API.CentralSecurityDomain {
    /// The schema bounds the numbers to one and to three bytes.
    fileprivate func domain(_ field: String) throws(Problem) -> CentralSecurityDomainRecord {
        CentralSecurityDomainRecord(
            aid: try aid.aid(field: "\(field).aid"),
            keys: KeyReference(
                masterKeyIndex: MasterKeyIndex(rawValue: masterKeyIndex),
                keyVersionNumber: UInt8(truncatingIfNeeded: keyVersionNumber),
                keyDiversificationData: keyDiversificationData.bytes),
            sequenceCounter: UInt32(truncatingIfNeeded: sequenceCounter),
            implementation: UInt8(truncatingIfNeeded: scp03Implementation))
    }

    fileprivate init(_ domain: CentralSecurityDomainRecord) {
        self.init(
            aid: HexBytes(domain.aid), masterKeyIndex: domain.keys.masterKeyIndex.rawValue,
            keyVersionNumber: Int(domain.keys.keyVersionNumber),
            keyDiversificationData: HexBytes(domain.keys.keyDiversificationData),
            sequenceCounter: Int(domain.sequenceCounter), scp03Implementation: Int(domain.implementation))
    }
}

extension API.SecureElement {
    init(_ domain: SecureElementRecord) {
        self.init(
            API.RegisterSecureElementRequest(domain), lifeCycle: .init(domain.lifeCycle),
            registeredAt: Timestamp(secondsSince1970: domain.registeredAt))
    }
}

extension API.Subscription {
    func domain() throws(Problem) -> SubscriptionRecord {
        SubscriptionRecord(msi: try msi.domain(), secureElement: try seId.domain())
    }

    init(_ domain: SubscriptionRecord) { self.init(msi: .init(domain.msi), seId: .init(domain.secureElement)) }
}
