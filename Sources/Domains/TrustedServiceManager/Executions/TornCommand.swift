import GlobalPlatform
import ISO7816

/// A command that was sent and not answered: the card, read afterwards, tells whether it took effect.
struct TornCommand: Sendable {
    private let conclusion: Conclusion
    private let leg: LegResult
    private let index: Int

    init(_ conclusion: Conclusion, leg: LegResult, index: Int) {
        self.conclusion = conclusion
        self.leg = leg
        self.index = index
    }

    var tookEffect: Bool {
        let command = leg.commands[index]
        switch command.instruction {
        case PutKeyCommand.instruction: return keysChanged
        case StoreDataCommand.instruction:
            return ConfidentialSetupMessage.begins(command.data) ? keysChanged : storeDataAccepted
        case DeleteCommand.instruction: return keysChanged
        case InstallCommand.instruction: return installed(p1: command.p1)
        case SetStatusCommand.instruction: return locked(by: command)
        // SELECT, GET DATA, GET STATUS and the opening of a session leave nothing behind.
        default: return false
        }
    }

    /// Whether the card, as it is read here, cannot tell: content commands of a delegated provider are wrapped. Their
    /// tokens are settled instead (``CentralTSM/settleApproval(_:_:)``).
    var isUndecidable: Bool {
        guard leg.part == .script, conclusion.file.delegationPolicy != nil else { return false }
        let command = leg.commands[index]
        guard command.classByte.indicatesSecureMessaging else { return false }
        switch command.instruction {
        case InstallCommand.instruction: return command.p1 != 0x20
        case LoadCommand.instruction: return true
        case DeleteCommand.instruction: return !keysChanged
        default: return false
        }
    }

    private var domain: CardSnapshot.SecurityDomain? {
        guard case .present(let domain) = conclusion.snapshot.securityDomain else { return nil }
        return domain
    }

    /// Another key version, or a counter that started again: replacing a key set resets its counter.
    private var keysChanged: Bool {
        guard let known = conclusion.file.securityDomain, let domain else { return false }
        let before: [UInt8] =
            switch known.custody {
            case .central: []
            case .temporary(let keys): [keys.keyVersionNumber]
            case .provider(let version): [version]
            }
        if domain.keyVersionNumbers != before { return true }
        // Only pseudo-random challenges move the counter (GPC Amd D §6.2.2.1): without them it proves nothing.
        guard countsSessions else { return false }
        return (domain.sequenceCounter ?? 0) < known.sequenceCounter || (domain.sequenceCounter == 0 && openedASession)
    }

    private var countsSessions: Bool {
        conclusion.file.secureElement.centralSecurityDomain.implementation & 0x10 != 0
    }

    /// An answered EXTERNAL AUTHENTICATE moves the counter beyond 0.
    private var openedASession: Bool {
        zip(leg.commands, leg.answers).contains { $0.instruction == 0x82 && $1.statusWord.isSuccess }
    }

    private var storeDataAccepted: Bool {
        guard let aid = conclusion.plan.reading?.instance, let progress = domain?.personalization[aid] else {
            return false
        }
        // Of a personalization that cannot be told from the one before, nothing is claimed: it may be done again.
        guard leg.ending != .lost || !wasPersonalized else { return false }
        let start =
            leg.commands[..<index].lastIndex { $0.instruction == InstallCommand.instruction && $0.p1 & 0x20 != 0 } ?? -1
        let answered = leg.commands[(start + 1)..<index].count { $0.instruction == StoreDataCommand.instruction }
        return progress.blocksAccepted == answered + 1
    }

    private func installed(p1: UInt8) -> Bool {
        switch p1 {
        case 0x08: conclusion.snapshot.instanceIsSelectable == true
        case 0x20: false
        default:
            conclusion.plan.reading?.instance.map { aid in
                p1 == 0x10
                    ? domain?.personalization[aid] != nil
                    : domain?.personalization[aid] != nil || conclusion.snapshot.central.personalization[aid] != nil
            } ?? (domain != nil)
        }
    }

    /// P2 of SET STATUS asks for LOCKED by b8 (GPC v2.3.1 Table 11-4); the application must have been otherwise before.
    private func locked(by command: CommandAPDU) -> Bool {
        guard let progress = conclusion.plan.reading?.instance.flatMap({ domain?.personalization[$0] }) else {
            return false
        }
        let wanted = command.p2 & 0x80 != 0
        return progress.isLocked == wanted && wanted != (knownStatus == .locked)
    }

    private var wasPersonalized: Bool {
        switch knownStatus {
        case .personalized, .active, .locked: true
        default: false
        }
    }

    private var knownStatus: ServiceStatus? {
        guard let service = conclusion.execution.service, let qualifier = conclusion.execution.qualifier else {
            return nil
        }
        return conclusion.file.instance(of: service, qualifier)?.status
    }
}
