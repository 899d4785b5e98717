public import GlobalPlatform
public import ISO7816

extension ManagementSession {
    /// **DELETE**: an Application, or an Executable Load File; with `withRelated` what depends on it goes along.
    ///
    /// - Returns: the confirmation, empty or with a receipt.
    /// - Throws: ``CardManagementError``.
    @discardableResult
    public mutating func delete(
        _ object: AID, withRelated: Bool = false, token: [UInt8] = []
    ) async throws(CardManagementError) -> [UInt8] {
        try await send(
            DeleteCommand.object(object, withRelated: withRelated, token: token).command, "DELETE \(object)")
    }

    /// **SET STATUS**: locks an Application or supplementary Security Domain.
    ///
    /// - Parameter withApplications: of a Security Domain: its Applications too (P1 `60`).
    /// - Throws: ``CardManagementError``.
    public mutating func lock(_ aid: AID, withApplications: Bool = false) async throws(CardManagementError) {
        try await setStatus(
            withApplications ? .securityDomainAndApplications(aid, state: 0x80) : .lock(aid), "lock \(aid)")
    }

    /// **SET STATUS**: back to the state before the lock. See ``lock(_:withApplications:)``.
    ///
    /// - Throws: ``CardManagementError``.
    public mutating func unlock(_ aid: AID, withApplications: Bool = false) async throws(CardManagementError) {
        try await setStatus(
            withApplications ? .securityDomainAndApplications(aid, state: 0x00) : .unlock(aid), "unlock \(aid)")
    }

    /// **SET STATUS**: another life cycle state of an Application, coded in its own way.
    ///
    /// - Throws: ``CardManagementError``.
    public mutating func setState(of aid: AID, to state: UInt8) async throws(CardManagementError) {
        try await setStatus(.application(aid, state: state), "\(aid)")
    }

    /// **SET STATUS**: the card to another life cycle state: OP_READY, INITIALIZED, SECURED, CARD_LOCKED, and back to
    /// SECURED.
    ///
    /// - Parameter isForced: TERMINATED is for good and needs it.
    /// - Throws: ``CardManagementError``.
    public mutating func setCardState(
        _ state: CardLifeCycle, isForced: Bool = false
    ) async throws(CardManagementError) {
        guard state != .terminated || isForced else {
            throw .notAllowed("a TERMINATED card never comes back: force it if that is meant")
        }
        try await setStatus(.card(state), "card to \(state)")
    }

    private mutating func setStatus(
        _ command: SetStatusCommand, _ what: String
    ) async throws(CardManagementError) {
        try await send(command.command, "SET STATUS (\(what))")
    }

    /// **INSTALL [for install and make selectable]**, or [for install] alone.
    ///
    /// - Returns: the confirmation, empty or with a receipt.
    /// - Throws: ``CardManagementError``.
    @discardableResult
    public mutating func install(_ instance: ApplicationInstance) async throws(CardManagementError) -> [UInt8] {
        try await send(instance.command.command, "\(instance.commandName) \(instance.application)")
    }

    /// **INSTALL [for make selectable]** of an INSTALLED Application.
    ///
    /// - Throws: ``CardManagementError``.
    @discardableResult
    public mutating func makeSelectable(
        _ application: AID, privileges: Privileges = [], token: [UInt8] = []
    ) async throws(CardManagementError) -> [UInt8] {
        let command = InstallCommand.forMakeSelectable(
            .init(application: application, privileges: privileges, token: token))
        return try await send(command.command, "INSTALL [for make selectable] \(application)")
    }

    /// Creates a supplementary Security Domain, SELECTABLE, with the privileges and parameters asked for.
    ///
    /// - Throws: ``CardManagementError``; a set of privileges that no Security Domain can have is `notAllowed`.
    @discardableResult
    public mutating func createDomain(_ domain: DomainPlan) async throws(CardManagementError) -> [UInt8] {
        let privileges = domain.privileges.union(.securityDomain)
        if let violation = privileges.violation { throw .notAllowed("\(violation)") }
        var instance = ApplicationInstance(
            package: domain.package, module: domain.module, application: domain.application, privileges: privileges)
        instance.parameters = domain.parameters
        instance.token = domain.token
        return try await install(instance)
    }

    /// **INSTALL [for extradition]**: `object` belongs to another Security Domain from now on.
    ///
    /// - Throws: ``CardManagementError``.
    @discardableResult
    public mutating func extradite(
        _ object: AID, to securityDomain: AID, parameters: InstallParameters = .init(), token: [UInt8] = []
    ) async throws(CardManagementError) -> [UInt8] {
        let command = InstallCommand.forExtradition(
            .init(securityDomain: securityDomain, object: object, parameters: parameters, token: token))
        return try await send(command.command, "INSTALL [for extradition] \(object)")
    }

    /// **INSTALL [for registry update]**: other privileges, another Security Domain, other parameters; `nil` leaves as
    /// it is.
    ///
    /// - Throws: ``CardManagementError``.
    @discardableResult
    public mutating func updateRegistry(
        _ update: InstallCommand.ForRegistryUpdate
    ) async throws(CardManagementError) -> [UInt8] {
        try await send(InstallCommand.forRegistryUpdate(update).command, "INSTALL [for registry update]")
    }
}

/// A Security Domain to be created.
public struct DomainPlan: Hashable, Sendable {
    public var application: AID
    /// ``GlobalPlatform/Privileges/securityDomain`` is always among them.
    public var privileges: Privileges
    /// Such as ``GlobalPlatform/InstallParameters/secureChannel(protocol:implementation:)``.
    public var parameters: InstallParameters
    /// The Executable Load File and Module that make Security Domains; these names are the usual ones. GPC v2.3.1 §H.1.3.
    public var package: AID = "A0000001515350"
    public var module: AID = "A000000151535041"
    public var token: [UInt8] = []

    public init(
        _ application: AID, privileges: Privileges = [], parameters: InstallParameters = .applicationSpecific([])
    ) {
        self.application = application
        self.privileges = privileges
        self.parameters = parameters
    }
}

/// An Application to be made from an Executable Module.
public struct ApplicationInstance: Hashable, Sendable {
    public var package: AID
    public var module: AID
    public var application: AID
    public var privileges: Privileges
    /// `C9`, `EF`, `EA` and so on.
    public var parameters: InstallParameters
    public var isMadeSelectable: Bool
    public var token: [UInt8]

    /// - Parameter application: `nil` gives it its module's AID.
    public init(
        package: AID, module: AID, application: AID? = nil, privileges: Privileges = [],
        parameters: InstallParameters = .applicationSpecific([]), isMadeSelectable: Bool = true, token: [UInt8] = []
    ) {
        self.package = package
        self.module = module
        self.application = application ?? module
        self.privileges = privileges
        self.parameters = parameters
        self.isMadeSelectable = isMadeSelectable
        self.token = token
    }

    /// The command that makes it.
    public var command: InstallCommand {
        let install = InstallCommand.ForInstall(
            executableLoadFile: package, executableModule: module, application: application, privileges: privileges,
            parameters: parameters, token: token)
        return isMadeSelectable ? .forInstallAndMakeSelectable(install) : .forInstall(install)
    }

    var commandName: String {
        isMadeSelectable ? "INSTALL [for install and make selectable]" : "INSTALL [for install]"
    }
}
