import ISO7816

/// Collects a whole response at the level of the transport: repeats a command with the Le that `6Cxx` names, and fetches
/// what `61xx` announces with GET RESPONSE (ISO/IEC 7816-4 §7.6.1), so that a secure channel sees one answer to one
/// command in T=0 as in T=1.
enum ResponseCollection {
    /// The longest response: extended length allows no more.
    static let bytesMax = 65_536

    static func collect(
        _ command: CommandAPDU, exchange: (CommandAPDU) throws(CardUnreachable) -> ResponseAPDU
    ) throws(CardUnreachable) -> ResponseAPDU {
        var response = try exchange(command)
        if let expected = response.statusWord.expectedLength, command.expectedLength != expected {
            var repeated = command
            repeated.expectedLength = expected
            response = try exchange(repeated)
        }
        var data = response.data
        while let available = response.statusWord.bytesAvailable {
            guard data.count < bytesMax else {
                throw CardUnreachable(
                    mayHaveBeenExecuted: true, reason: "the card announces more than \(bytesMax) bytes")
            }
            do {
                response = try exchange(getResponse(available, after: command))
            } catch {
                // The command itself was executed: its answer announced these bytes.
                throw CardUnreachable(mayHaveBeenExecuted: true, reason: error.reason, nextStep: error.nextStep)
            }
            if let expected = response.statusWord.expectedLength, expected != available {
                response = try exchange(getResponse(expected, after: command))
            }
            data += response.data
        }
        return ResponseAPDU(response.statusWord, data: data)
    }

    private static func getResponse(_ count: Int, after command: CommandAPDU) -> CommandAPDU {
        let interindustry = ClassByte(0x00).on(channel: command.classByte.logicalChannel) ?? 0x00
        return CommandAPDU(interindustry, 0xC0, 0x00, 0x00, expectedLength: count)
    }
}
