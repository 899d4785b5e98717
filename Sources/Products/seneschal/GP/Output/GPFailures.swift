import CardLink
import CardManagement
import GlobalPlatform
import ISO7816
import PCSCLink
import SecureChannel

extension CommandFailure {
    /// What a failure with a card means to the shell and what helps; `nil` for errors of another kind.
    init?(ofCard error: any Error) {
        switch error {
        case let error as CardManagementError: self.init(error)
        case let error as CardUnreachable: self.init(error)
        case let error as PCSCError: self.init(error)
        case let error as LoadFileError:
            self.init(
                .usage, "the file is no load file: \(error)", nextStep: "give the CAP file that the converter made")
        case let error as SocketError: self.init(.noCard, "\(error)")
        default: return nil
        }
    }

    private init(_ error: CardManagementError) {
        switch error {
        case .notAllowed: self.init(.refused, "\(error)")
        case .keysUnavailable: self.init(.usage, "\(error)", nextStep: Self.keysNextStep)
        case .noSuchKeySet(let asked, let listed):
            self.init(
                .usage, "\(error)",
                nextStep: listed.contains(asked)
                    ? "the keys are there but open no session: single keys do not, nor does a protocol that the card "
                        + "lacks (`seneschal gp info`)"
                    : "--key-version takes one of those listed")
        case .authenticationWithheld:
            self.init(
                .withheld, "\(error)",
                nextStep: "`seneschal gp keys verify` with the same options tries the keys without burning a try")
        case .cardRefused(let refusal): self.init(.refused, "\(error)", nextStep: Self.nextStep(after: refusal))
        case .wrongKeys(let wrong): self.init(.wrongKeys, "\(error)", nextStep: Self.nextStep(after: wrong))
        case .cardMisbehaved, .journalFailed: self.init(.refused, "\(error)")
        case .secureChannel(let failure): self.init(failure)
        case .cardUnreachable(let unreachable): self.init(unreachable)
        }
    }

    private init(_ error: CardUnreachable) {
        self.init(
            error.mayHaveBeenExecuted ? .unknownOutcome : .unreachable, "\(error)",
            nextStep: error.nextStep ?? "`seneschal gp status` tells what was under way; repeating the command goes on")
    }

    private init(_ error: PCSCError) {
        let status: ExitStatus =
            switch error.kind {
            case .noLibrary, .noService, .noReader, .noCard, .cardRemoved, .cardMute, .timeout, .inUse: .noCard
            case .cardReset, .communication, .other: .unreachable
            }
        self.init(status, "\(error)", nextStep: error.nextStep)
    }

    private init(_ error: SecureChannelError) {
        switch error {
        case .cardRefused(let status):
            self.init(.refused, "\(CommandRefusal(command: "EXTERNAL AUTHENTICATE", statusWord: status))")
        default: self.init(.refused, "\(error)")
        }
    }

    private static let keysNextStep =
        "--keys FILE, --vault FILE --master-key INDEX, or --test-keys for a development card"

    private static func nextStep(after refusal: CommandRefusal) -> String? {
        switch refusal.statusWord {
        case .authenticationMethodBlocked: "these keys cannot be used any more; another key set may be: --key-version"
        case .selectedFileInvalidated: "`seneschal gp unlock` opens what is locked"
        case .notEnoughMemory: "`seneschal gp info` tells what is free; `gp delete` makes room"
        case .conditionsOfUseNotSatisfied where refusal.command.hasPrefix("DELETE"):
            "`seneschal gp list` shows what came from it; --with-applications deletes that too; a domain with Delegated "
                + "Management needs --token"
        case .conditionsOfUseNotSatisfied where refusal.command.hasPrefix("INSTALL [for load]"):
            "`seneschal gp list` shows whether it is; a domain with Delegated Management needs --load-token and --token"
        case .conditionsOfUseNotSatisfied where refusal.command.hasPrefix("LOAD"):
            "a domain with DAP Verification needs its signature (--dap) and the --hash that was signed"
        case .fileNotFound where refusal.command == "SELECT":
            "`seneschal gp list` shows what is there; --sd names another"
        default: nil
        }
    }

    private static func nextStep(after wrong: WrongKeys) -> String {
        switch wrong.finding {
        case .otherDiversification(let fitting): "the same command with --diversification \(fitting.rawValue)"
        case .publicTestKeys: "the same command with --test-keys"
        case .encryptionKeyDiffers: "compare “enc” in the keys file with the card's personalization"
        case .macKeyDiffers: "compare “mac” in the keys file with the card's personalization"
        case .otherKeys:
            wrong.knownVersions.count > 1
                ? "name the key set that these keys belong to: --key-version "
                    + wrong.knownVersions.map(\.description).joined(separator: " or ")
                : "`seneschal gp keys search` tries candidates without burning a try; a new security domain has the keys of "
                    + "the one above it (--keys-of)"
        }
    }
}
