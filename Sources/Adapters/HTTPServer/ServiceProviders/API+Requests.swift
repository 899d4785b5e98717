import ISO7816
import SeneschalAPI
import TrustedServiceManager

// Requests: from JSON to what the domain can act on without checking again.

/// The four members that name a service on a secure element.
private func serviceRequest(
    _ seId: API.SecureElementIdentifier, _ msi: API.MobileSubscriptionIdentifier, _ service: API.ServiceIdentifier,
    _ qualifier: API.ServiceQualifier
) throws(Problem) -> ServiceRequest {
    ServiceRequest(
        secureElement: try seId.domain(), msi: try msi.domain(), service: try service.domain(),
        qualifier: try qualifier.domain())
}

extension API.ServiceRequest {
    func domain() throws(Problem) -> ServiceRequest { try serviceRequest(seId, msi, service, qualifier) }
}

extension API.PrePersonalizationRequest {
    func domain() throws(Problem) -> PrePersonalizationRequest {
        PrePersonalizationRequest(
            service: try serviceRequest(seId, msi, service, qualifier), commands: (commands ?? []).map(\.domain))
    }
}

extension API.PrePersonalizationRequest.Command {
    fileprivate var domain: PrePersonalizationRequest.Command {
        switch self {
        case .createSecurityDomain: .createSecurityDomain
        case .instantiate: .instantiate
        case .extradite: .extradite
        }
    }
}

extension API.BeginCommunicationRequest {
    func domain() throws(Problem) -> BeginCommunicationRequest {
        let format: ScriptFormat =
            switch scriptFormat {
            case .compact: .compact
            case .expanded: .expanded
            }
        return BeginCommunicationRequest(
            service: try serviceRequest(seId, msi, service, qualifier),
            targetApplication: try targetAID.aid(field: "targetAID"), scriptFormat: format, scriptBytes: scriptSize,
            operation: operation.domain)
    }
}

extension API.Operation {
    fileprivate var domain: Operation {
        switch self {
        case .keyRotation: .keyRotation
        case .personalization: .personalization
        case .postPersonalization: .postPersonalization
        case .provisioning: .provisioning
        }
    }

    init(_ domain: Operation) {
        self =
            switch domain {
            case .keyRotation: .keyRotation
            case .personalization: .personalization
            case .postPersonalization: .postPersonalization
            case .provisioning: .provisioning
            }
    }
}

extension API.ProvisioningRequest {
    func domain() throws(Problem) -> ProvisioningRequest {
        ProvisioningRequest(
            service: try serviceRequest(seId, msi, service, qualifier), rotation: try rotate?.commands("rotate.apdus"),
            personalization: try personalize?.commands("personalize.apdus"), activate: activate ?? false)
    }
}

extension API.ProcessScriptRequest {
    /// Every hex string becomes a command APDU, or the request is refused by the index of the one that does not.
    func commands(_ field: String = "apdus") throws(Problem) -> [CommandAPDU] {
        var commands: [CommandAPDU] = []
        for (index, apdu) in apdus.enumerated() {
            do throws(CommandAPDUDecodingError) {
                commands.append(try CommandAPDU(bytes: apdu.bytes))
            } catch {
                throw Problem(.invalidField, detail: "\(error)", field: "\(field)[\(index)]")
            }
        }
        return commands
    }
}
