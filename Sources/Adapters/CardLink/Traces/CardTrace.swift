public import ISO7816

/// Writes what goes to and from a card, one line each. Fields that may hold keys, PINs or card numbers are masked
/// unless the trace is told otherwise.
public struct CardTrace: Sendable {
    private let showsSecrets: Bool
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes a line without its newline.
    public init(showsSecrets: Bool = false, write: @escaping @Sendable (String) -> Void) {
        self.showsSecrets = showsSecrets
        self.write = write
    }

    /// `> 80CA00E0 Le 256` and `< E012… 9000`.
    public func record(_ command: CommandAPDU, _ response: ResponseAPDU) {
        let masksCommand = !showsSecrets && SensitiveFields.inCommand(command)
        let masksResponse = !showsSecrets && SensitiveFields.inResponse(to: command)
        let le = command.expectedLength.map { " Le \($0)" } ?? ""
        write("> \(command.header.hex)\(Self.field(command.data, masked: masksCommand))\(le)")
        write("< \(Self.field(response.data, masked: masksResponse).drop { $0 == " " })".trailing(response.statusWord))
    }

    /// A command that got no answer.
    public func record(_ command: CommandAPDU, _ failure: CardUnreachable) {
        let masked = !showsSecrets && SensitiveFields.inCommand(command)
        write("> \(command.header.hex)\(Self.field(command.data, masked: masked))")
        record(failure: failure)
    }

    /// A reset of the card.
    public func recordReset() { write("reset") }

    func record(_ message: VPCDMessage, _ failure: CardUnreachable?) {
        write("\(message == .reset ? "reset" : "power on")\(failure.map { ": \($0)" } ?? "")")
    }

    func record(malformed bytes: [UInt8]) { write("> \(bytes.count) bytes that are no command") }

    func record(failure: CardUnreachable) { write("! \(failure)") }

    private static func field(_ bytes: [UInt8], masked: Bool) -> String {
        bytes.isEmpty ? "" : masked ? " ‹\(bytes.count) bytes›" : " \(bytes.hex)"
    }
}

extension String {
    fileprivate func trailing(_ status: StatusWord) -> String { self + (hasSuffix(" ") ? "" : " ") + "\(status)" }
}

/// Which fields of an exchange may hold what nobody should read in a log.
enum SensitiveFields {
    /// PUT KEY, STORE DATA, VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER, GET PROCESSING OPTIONS, GENERATE AC,
    /// UPDATE RECORD, UPDATE BINARY: keys, personalization, PINs and payment data.
    private static let commands: Set<UInt8> = [0xD8, 0xE2, 0x20, 0x24, 0x2C, 0xA8, 0xAE, 0xDC, 0xD6]
    /// READ RECORD, GET PROCESSING OPTIONS, GENERATE AC, READ BINARY: answers with a PAN or track data.
    private static let responses: Set<UInt8> = [0xB2, 0xA8, 0xAE, 0xB0]
    /// GET RESPONSE continues an answer that is not known here.
    private static let getResponse: UInt8 = 0xC0

    static func inCommand(_ command: CommandAPDU) -> Bool { commands.contains(command.instruction) }

    static func inResponse(to command: CommandAPDU) -> Bool {
        responses.contains(command.instruction) || command.instruction == getResponse
    }
}
