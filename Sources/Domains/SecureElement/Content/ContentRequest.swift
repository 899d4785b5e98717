import GlobalPlatform
import ISO7816

/// A step of card content management, as it was asked for.
struct ContentRequest: Equatable, Sendable {
    /// The security domain that received the command.
    var receiver: AID
    var step: Step
    /// The command in plain: without secure messaging, and whole if it came in parts.
    var command: CommandAPDU
    /// Empty when absent.
    var token: [UInt8]

    enum Step: Equatable, Sendable {
        case load(AID, into: AID)
        /// From a load file; `isSecurityDomain` tells whether its module makes one.
        case install(AID, from: AID, isSecurityDomain: Bool)
        case makeSelectable(AID)
        case extradite(AID, to: AID)
        case updateRegistry(AID, to: AID?)
        case delete(AID)

        /// What it is about.
        var object: AID {
            switch self {
            case .load(let object, _), .install(let object, _, _), .makeSelectable(let object),
                .extradite(let object, _), .updateRegistry(let object, _), .delete(let object):
                object
            }
        }
    }

    var operation: SecurityDomainOperation {
        switch step {
        case .load: .installForLoad
        case .install, .makeSelectable: .installForInstall
        case .extradite: .installForExtradition
        case .updateRegistry: .installForRegistryUpdate
        case .delete: .deleteContent
        }
    }
}

/// A step that may go ahead, and who said so.
struct ContentApproval: Equatable, Sendable {
    let request: ContentRequest
    /// The security domain whose token it was that let a delegated one act; `nil` when none was needed.
    var verifier: AID?
    /// Where the object was before a delegated step, if it was anywhere: a receipt tells.
    var formerSecurityDomain: AID?
}
