import ArgumentParser
import CardManagement
import GlobalPlatform
import ISO7816
import SeneschalAPI

/// `seneschal gp delete`.
struct GPDeleteCommand: GPAction {
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
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func perform() async throws -> GPAnswer {
        let confirmation = try await channel.withSession { session in
            try await session.delete(object.aid, withRelated: withApplications, token: token.bytes)
        }
        return GPAnswer(done: "deleted", object.aid, confirmation: confirmation, "\(object.aid.readable) is deleted.")
    }
}

/// `seneschal gp extradite`.
struct GPExtraditeCommand: GPAction {
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
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func perform() async throws -> GPAnswer {
        let confirmation = try await channel.withSession { session in
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
    struct Create: GPAction {
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
            let confirmation = try await channel.withSession { session in try await session.createDomain(plan) }
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
