import ArgumentParser
import CardManagement
import GlobalPlatform
import ISO7816
import SeneschalAPI

/// `seneschal gp delete`.
struct GPDeleteCommand: GPSessionAction {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an application or a package.",
        discussion: """
              seneschal gp delete A00000006203010C0101 --keys my.card.keys
              seneschal gp delete A00000006203010C01 --with-applications --keys my.card.keys

            A package that applications were made from is refused with 6985 unless they go too.
            """)

    @Argument(help: ArgumentHelp("The application, security domain or package.", valueName: "aid"))
    var object: AIDArgument

    @Flag(help: "Of a package: delete its applications too.")
    var withApplications = false

    @OptionGroup var token: TokenOptions
    @OptionGroup(title: "Which card") var selection: CardSelection
    @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
    @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func perform() async throws -> GPAnswer {
        if token.dryRun {
            let command = GlobalPlatform.DeleteCommand.object(
                object.aid, withRelated: withApplications, token: token.bytes)
            return GPAnswer(preview: "DELETE", command.command)
        }
        let confirmation = try await withSession { session in
            try await session.delete(object.aid, withRelated: withApplications, token: token.bytes)
        }
        return GPAnswer(done: "deleted", object.aid, confirmation: confirmation, "\(object.aid.readable) is deleted.")
    }
}

/// `seneschal gp extradite`.
struct GPExtraditeCommand: GPSessionAction {
    static let configuration = CommandConfiguration(
        commandName: "extradite", abstract: "Move an application or a package to another security domain.",
        discussion: """
              seneschal gp extradite A00000006203010C0101 --to A0000001515350410000 --keys my.card.keys

            The security domain that it moves to must accept it: it is personalized, or below the same authority.
            """)

    @Argument(help: ArgumentHelp("The application or package.", valueName: "aid"))
    var object: AIDArgument

    @Option(help: ArgumentHelp("The security domain that it will belong to.", valueName: "aid"))
    var to: AIDArgument

    @OptionGroup var token: TokenOptions
    @OptionGroup(title: "Which card") var selection: CardSelection
    @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
    @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func perform() async throws -> GPAnswer {
        if token.dryRun {
            let command = InstallCommand.forExtradition(
                .init(securityDomain: to.aid, object: object.aid, token: token.bytes))
            return GPAnswer(preview: "INSTALL [for extradition]", command.command)
        }
        let confirmation = try await withSession { session in
            try await session.extradite(object.aid, to: to.aid, token: token.bytes)
        }
        return GPAnswer(
            done: "extradited", object.aid, confirmation: confirmation,
            "\(object.aid.readable) belongs to \(to.aid.readable) now.")
    }
}

/// `seneschal gp domain …`.
struct GPDomainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domain", abstract: "Security domains: create.", subcommands: [Create.self])

    /// `seneschal gp domain create`.
    struct Create: GPSessionAction {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Create a supplementary security domain.",
            discussion: """
                  seneschal gp domain create A0000001515350410001 --keys my.card.keys
                  seneschal gp domain create A0000001515350410001 --privileges DelegatedManagement --keys my.card.keys
                  seneschal gp domain create A0000001515350410001 --scp-parameters 0370 --keys my.card.keys

                It starts with the keys of the security domain above it. `gp keys put --sd AID` gives it its own.
                Privileges: \(PrivilegesArgument.choices); or three bytes in hex.
                """)

        @Argument(help: ArgumentHelp("The AID of the new security domain.", valueName: "aid"))
        var domain: AIDArgument

        @Option(help: ArgumentHelp("Its privileges, separated by commas.", valueName: "names"))
        var privileges: PrivilegesArgument?

        @Option(
            help: ArgumentHelp("Its Secure Channel Protocol and the \"i\" parameter, such as 0370.", valueName: "hex"))
        var scpParameters: HexArgument?

        @Option(help: ArgumentHelp("The package that security domains are made from.", valueName: "aid"))
        var package: AIDArgument?

        @Option(help: ArgumentHelp("The module of that package.", valueName: "aid"))
        var module: AIDArgument?

        @OptionGroup var parameters: InstallParameterOptions
        @OptionGroup var token: TokenOptions
        @OptionGroup(title: "Which card") var selection: CardSelection
        @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
        @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
        @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
        @OptionGroup var format: GPOutputOptions

        func validate() throws {
            if let scpParameters, scpParameters.bytes.count != 2 {
                throw ValidationError(
                    "--scp-parameters has two bytes: the protocol and its \"i\" parameter, such as 0370.")
            }
            if scpParameters != nil, parameters.parameters != nil {
                throw ValidationError("--scp-parameters is a way to write --parameters: give one of them.")
            }
        }

        func perform() async throws -> GPAnswer {
            let plan = try plan()
            if token.dryRun {
                let instance = ApplicationInstance(
                    package: plan.package, module: plan.module, application: plan.application,
                    privileges: plan.privileges.union(.securityDomain), parameters: plan.parameters, token: plan.token)
                return GPAnswer(preview: "INSTALL [for install and make selectable]", instance.command.command)
            }
            let confirmation = try await withSession { session in try await session.createDomain(plan) }
            return GPAnswer(
                done: "created", domain.aid, confirmation: confirmation,
                "Security domain \(domain.aid.readable) is there, SELECTABLE. "
                    + "Next: seneschal gp keys put --sd \(domain.aid) …")
        }

        func plan() throws -> DomainPlan {
            let specific = scpParameters.map { BERTLV(0x81, $0.bytes).bytes } ?? []
            var plan = DomainPlan(
                domain.aid, privileges: privileges?.privileges ?? [],
                parameters: try parameters.installParameters(specific: specific))
            plan.package = package?.aid ?? plan.package
            plan.module = module?.aid ?? plan.module
            plan.token = token.bytes
            return plan
        }
    }
}

/// `seneschal gp make-selectable`.
struct GPMakeSelectableCommand: GPSessionAction {
    static let configuration = CommandConfiguration(
        commandName: "make-selectable", abstract: "Make an installed application selectable.",
        discussion: """
              seneschal gp install wallet.cap --not-selectable --keys my.card.keys
              seneschal gp make-selectable A00000006203010C0101 --keys my.card.keys
            """)

    @Argument(help: ArgumentHelp("The application.", valueName: "aid"))
    var application: AIDArgument

    @Option(help: ArgumentHelp("Its privileges, separated by commas, or three bytes in hex.", valueName: "names"))
    var privileges: PrivilegesArgument?

    @OptionGroup var token: TokenOptions
    @OptionGroup(title: "Which card") var selection: CardSelection
    @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
    @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func perform() async throws -> GPAnswer {
        let privileges = privileges?.privileges ?? []
        if token.dryRun {
            let command = InstallCommand.forMakeSelectable(
                .init(application: application.aid, privileges: privileges, token: token.bytes))
            return GPAnswer(preview: "INSTALL [for make selectable]", command.command)
        }
        let confirmation = try await withSession { session in
            try await session.makeSelectable(application.aid, privileges: privileges, token: token.bytes)
        }
        return GPAnswer(
            done: "made selectable", application.aid, confirmation: confirmation,
            "\(application.aid.readable) is selectable.")
    }
}

/// `seneschal gp update`.
struct GPUpdateCommand: GPSessionAction {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change privileges or parameters of an application (registry update).",
        discussion: """
              seneschal gp update A00000006203010C0101 --privileges CardReset --keys my.card.keys
              seneschal gp update A0000001515350410001 --privileges SecurityDomain,DAPVerification --keys my.card.keys
              seneschal gp update A00000006203010C0101 --parameter-objects EF03CF0180 --keys my.card.keys

            What is not named stays as it is. --to moves the application as `gp extradite` does.
            """)

    @Argument(help: ArgumentHelp("The application or security domain.", valueName: "aid"))
    var application: AIDArgument

    @Option(help: ArgumentHelp("All its privileges from now on, by name or as three bytes in hex.", valueName: "names"))
    var privileges: PrivilegesArgument?

    @Option(
        help: ArgumentHelp("Data objects in hex, such as EF03CF0180 (implicit selection).", valueName: "hex"))
    var parameterObjects: HexArgument?

    @Option(help: ArgumentHelp("The security domain that it will belong to.", valueName: "aid"))
    var to: AIDArgument?

    @OptionGroup var token: TokenOptions
    @OptionGroup(title: "Which card") var selection: CardSelection
    @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
    @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func validate() throws {
        if privileges == nil && parameterObjects == nil && to == nil {
            throw ValidationError("What is to change? --privileges, --parameter-objects or --to.")
        }
    }

    func perform() async throws -> GPAnswer {
        let update = try update()
        if token.dryRun {
            return GPAnswer(preview: "INSTALL [for registry update]", InstallCommand.forRegistryUpdate(update).command)
        }
        let confirmation = try await withSession { session in try await session.updateRegistry(update) }
        return GPAnswer(
            done: "updated", application.aid, confirmation: confirmation,
            "The registry entry of \(application.aid.readable) is changed.")
    }

    private func update() throws -> InstallCommand.ForRegistryUpdate {
        do {
            return InstallCommand.ForRegistryUpdate(
                securityDomain: to?.aid, application: application.aid, privileges: privileges?.privileges,
                parameters: InstallParameters(try BERTLV.sequence(parameterObjects?.bytes ?? [])), token: token.bytes)
        } catch { throw CommandFailure(.usage, "--parameter-objects: \(error)") }
    }
}
