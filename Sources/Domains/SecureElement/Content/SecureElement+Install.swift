import GlobalPlatform
import ISO7816

extension SecureElement {
    /// INSTALL in all its forms. GPC v2.3.1 §11.5.
    mutating func install(
        _ command: InstallCommand, by aid: AID, on channel: Int
    ) throws(Refusal) -> ResponseAPDU {
        switch command {
        case .forLoad(let load):
            return try beginLoad(load, by: aid, on: channel)
        case .forInstall(let install):
            try instantiate(install, .installed, by: aid)
        case .forInstallAndMakeSelectable(let install):
            try instantiate(install, .selectable, by: aid)
        case .forMakeSelectable(let make):
            try makeSelectable(make.application, by: aid)
        case .forExtradition(let extradition):
            try extradite(extradition.object, to: extradition.securityDomain, by: aid)
        case .forRegistryUpdate(let update):
            try updateRegistry(update, by: aid)
        case .forPersonalization(let application):
            return try beginPersonalization(of: application, by: aid, on: channel)
        }
        // One byte, the length of an absent receipt (Table 11-52).
        return ResponseAPDU(.success, data: [0x00])
    }

    /// INSTALL [for install]: an instance under the SD that was asked, INSTALLED or SELECTABLE. §11.5.2.3.2.
    private mutating func instantiate(
        _ install: InstallCommand.ForInstall, _ state: ApplicationLifeCycle, by aid: AID
    ) throws(Refusal) {
        guard let loadFile = memory.loadFile(install.executableLoadFile),
            memory.isInSubtree(loadFile.aid, of: aid), loadFile.modules.contains(install.executableModule)
        else { throw Refusal(.referencedDataNotFound) }
        try checkIsUnused(install.application)
        let isSecurityDomain = install.executableModule == BuiltInModule.securityDomain
        try check(install.privileges, isSecurityDomain: isSecurityDomain)
        guard memory.applications.count < CardMemory.applicationsMax else { throw Refusal(.notEnoughMemory) }
        memory.applications.append(
            RegisteredApplication(
                aid: install.application, loadFile: loadFile.aid, module: install.executableModule,
                lifeCycle: state.rawValue, privileges: install.privileges, securityDomain: aid,
                content: isSecurityDomain
                    ? .securityDomain(SecurityDomain())
                    : .applet(InstalledApplet(code: AppletCode(module: install.executableModule)))))
        guard memory.used <= memory.capacity else { throw Refusal(.notEnoughMemory) }
    }

    private func checkIsUnused(_ aid: AID) throws(Refusal) {
        guard memory.application(aid) == nil, memory.loadFile(aid) == nil,
            !EmbeddedProfile.issuerSecurityDomainAliases.contains(aid)
        else { throw Refusal(.incorrectData) }
    }

    /// Table 1: an SP SD is a security domain and may verify DAPs; nobody gets what the central SD has for itself.
    private func check(_ privileges: Privileges, isSecurityDomain: Bool) throws(Refusal) {
        guard privileges.contains(.securityDomain) == isSecurityDomain else { throw Refusal(.incorrectData) }
        let grantable =
            isSecurityDomain ? EmbeddedProfile.securityDomainPrivileges : EmbeddedProfile.applicationPrivileges
        guard grantable.isSuperset(of: privileges) else { throw Refusal(.incorrectData) }
    }

    /// INSTALL [for make selectable]. §11.5.2.3.3.
    private mutating func makeSelectable(_ target: AID, by aid: AID) throws(Refusal) {
        let index = try managed(target, by: aid)
        guard memory.applications[index].lifeCycle == ApplicationLifeCycle.installed.rawValue else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        memory.applications[index].lifeCycle = ApplicationLifeCycle.selectable.rawValue
    }

    /// INSTALL [for extradition]: another SD takes over an Application or load file. §11.5.2.3.4.
    private mutating func extradite(_ object: AID, to destination: AID, by aid: AID) throws(Refusal) {
        try checkAccepts(destination, by: aid)
        if let file = memory.loadFiles.firstIndex(where: { $0.aid == object }) {
            guard memory.isInSubtree(object, of: aid) else { throw Refusal(.referencedDataNotFound) }
            guard !memory.loadFiles[file].isImmutable else { throw Refusal(.conditionsOfUseNotSatisfied) }
            memory.loadFiles[file].securityDomain = destination
            return
        }
        let index = try managed(object, by: aid)
        // An SD below itself would be out of everybody's reach.
        guard !memory.isInSubtree(destination, of: object) else { throw Refusal(.conditionsOfUseNotSatisfied) }
        guard !isCompanion(object) else { throw Refusal(.conditionsOfUseNotSatisfied) }
        memory.applications[index].securityDomain = destination
    }

    /// Whether a security domain that `aid` reaches can be given something.
    func checkAccepts(_ destination: AID, by aid: AID) throws(Refusal) {
        guard memory.securityDomain(destination) != nil, memory.isInSubtree(destination, of: aid) else {
            throw Refusal(.referencedDataNotFound)
        }
        guard memory.application(destination)?.isLocked == false else { throw Refusal(.conditionsOfUseNotSatisfied) }
    }

    /// INSTALL [for registry update]: other privileges, another SD. §11.5.2.3.5.
    private mutating func updateRegistry(_ update: InstallCommand.ForRegistryUpdate, by aid: AID) throws(Refusal) {
        guard let target = update.application else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let index = try managed(target, by: aid)
        if let privileges = update.privileges {
            try check(privileges, isSecurityDomain: memory.applications[index].isSecurityDomain)
            memory.applications[index].privileges = privileges
        }
        if let destination = update.securityDomain { try extradite(target, to: destination, by: aid) }
    }

    /// The position of an object that `aid` manages: in its subtree, and not itself.
    func managed(_ target: AID, by aid: AID) throws(Refusal) -> Int {
        guard let index = memory.index(of: target), target != aid, memory.isInSubtree(target, of: aid) else {
            throw Refusal(.referencedDataNotFound)
        }
        return index
    }

    /// PPSE and the companions are the central SD's for good (TSM-21, TSM-31).
    func isCompanion(_ aid: AID) -> Bool { EmbeddedProfile.companions.contains(aid) }
}
