import GlobalPlatform
import ISO7816

extension SecureElement {
    /// INSTALL in all its forms. GPC v2.3.1 §11.5.
    mutating func install(
        _ command: CommandAPDU, by aid: AID, on channel: Int
    ) throws(Refusal) -> ResponseAPDU {
        let install: InstallCommand = try decode(command)
        func request(_ step: ContentRequest.Step, _ token: [UInt8]) -> ContentRequest {
            ContentRequest(receiver: aid, step: step, command: command, token: token)
        }
        let approval: ContentApproval
        switch install {
        case .forLoad(let load):
            let destination = load.securityDomain.map(registered) ?? aid
            return try beginLoad(
                load, request(.load(load.executableLoadFile, into: destination), load.token), on: channel)
        case .forPersonalization(let application):
            return try beginPersonalization(of: application, by: aid, on: channel)
        case .forInstall(let install), .forInstallAndMakeSelectable(let install):
            approval = try authorize(request(try step(install), install.token))
            try instantiate(install, command.p1 == 0x04 ? .installed : .selectable, by: aid)
        case .forMakeSelectable(let make):
            approval = try authorize(request(.makeSelectable(make.application), make.token))
            try makeSelectable(make)
        case .forExtradition(let extradition):
            let destination = registered(extradition.securityDomain)
            approval = try authorize(request(.extradite(extradition.object, to: destination), extradition.token))
            _ = try systemParameters(extradition.parameters, [])
            try extradite(extradition.object, to: destination)
        case .forRegistryUpdate(let update):
            guard let target = update.application else { throw Refusal(.conditionsOfUseNotSatisfied) }
            approval = try authorize(request(.updateRegistry(target, to: update.securityDomain), update.token))
            try updateRegistry(update, of: target, by: aid)
        }
        return ResponseAPDU(.success, data: try confirmation(of: approval))
    }

    /// The AID that the registry knows a security domain by: pySim names the ISD as older cards do.
    func registered(_ securityDomain: AID) -> AID {
        memory.rules.issuerSecurityDomainAliases.contains(securityDomain)
            ? memory.issuerSecurityDomain : securityDomain
    }

    private func step(_ install: InstallCommand.ForInstall) throws(Refusal) -> ContentRequest.Step {
        guard let loadFile = memory.loadFile(install.executableLoadFile),
            loadFile.modules.contains(install.executableModule)
        else { throw Refusal(.referencedDataNotFound) }
        return .install(
            install.application, from: loadFile.aid,
            isSecurityDomain: install.executableModule == BuiltInModule.securityDomain)
    }

    /// INSTALL [for install]: an instance under the SD that was asked, INSTALLED or SELECTABLE. §11.5.2.3.2.
    private mutating func instantiate(
        _ install: InstallCommand.ForInstall, _ state: ApplicationLifeCycle, by aid: AID
    ) throws(Refusal) {
        try checkIsUnused(install.application)
        let isSecurityDomain = install.executableModule == BuiltInModule.securityDomain
        try checkGrant(install.privileges, to: install.application, isSecurityDomain: isSecurityDomain, by: aid)
        guard memory.applications.count < CardMemory.applicationsMax else { throw Refusal(.notEnoughMemory) }
        let parameters = try systemParameters(
            install.parameters,
            [
                .volatileMemory, .nonVolatileMemory, .reservedVolatileMemory, .reservedNonVolatileMemory,
                .implicitSelections,
            ])
        var application = RegisteredApplication(
            aid: install.application, loadFile: install.executableLoadFile, module: install.executableModule,
            lifeCycle: state.rawValue, privileges: install.privileges, securityDomain: aid,
            content: isSecurityDomain
                ? .securityDomain(SecurityDomain(role: SecurityDomainRole(install.privileges)))
                : .applet(InstalledApplet(code: AppletCode(module: install.executableModule))))
        application.allotment = try MemoryAllotment(parameters)
        memory.applications.append(application)
        try setImplicitSelections(parameters.implicitSelections, of: install.application)
        try checkMemory()
    }

    /// The system parameters of an INSTALL; `6A80` for one that its form does not have (Table 11-49).
    func systemParameters(
        _ parameters: InstallParameters, _ defined: Set<SystemParameters.Field>
    ) throws(Refusal) -> SystemParameters {
        let read: SystemParameters
        do { read = try SystemParameters(parameters) } catch { throw Refusal(error.statusWord) }
        guard read.fields.isSubset(of: defined) else { throw Refusal(.incorrectData) }
        return read
    }

    /// Gives an Application the channels that it is selected on without a SELECT, or takes them away (empty): those that
    /// the card has, each to one Application only. §6.4.1.1.
    private mutating func setImplicitSelections(
        _ selections: [ImplicitSelection]?, of aid: AID
    ) throws(Refusal) {
        guard let selections, let index = memory.index(of: aid) else { return }
        guard selections.allSatisfy({ $0.logicalChannel < Self.channelsMax }),
            Set(selections).count == selections.count,
            !memory.isTaken(selections, by: aid)
        else { throw Refusal(.incorrectData) }
        memory.applications[index].implicitSelections = selections
    }

    private func checkIsUnused(_ aid: AID) throws(Refusal) {
        guard memory.application(aid) == nil, memory.loadFile(aid) == nil,
            !memory.rules.issuerSecurityDomainAliases.contains(aid)
        else { throw Refusal(.incorrectData) }
    }

    /// Whether `aid` may give these privileges: by its role, and by what they need beside them.
    private func checkGrant(
        _ privileges: Privileges, to target: AID, isSecurityDomain: Bool, by aid: AID
    ) throws(Refusal) {
        guard privileges.contains(.securityDomain) == isSecurityDomain else { throw Refusal(.incorrectData) }
        let grantable =
            isSecurityDomain
            ? memory.rules.grantableToSecurityDomains(by: memory.role(of: aid)) : memory.rules.applicationPrivileges
        guard grantable.isSuperset(of: privileges) else { throw Refusal(.incorrectData) }
        // One Application at most is selected at reset by its privilege (§6.6.1).
        guard !privileges.contains(.cardReset) || !memory.applications.contains(where: { $0.hasCardReset(but: target) })
        else { throw Refusal(.incorrectData) }
        // UICC Configuration 1.0.1: only who manages by its own authority verifies tokens and makes receipts.
        guard
            privileges.isDisjoint(with: [.tokenVerification, .receiptGeneration])
                || privileges.contains(.authorizedManagement)
        else { throw Refusal(.incorrectData) }
        // Delegated Management without anybody above to approve would be good for nothing; and with Authorized
        // Management it contradicts itself (GPC v2.3.1 Table 6-1).
        if privileges.contains(.delegatedManagement) {
            guard !privileges.contains(.authorizedManagement), memory.nearest(.tokenVerification, from: aid) != nil
            else { throw Refusal(.incorrectData) }
        }
    }

    /// INSTALL [for make selectable]: it may come with Card Reset and with implicit selection. §11.5.2.3.3.
    private mutating func makeSelectable(_ make: InstallCommand.ForMakeSelectable) throws(Refusal) {
        let target = make.application
        guard let index = memory.index(of: target),
            memory.applications[index].lifeCycle == ApplicationLifeCycle.installed.rawValue
        else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let new = make.privileges.subtracting(memory.applications[index].privileges)
        // No other privilege is given here (Table 11-43).
        guard new.isSubset(of: .cardReset) else { throw Refusal(.incorrectData) }
        if new.contains(.cardReset) {
            guard !memory.applications[index].isSecurityDomain,
                !memory.applications.contains(where: { $0.hasCardReset(but: target) })
            else { throw Refusal(.incorrectData) }
            memory.applications[index].privileges.insert(.cardReset)
        }
        let parameters = try systemParameters(make.parameters, [.implicitSelections])
        try setImplicitSelections(parameters.implicitSelections, of: target)
        memory.applications[index].lifeCycle = ApplicationLifeCycle.selectable.rawValue
    }

    /// INSTALL [for extradition]: another SD takes over an Application or load file. §11.5.2.3.4.
    private mutating func extradite(_ object: AID, to destination: AID) throws(Refusal) {
        if let file = memory.loadFiles.firstIndex(where: { $0.aid == object }) {
            guard !memory.loadFiles[file].isImmutable else { throw Refusal(.conditionsOfUseNotSatisfied) }
            memory.loadFiles[file].securityDomain = destination
            return try checkMemory()
        }
        // An SD below itself would be out of everybody's reach.
        guard let index = memory.index(of: object), !memory.isInSubtree(destination, of: object), !isCompanion(object)
        else { throw Refusal(.conditionsOfUseNotSatisfied) }
        memory.applications[index].securityDomain = destination
        try checkMemory()
    }

    /// INSTALL [for registry update]: other privileges, another SD. §11.5.2.3.5.
    private mutating func updateRegistry(
        _ update: InstallCommand.ForRegistryUpdate, of target: AID, by aid: AID
    ) throws(Refusal) {
        guard let index = memory.index(of: target) else { throw Refusal(.referencedDataNotFound) }
        if let privileges = update.privileges {
            try checkGrant(
                privileges, to: target, isSecurityDomain: memory.applications[index].isSecurityDomain, by: aid)
            memory.applications[index].privileges = privileges
            memory.updateSecurityDomain(target) { $0.role = SecurityDomainRole(privileges, formerly: $0.role) }
        }
        let parameters = try systemParameters(update.parameters, [.implicitSelections])
        try setImplicitSelections(parameters.implicitSelections, of: target)
        if let destination = update.securityDomain { try extradite(target, to: destination) }
    }

    /// PPSE and the companions are the central SD's for good (TSM-21, TSM-31).
    func isCompanion(_ aid: AID) -> Bool { memory.rules.companions.contains(aid) }
}

extension RegisteredApplication {
    fileprivate func hasCardReset(but other: AID) -> Bool { aid != other && privileges.contains(.cardReset) }
}
