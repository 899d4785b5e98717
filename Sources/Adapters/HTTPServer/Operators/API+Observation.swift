import ISO7816
import SeneschalAPI
import TrustedServiceManager

// What an operator watches: from the directory to JSON, without commands, data or digests.

extension API.Communication {
    init(_ domain: Communication) {
        let (state, operationStatus): (State, API.Status?) =
            switch domain.state {
            case .opened: (.opened, nil)
            case .executing: (.executing, nil)
            case .ended(let status): (.ended, .init(status))
            case .expired: (.expired, nil)
            }
        self.init(
            communicationId: domain.id.rawValue, providerId: domain.provider.rawValue,
            seId: .init(domain.secureElement), service: .init(domain.service), qualifier: .init(domain.qualifier),
            targetAID: HexBytes(domain.targetApplication), operation: .init(domain.operation), state: state,
            operationStatus: operationStatus, scriptsRun: domain.scriptsRun,
            openedAt: Timestamp(secondsSince1970: domain.openedAt))
    }
}

extension API.Execution {
    init(_ domain: Execution) {
        self.init(
            number: Int(domain.number.rawValue), seId: .init(domain.secureElement), mnoName: domain.mobileNetwork,
            providerId: domain.provider?.rawValue, communicationId: domain.communication?.rawValue,
            purpose: .init(domain.purpose), state: .init(domain.state),
            createdAt: Timestamp(secondsSince1970: domain.createdAt),
            updatedAt: Timestamp(secondsSince1970: domain.updatedAt))
    }
}

extension API.Execution.State {
    fileprivate init(_ domain: Execution.State) {
        self =
            switch domain {
            case .intended: .intended
            case .sent: .sent
            case .answered: .answered
            case .settled: .settled
            }
    }
}

extension API.Execution.Purpose {
    fileprivate init(_ domain: Execution.Purpose) {
        self =
            switch domain {
            case .prePersonalization: .prePersonalization
            case .rollback: .rollback
            case .script: .script
            case .activation: .activation
            case .provisioning: .provisioning
            case .lock: .lock
            case .unlock: .unlock
            case .deletion: .deletion
            case .reading: .reading
            case .cardLifeCycle: .cardLifeCycle
            case .content: .content
            case .tokenKeys: .tokenKeys
            }
    }
}

extension API.AuditEntry {
    init(_ domain: AuditEntry) {
        self.init(
            at: Timestamp(secondsSince1970: domain.at), actor: domain.actor, action: domain.action,
            seId: domain.secureElement.map(API.SecureElementIdentifier.init), detail: domain.detail)
    }
}

extension API.Reconciliation {
    init(_ domain: Reconciliation) {
        self.init(
            seId: .init(domain.secureElement), settled: domain.settled.map { Int($0.rawValue) },
            centralSequenceCounter: domain.centralSequenceCounter.map { Int($0) })
    }
}
