import ISO7816
import SeneschalAPI
import TrustedServiceManager

// What an operator does to cards and credentials: between JSON and the domain.

extension API.SecureElementConfiguration {
    var domain: SecureElementConfiguration {
        switch self {
        case .embedded: .embedded
        case .uicc: .uicc
        case .embeddedThirdParty: .embeddedThirdParty
        case .uiccThirdParty: .uiccThirdParty
        }
    }

    init(_ domain: SecureElementConfiguration) {
        self =
            switch domain {
            case .embedded: .embedded
            case .uicc: .uicc
            case .embeddedThirdParty: .embeddedThirdParty
            case .uiccThirdParty: .uiccThirdParty
            }
    }
}

extension API.ManagementRole {
    var domain: ManagementRole {
        switch self {
        case .central: .central
        case .mobileNetworkOperator: .mobileNetworkOperator
        case .thirdParty: .thirdParty
        }
    }

    init(_ domain: ManagementRole) {
        self =
            switch domain {
            case .central: .central
            case .mobileNetworkOperator: .mobileNetworkOperator
            case .thirdParty: .thirdParty
            }
    }
}

extension API.SecureElementLifeCycle {
    init(_ domain: SecureElementLifeCycle) {
        self =
            switch domain {
            case .operational: .operational
            case .locked: .locked
            case .terminated: .terminated
            }
    }
}

extension API.LoadRequest {
    func domain() throws(Problem) -> ContentOrder {
        .load(executableLoadFile: try aid.aid(field: "aid"), dataBlock: loadFileDataBlock.bytes)
    }
}

extension API.InstallRequest {
    func domain() throws(Problem) -> ContentOrder {
        .install(
            executableLoadFile: try executableLoadFile.aid(field: "executableLoadFile"),
            executableModule: try executableModule.aid(field: "executableModule"),
            application: try aid.aid(field: "aid"), parameters: installParameters?.bytes ?? [])
    }
}

extension API.ContentDeletionRequest {
    func domain() throws(Problem) -> ContentOrder {
        .delete(try aid.aid(field: "aid"), withRelated: withRelated ?? false)
    }
}

extension API.Content {
    init(_ domain: ContentOutcome) {
        self.init(
            aid: HexBytes(domain.aid), isPresent: domain.isPresent,
            lifeCycle: domain.lifeCycle.map { HexBytes([$0]) },
            securityDomain: domain.securityDomain.map { HexBytes($0) })
    }
}

extension API.CardBatch {
    init(_ domain: CardBatchRecord) {
        self.init(
            masterKeyIndex: domain.masterKey.rawValue, label: domain.label,
            createdAt: Timestamp(secondsSince1970: domain.createdAt))
    }
}

extension API.CredentialHolder {
    func domain() throws(Problem) -> CredentialRecord.Holder {
        switch type {
        case .serviceProvider: .serviceProvider(ServiceProviderID(rawValue: id))
        case .operator: .operator(name: id)
        case .agent: .agent(try API.SecureElementIdentifier(segment: id, field: "holder.id").domain())
        }
    }

    init(_ domain: CredentialRecord.Holder) {
        switch domain {
        case .serviceProvider(let id): self.init(type: .serviceProvider, id: id.rawValue)
        case .operator(let name): self.init(type: .operator, id: name)
        case .agent(let id): self.init(type: .agent, id: id.description)
        }
    }
}

extension API.Credential {
    init(_ domain: CredentialRecord) {
        self.init(
            id: domain.digest.hex.lowercased(), holder: .init(domain.holder),
            createdAt: Timestamp(secondsSince1970: domain.createdAt),
            revokedAt: domain.revokedAt.map { Timestamp(secondsSince1970: $0) })
    }
}
