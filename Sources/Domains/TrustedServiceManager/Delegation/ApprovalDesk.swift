import GlobalPlatform
import ISO7816

/// Judges which commands may be approved: pure. It follows the content that the commands would leave, one after the other.
struct ApprovalDesk: Sendable {
    let policy: DelegationPolicy
    /// The provider's security domain on the card, which has Delegated Management.
    let securityDomain: AID
    let secureElement: SecureElementIdentifier
    /// By AID: the provider's content as the directory knows it, and as the steps change it.
    var content: [AID: DelegatedContent]

    init(
        policy: DelegationPolicy, securityDomain: AID, secureElement: SecureElementIdentifier,
        content: [DelegatedContent]
    ) {
        self.policy = policy
        self.securityDomain = securityDomain
        self.secureElement = secureElement
        self.content = Dictionary(content.map { ($0.aid, $0) }) { first, _ in first }
    }

    private struct Refusal: Error {
        var reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// - Throws: `.commandRefused` naming the first command that is not approved.
    mutating func judge(_ commands: [CommandAPDU]) throws(TSMError) -> [DelegatedStep] {
        var steps: [DelegatedStep] = []
        for (index, command) in commands.enumerated() {
            do throws(Refusal) {
                let step = try step(of: command)
                try check(step)
                apply(step)
                steps.append(step)
            } catch {
                throw .commandRefused(index: index, reason: error.reason)
            }
        }
        return steps
    }

    // MARK: Reading

    private func step(of command: CommandAPDU) throws(Refusal) -> DelegatedStep {
        guard command.classByte.isProprietary, !command.classByte.indicatesSecureMessaging else {
            throw Refusal("a command is approved in plain")
        }
        switch command.instruction {
        case InstallCommand.instruction:
            do { return try step(of: try InstallCommand(command)) } catch let error as Refusal { throw error } catch {
                throw Refusal("malformed INSTALL: \(error)")
            }
        case DeleteCommand.instruction:
            guard case .object(let aid, let withRelated, let token)? = try? DeleteCommand(command) else {
                throw Refusal("only DELETE of an application or a load file is approved")
            }
            guard !withRelated else { throw Refusal("objects are deleted one by one: each has its receipt") }
            guard token.isEmpty else { throw Refusal("the command has a token already") }
            return .deletion(aid)
        default:
            throw Refusal("instruction \([command.instruction].hex) takes no token")
        }
    }

    private func step(of install: InstallCommand) throws -> DelegatedStep {
        func checkHasNone(_ token: [UInt8]) throws(Refusal) {
            if !token.isEmpty { throw Refusal("the command has a token already") }
        }
        switch install {
        case .forLoad(let load):
            try checkHasNone(load.token)
            guard !load.loadFileDataBlockHash.isEmpty else {
                throw Refusal("without the load file's hash a token would approve of any content")
            }
            return .load(load.executableLoadFile, under: load.securityDomain ?? securityDomain)
        case .forInstall(let install):
            try checkHasNone(install.token)
            return try step(of: install, isSelectable: false)
        case .forInstallAndMakeSelectable(let install):
            try checkHasNone(install.token)
            return try step(of: install, isSelectable: true)
        case .forMakeSelectable(let make):
            try checkHasNone(make.token)
            guard make.privileges.isEmpty else { throw Refusal("an application gets no privileges") }
            guard let known = content[make.application], let loadFile = known.loadFile else {
                throw Refusal("\(make.application) is no application of yours on this card")
            }
            return .makeSelectable(make.application, from: loadFile)
        case .forExtradition(let extradition):
            try checkHasNone(extradition.token)
            guard let known = content[extradition.object] else {
                throw Refusal("\(extradition.object) is nothing of yours on this card")
            }
            return .extradition(extradition.object, from: known.securityDomain, to: extradition.securityDomain)
        case .forRegistryUpdate: throw Refusal("registry updates are not approved")
        case .forPersonalization: throw Refusal("INSTALL [for personalization] needs no approval")
        }
    }

    private func step(
        of install: InstallCommand.ForInstall, isSelectable: Bool
    ) throws(Refusal) -> DelegatedStep {
        guard install.privileges.isEmpty else { throw Refusal("an application gets no privileges") }
        return .install(
            install.application, from: install.executableLoadFile, under: securityDomain, isSelectable: isSelectable)
    }

    // MARK: Judging

    private func check(_ step: DelegatedStep) throws(Refusal) {
        guard policy.steps.contains(step.kind) else { throw Refusal("\(step.name) is not approved for you") }
        guard policy.covers(step.object) else { throw Refusal("\(step.object) does not begin as yours must") }
        switch step {
        case .load(let aid, let domain):
            guard domain == securityDomain else { throw Refusal("a package is loaded into your own security domain") }
            try checkIsNew(aid)
        case .install(let aid, let loadFile, _, _):
            guard content[loadFile]?.kind == .loadFile || policy.packages.contains(loadFile) else {
                throw Refusal("package \(loadFile) is neither yours on this card nor open to you")
            }
            try checkIsNew(aid)
        case .makeSelectable(let aid, _):
            guard content[aid]?.isSelectable == false else { throw Refusal("\(aid) is selectable already") }
        case .extradition(_, _, let destination):
            guard destination == securityDomain else {
                throw Refusal("an object is extradited to your own security domain")
            }
        case .deletion(let aid):
            guard content[aid] != nil else { throw Refusal("\(aid) is nothing of yours on this card") }
        }
    }

    private func checkIsNew(_ aid: AID) throws(Refusal) {
        guard content[aid] == nil else { throw Refusal("\(aid) is on this card already") }
        guard content.count < policy.objectsMax else {
            throw Refusal("\(policy.objectsMax) objects on this card are all that you may have")
        }
    }

    /// Follows what the step leaves on the card.
    mutating func apply(_ step: DelegatedStep) {
        switch step {
        case .load(let aid, let domain):
            content[aid] = record(aid, .loadFile, under: domain)
        case .install(let aid, let loadFile, let domain, let isSelectable):
            content[aid] = record(aid, .application, under: domain)
            content[aid]?.loadFile = loadFile
            content[aid]?.isSelectable = isSelectable
        case .makeSelectable(let aid, _): content[aid]?.isSelectable = true
        case .extradition(let aid, _, let destination): content[aid]?.securityDomain = destination
        case .deletion(let aid): content[aid] = nil
        }
    }

    private func record(_ aid: AID, _ kind: DelegatedContent.Kind, under domain: AID) -> DelegatedContent {
        DelegatedContent(
            secureElement: secureElement, provider: policy.provider, aid: aid, kind: kind, securityDomain: domain)
    }
}

extension DelegatedStep {
    var kind: DelegationPolicy.Step {
        switch self {
        case .load: .load
        case .install: .install
        case .makeSelectable: .makeSelectable
        case .extradition: .extradition
        case .deletion: .deletion
        }
    }

    /// What the receipt of the step signs. GPC v2.3.1 §C.5.
    var confirmed: ConfirmedOperation {
        switch self {
        case .load(let aid, let domain): .load(aid, under: domain)
        case .install(let aid, let loadFile, _, _), .makeSelectable(let aid, let loadFile):
            .install(aid, from: loadFile)
        case .extradition(let aid, let former, let new): .extradition(aid, from: former, to: new)
        case .deletion(let aid): .deletion(aid)
        }
    }
}
