import ArgumentParser
import Assembly
import ISO8583
import ISO8583Link

/// How the two ends of an ISO 8583 line write and authenticate messages.
struct LineOptions: ParsableArguments {
    @Option(
        name: .customLong("iso8583-dialect"),
        help: "How messages are written: ascii, binary (bitmaps and bytes as they are) or packed (BCD).")
    var dialect = DialectArgument.binary

    @Option(
        name: .customLong("iso8583-key-file"),
        help: ArgumentHelp(
            "The key of the line (mode 0600): `cmac:` or `retail:` and hex digits. Without it nobody is authenticated.",
            valueName: "file"))
    var keyFile: String?

    func lineProtocol() throws -> LineProtocol {
        LineProtocol(dialect: dialect.dialect, authentication: try keyFile.map { try Self.authentication(in: $0) })
    }

    /// The key in a file.
    static func authentication(in path: String) throws -> MessageAuthentication {
        let text = try SecretFile.read(path)
        do {
            return try MessageAuthentication(text: text)
        } catch {
            throw CommandFailure(
                .usage, "\(path) holds no key of a line",
                nextStep: "write `cmac:` and 32, 48 or 64 hex digits, or `retail:` and 32 or 48")
        }
    }
}

/// `ascii`, `binary` or `packed`.
enum DialectArgument: String, ExpressibleByArgument, CaseIterable {
    case ascii, binary, packed

    var dialect: Dialect {
        switch self {
        case .ascii: .ascii
        case .binary: .binary
        case .packed: .packed
        }
    }
}
