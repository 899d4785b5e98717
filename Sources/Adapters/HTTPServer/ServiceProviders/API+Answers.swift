import ISO7816
import SeneschalAPI
import TrustedServiceManager

// Answers: from the domain to JSON.

extension API.SecureElementData {
    init(_ domain: SecureElementData) {
        self.init(
            seId: .init(domain.id), mnoName: domain.mobileNetwork, spData: .init(domain.serviceProviderData),
            masterKeyIndex: domain.masterKeyIndex.rawValue, profileId: domain.profileID, seType: .init(domain.type),
            standard: .init(domain.standard), certificationLevel: domain.certificationLevel,
            expiry: Timestamp(secondsSince1970: domain.expiresAt))
    }
}

extension API.ServiceProviderData {
    fileprivate init(_ domain: ServiceProviderData) {
        self.init(
            securityDomain: domain.securityDomain.map(API.SecurityDomain.init),
            services: domain.services.map(API.ServiceDescription.init))
    }
}

extension API.SecurityDomain {
    fileprivate init(_ domain: SecurityDomainDescription) {
        let custody: KeyCustody =
            switch domain.custody {
            case .central: .central
            case .temporary: .temporary
            case .provider: .provider
            }
        self.init(
            aid: HexBytes(domain.aid), keyCustody: custody, keyVersionNumber: Int(domain.keyVersionNumber),
            keyDiversificationData: HexBytes(domain.keyDiversificationData),
            sequenceCounter: Int(domain.sequenceCounter), scp03Implementation: Int(domain.implementation))
    }
}

extension API.ServiceDescription {
    fileprivate init(_ domain: ServiceDescription) {
        self.init(
            service: .init(domain.service), qualifier: .init(domain.qualifier),
            instanceAID: HexBytes(domain.instance), serviceStatus: .init(domain.status))
    }
}

extension API.ServiceStatusResponse {
    init(_ domain: ServiceDescription) {
        self.init(
            status: .success, service: .init(domain.service), qualifier: .init(domain.qualifier),
            instanceAID: HexBytes(domain.instance), serviceStatus: .init(domain.status))
    }
}

extension API.ServiceResponse {
    init(_ domain: ServiceOutcome) {
        self.init(status: .success, instanceAID: HexBytes(domain.instance), serviceStatus: .init(domain.status))
    }
}

extension API.PrePersonalizationResponse {
    init(_ domain: PrePersonalizationOutcome, requestID: String?) {
        self.init(
            status: .success, requestId: requestID,
            created: Created(
                sd: domain.securityDomainCreated ? HexBytes(domain.securityDomain) : nil,
                instances: domain.instancesCreated.map { HexBytes($0) }),
            securityDomain: HexBytes(domain.securityDomain), instances: domain.instances.map { HexBytes($0) },
            serviceStatus: .init(domain.status), failures: [])
    }
}

extension API.BeginCommunicationResponse {
    init(_ domain: BeginCommunicationOutcome) {
        let format: API.ScriptFormat =
            switch domain.terms.scriptFormat {
            case .compact: .compact
            case .expanded: .expanded
            }
        self.init(
            status: .success, communicationId: domain.communication.rawValue, otaBearer: domain.terms.otaBearer,
            maxScripts: domain.terms.scriptsMax, maxScriptSize: domain.terms.scriptBytesMax, scriptFormat: format,
            permittedSeconds: domain.terms.permittedSeconds)
    }
}

extension API.EndCommunicationResponse {
    init(_ domain: EndCommunicationOutcome) {
        self.init(status: .init(domain.status), operation: .init(domain.operation), scriptsRun: domain.scriptsRun)
    }
}

extension API.ScriptResponse {
    init(_ domain: ScriptOutcome) {
        let (status, outcome): (API.Status, Outcome) =
            switch domain.verdict {
            case .completed: (.success, .completed)
            case .stopped: (.failure, .stopped)
            case .unknown: (.failure, .unknown)
            }
        self.init(
            status: status, outcome: outcome,
            responses: domain.responses.map {
                Answer(index: $0.index, data: HexBytes($0.data), sw: $0.statusWord.map(HexBytes.init(statusWord:)))
            },
            failed: domain.failed.map {
                Failure(index: $0.index, apdu: HexBytes($0.command), sw: $0.statusWord.map(HexBytes.init(statusWord:)))
            },
            unattempted: domain.unattempted)
    }
}

extension API.ProvisioningResponse {
    /// Success means that every part that was asked for succeeded.
    init(_ domain: ProvisioningOutcome, activationWanted: Bool) {
        let rotate = domain.rotation.map(API.ScriptResponse.init)
        let personalize = domain.personalization.map(API.ScriptResponse.init)
        let activate = domain.activation.map(API.ServiceResponse.init)
        let scriptsSucceeded = [rotate, personalize].compactMap { $0 }.allSatisfy { $0.status == .success }
        self.init(
            status: scriptsSucceeded && (activate != nil || !activationWanted) ? .success : .failure,
            rotate: rotate, personalize: personalize, activate: activate, serviceStatus: .init(domain.status))
    }
}
