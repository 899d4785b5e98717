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
    }

    /// The data field without the token and its length: what a token signs, next to P1 and P2 (GPC v2.3.1 §C.4).
    var dataWithoutToken: [UInt8] {
        switch step {
        case .delete:
            let objects = (try? BERTLV.sequence(command.data)) ?? []
            return objects.filter { $0.tag != 0x9E }.bytes
        default:
            // The token is the last field; its length stands before it, in BER form.
            return Array(command.data.dropLast(BERTLV.lengthBytes(token.count).count + token.count))
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
    let verifier: AID?
}
