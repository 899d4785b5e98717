public import ArgumentParser
import CardLink
import CardManagement
import Foundation
public import GlobalPlatform
import ISO7816
import SeneschalAPI
import Synchronization

/// `seneschal gp install`.
struct GPInstallCommand: GPSessionAction {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Load a CAP file and install its applications.",
        discussion: """
              seneschal gp install wallet.cap --keys my.card.keys
              seneschal gp install wallet.cap --module A00000006203010C0101 --as A00000006203010C01AA --keys my.card.keys
              seneschal gp install library.cap --load-only --keys my.card.keys
              seneschal gp install --package A00000006203010C01 --module A00000006203010C0101 --keys my.card.keys
              seneschal gp install wallet.cap --dry-run

            The one module of the file is installed; of several, say which: --module AID, or --all-modules.

            A field that is lost meanwhile is sought again. If it stays away, or the process dies, the same command goes \
            on later from what the card then says; `gp status` shows what is unfinished, and --roll-back removes it.

            Delegated management: --dry-run prints the commands; `gp token sign --apdu …` signs them; --load-token and \
            --token carry the tokens. A signature of the load file (`gp dap sign`) goes with --dap SD:SIGNATURE.
            """)

    @Argument(help: ArgumentHelp("The CAP file.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("A package that is on the card already, instead of a file.", valueName: "aid"))
    var package: AIDArgument?

    @Option(help: ArgumentHelp("A module to install; may be repeated.", valueName: "aid"))
    var module: [AIDArgument] = []

    @Flag(help: "Install every module of the file.")
    var allModules = false

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("The AID of the application; its module's when absent.", valueName: "aid"))
    var application: AIDArgument?

    @Option(help: ArgumentHelp("Its privileges, separated by commas, or three bytes in hex.", valueName: "names"))
    var privileges: PrivilegesArgument?

    @OptionGroup var parameters: InstallParameterOptions

    @Flag(help: "Load the package, install nothing.")
    var loadOnly = false

    @Flag(help: "Install without making selectable.")
    var notSelectable = false

    @Option(help: ArgumentHelp("The security domain that the package will belong to.", valueName: "aid"))
    var to: AIDArgument?

    @Option(help: "Send the hash of the load file: sha1, sha256, sha384 or sha512.")
    var hash: LoadFileHashAlgorithm?

    @Option(
        help: ArgumentHelp("A signature of the load file by a security domain; may be repeated.", valueName: "sd:hex"))
    var dap: [DataAuthenticationPatternArgument] = []

    @Option(
        help: ArgumentHelp(
            "Data objects of INSTALL [for load] in hex, such as EF04C6020800 (memory for code), B6… (what the token is for).",
            valueName: "hex"))
    var loadParameterObjects: HexArgument?

    @Option(help: ArgumentHelp("The token of INSTALL [for load].", valueName: "hex"))
    var loadToken: HexArgument?

    @OptionGroup var token: TokenOptions

    @Flag(help: "Delete a package of this name, with its applications, first.")
    var replace = false

    @Flag(help: "Leave the package on the card when an application cannot be installed from it.")
    var keepPackage = false

    @Flag(help: "Only go on with an interrupted installation; without one it is an error.")
    var resume = false

    @Flag(help: "Remove what an interrupted installation of this package left.")
    var rollBack = false

    @OptionGroup(title: "Which card") var selection: CardSelection
    @OptionGroup(title: "Keys of the card") var keys: CardKeyOptions
    @OptionGroup(title: "Keys of the card") var unlock: VaultOptions
    @OptionGroup(title: "Secure channel") var channel: SecureChannelOptions
    @OptionGroup var format: GPOutputOptions

    func validate() throws {
        if (file == nil) == (package == nil) {
            throw ValidationError("Give a CAP file, or --package AID of one that is on the card.")
        }
        if loadOnly && (allModules || !module.isEmpty || application != nil) {
            throw ValidationError("--load-only installs no module.")
        }
        if allModules && !module.isEmpty { throw ValidationError("Give --module or --all-modules.") }
        if application != nil && (allModules || module.count > 1) {
            throw ValidationError("--as names one application: give one --module.")
        }
        if package != nil && module.isEmpty && !rollBack {
            throw ValidationError("Which module of the package? --module AID.")
        }
        if [resume, rollBack, token.dryRun].count(where: { $0 }) > 1 {
            throw ValidationError("Give one of --resume, --roll-back and --dry-run.")
        }
    }

    func perform() async throws -> GPAnswer {
        let plan = try plan()
        if token.dryRun { return try preview(plan) }
        if rollBack { return try await rollBack(plan.package) }
        if resume { try await requireRecord(of: plan.package) }
        let progress = InstallationDisplay(plan)
        let outcome: InstallationOutcome
        do {
            outcome = try await withManager { manager in
                try await manager.install(plan, in: channel.request) { progress.show($0) }
            }
        } catch {
            progress.end()
            throw error
        }
        progress.end()
        return answer(plan, outcome)
    }

    private func answer(_ plan: InstallationPlan, _ outcome: InstallationOutcome) -> GPAnswer {
        let receipts = outcome.confirmations.filter { $0.count > 1 }
        let applications = plan.instances.map { $0.application }
        var lines = ["Package \(plan.package.readable)" + (plan.loadFile == nil ? "" : " is loaded.")]
        if plan.loadFile == nil { lines = [] }
        lines += applications.map { "Application \($0.readable) is installed." }
        if outcome.wasResumed { lines.append("An interrupted installation was completed.") }
        return GPAnswer(
            .object(of: [
                "done": "installed", "package": .string("\(plan.package)"),
                "applications": .array(applications.map { .string("\($0)") }),
                "blocksLoaded": .integer(outcome.blocksLoaded), "wasResumed": .boolean(outcome.wasResumed),
                "reconnections": .integer(outcome.reconnections),
                "confirmations": receipts.isEmpty ? nil : .array(receipts.map { .hex($0) }),
            ]), lines)
    }

    // MARK: - The plan

    private func plan() throws -> InstallationPlan {
        var plan: InstallationPlan
        if let file {
            let loadFile = try CAPFile.read(file)
            plan = InstallationPlan(loadFile, hash: hash, dataAuthenticationPatterns: dap.map(\.pattern))
            plan.instances = try modules(of: loadFile).map { try instance(of: $0, from: plan.package) }
        } else if let package = package?.aid {
            plan = InstallationPlan(
                package: package, instances: try module.map { try instance(of: $0.aid, from: package) })
        } else {
            preconditionFailure("validate() wants one of the two")
        }
        plan.loadDestination = to?.aid
        do {
            plan.loadParameters = InstallParameters(try BERTLV.sequence(loadParameterObjects?.bytes ?? []))
        } catch { throw CommandFailure(.usage, "--load-parameter-objects: \(error)") }
        plan.loadToken = loadToken?.bytes ?? []
        plan.replacesPackage = replace
        plan.keepsPackageOnFailure = keepPackage
        return plan
    }

    private func modules(of file: ExecutableLoadFile) throws -> [AID] {
        if loadOnly { return [] }
        if !module.isEmpty { return module.map(\.aid) }
        guard file.modules.count > 1, !allModules else { return file.modules }
        throw CommandFailure(
            .usage,
            "the file has \(file.modules.count) modules: \(file.modules.map(\.readable).joined(separator: ", "))",
            nextStep: "say which: --module \(file.modules[0]), or --all-modules")
    }

    private func instance(of module: AID, from package: AID) throws -> ApplicationInstance {
        ApplicationInstance(
            package: package, module: module, application: application?.aid, privileges: privileges?.privileges ?? [],
            parameters: try parameters.installParameters(), isMadeSelectable: !notSelectable, token: token.bytes)
    }

    private func preview(_ plan: InstallationPlan) throws -> GPAnswer {
        let install = plan.instances.map { (name: "INSTALL \($0.application)", command: $0.command.command) }
        let load =
            plan.loadFile.map { _ in [(name: "INSTALL [for load]", command: plan.loadAnnouncement.command)] } ?? []
        let blocks = try plan.loadBlocks(blockLength: Self.previewBlockLength).count
        let commands = load + install
        return GPAnswer(
            .object(of: [
                "package": .string("\(plan.package)"), "modules": .array(plan.modules.map { .string("\($0)") }),
                "loadFileBytes": plan.loadFile.map { .integer($0.bytes.count) },
                "hash": plan.hash.isEmpty ? nil : .hex(plan.hash),
                "commands": .array(
                    commands.map { .object(of: ["name": .string($0.name), "apdu": .hex($0.command.bytes)]) }),
            ]),
            ["Package \(plan.package.readable), modules \(plan.modules.map(\.readable).joined(separator: ", "))"]
                + (plan.loadFile.map { ["\($0.bytes.count) bytes in about \(blocks) blocks"] } ?? [])
                + commands.map { "\($0.name): \($0.command.bytes.hex)" })
    }

    /// What a short command carries with an 8-byte C-MAC and encryption.
    private static let previewBlockLength = 239

    // MARK: - Interrupted installations

    private func rollBack(_ package: AID) async throws -> GPAnswer {
        let wasThere = try await withManager {
            try await $0.rollBackInstallation(of: package, in: channel.request)
        }
        guard wasThere else { throw Self.nothingInterrupted(package) }
        return GPAnswer(done: "rolled back", package, "What was left of \(package.readable) is removed.")
    }

    private func requireRecord(of package: AID) async throws {
        let records = try await UnfinishedWork.all(in: StateDirectory.journal())
        guard records.contains(where: { $0.kind == .installation && $0.subject == "\(package)" }) else {
            throw Self.nothingInterrupted(package)
        }
    }

    private static func nothingInterrupted(_ package: AID) -> CommandFailure {
        CommandFailure(
            .refused, "no interrupted installation of \(package) is on record",
            nextStep: "`seneschal gp status` lists what is unfinished")
    }
}

/// Shows how far an installation is.
private final class InstallationDisplay: Sendable {
    private let line: ProgressLine
    private let bytes: Int

    init(_ plan: InstallationPlan) {
        line = ProgressLine("Loading \(plan.package)")
        bytes = plan.loadFile?.bytes.count ?? 0
    }

    func show(_ progress: InstallationProgress) {
        switch progress {
        case .loading(let block, let count): line.show(count == 0 ? 0 : bytes * block / count, of: bytes)
        case .reconnecting(let attempt, let loss):
            line.end()
            Terminal.message("Lost: \(loss.reason). Put the card back; waiting for it (attempt \(attempt)).")
        case .deleting(let package): Terminal.message("Deleting what was there of \(package).")
        case .rollingBack: Terminal.message("Removing the package again.")
        case .installing, .makingSelectable, .finished: line.end()
        }
    }

    func end() { line.end() }
}

/// CAP files on the disk.
enum CAPFile {
    static let bytesMax = 4 * 1_024 * 1_024

    static func read(_ path: String) throws -> ExecutableLoadFile {
        guard let bytes = try DurableFile.read(path, bytesMax: bytesMax) else {
            throw CommandFailure(.usage, "\(path) does not exist")
        }
        do { return try ExecutableLoadFile(file: bytes) } catch {
            throw CommandFailure(
                .usage, "\(path) is no load file: \(error)", nextStep: "give the CAP file that the converter made")
        }
    }
}

extension LoadFileHashAlgorithm: ExpressibleByArgument {
    public init?(argument: String) {
        switch argument.lowercased() {
        case "sha1": self = .sha1
        case "sha256": self = .sha256
        case "sha384": self = .sha384
        case "sha512": self = .sha512
        default: return nil
        }
    }
}

/// The signature of a load file on the command line: `A0000001515350410001:3045…`.
struct DataAuthenticationPatternArgument: ExpressibleByArgument {
    let pattern: LoadFile.DataAuthenticationPattern

    init?(argument: String) {
        let parts = argument.split(separator: ":")
        guard parts.count == 2, let domain = try? AID(hex: parts[0]), let signature = try? [UInt8](hex: parts[1]) else {
            return nil
        }
        pattern = LoadFile.DataAuthenticationPattern(securityDomain: domain, signature: signature)
    }
}
