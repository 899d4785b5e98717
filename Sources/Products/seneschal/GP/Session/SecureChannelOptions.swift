import ArgumentParser
import CardManagement
import Foundation
import GlobalPlatform
import ISO7816
import SecureChannel

/// Which security domain, under which keys, how well protected.
struct SecureChannelOptions: ParsableArguments {
    @Option(
        name: .customLong("sd"),
        help: ArgumentHelp("The security domain; the issuer's when absent.", valueName: "aid"))
    var securityDomain: AIDArgument?

    @Option(
        help: ArgumentHelp(
            "The version of the key set, 01 to 7F or FF; the card chooses when absent.", valueName: "hex"))
    var keyVersion: KeyVersionArgument?

    @Option(help: "The security level: \(SecurityArgument.choices). The strongest that the card offers when absent.")
    var security: SecurityArgument?

    @Option(help: "Insist on a Secure Channel Protocol: 02, 03, or 03s16 for S16; the key set decides when absent.")
    var scp: SCPArgument?

    @Flag(
        help: ArgumentHelp(
            "Authenticate although the record says that few tries may be left. Wrong keys never reach the card all the "
                + "same."))
    var forceAuthentication = false

    var request: SessionRequest {
        SessionRequest(
            securityDomain: securityDomain?.aid, keyVersion: keyVersion?.version, level: security?.level,
            mode: scp?.mode, isForced: forceAuthentication)
    }
}

/// An AID on the command line.
struct AIDArgument: ExpressibleByArgument {
    let aid: AID

    init?(argument: String) {
        guard let aid = try? AID(hex: argument.filter { $0 != ":" && $0 != " " }) else { return nil }
        self.aid = aid
    }
}

/// A key version number on the command line, in hex.
struct KeyVersionArgument: ExpressibleByArgument {
    let version: KeyVersionNumber

    init?(argument: String) {
        guard argument.count <= 2, let version = UInt8(argument, radix: 16).flatMap(KeyVersionNumber.init) else {
            return nil
        }
        self.version = version
    }
}

/// A security level on the command line, by what it protects.
struct SecurityArgument: ExpressibleByArgument {
    let level: SecurityLevel

    private static let levels: [(name: String, level: SecurityLevel)] = [
        ("none", .noSecureMessaging), ("mac", .commandMAC), ("mac-enc", .commandMACAndDecryption),
        ("rmac", .macBothWays), ("mac-enc-rmac", .macBothWaysAndDecryption), ("full", .full),
    ]

    static let choices = levels.map(\.name).joined(separator: ", ")

    init?(argument: String) {
        guard let level = Self.levels.first(where: { $0.name == argument.lowercased() })?.level else { return nil }
        self.level = level
    }
}

/// A Secure Channel Protocol on the command line.
enum SCPArgument: String, ExpressibleByArgument, CaseIterable {
    case scp02 = "02"
    case scp03 = "03"
    case scp03S16 = "03s16"

    var mode: SCP03Mode? {
        switch self {
        case .scp02: nil
        case .scp03: .s8
        case .scp03S16: .s16
        }
    }

    private var protocolIdentifier: UInt8 { self == .scp02 ? 0x02 : 0x03 }

    /// It is the key set that decides which protocol is spoken: another one than wanted is the person's to resolve.
    func check(_ keys: VerifiedKeys) throws {
        guard keys.secureChannelProtocol != protocolIdentifier else { return }
        throw CommandFailure(
            .refused,
            "key set \(keys.keyVersion.map { "\($0)" } ?? "00") is of SCP\([keys.secureChannelProtocol].hex), "
                + "not SCP\([protocolIdentifier].hex)",
            nextStep: "`seneschal gp keys list` shows the others: --key-version; or leave --scp away")
    }
}
