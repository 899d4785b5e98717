/// ISO/IEC 7816-4 command chaining: a data field too long for one short APDU travels in several, CLA bit 5 set on
/// all but the last (§5.3.3).
public enum CommandChaining {
    static let moreToCome: UInt8 = 0x10

    /// The commands that carry `command`, each with at most `blockLength` bytes of data.
    public static func split(_ command: CommandAPDU, blockLength: Int = 255) -> [CommandAPDU] {
        precondition((1...255).contains(blockLength), "a short APDU carries 1 to 255 bytes")
        guard command.data.count > blockLength else { return [command] }
        var commands: [CommandAPDU] = []
        var rest = command.data[...]
        while rest.count > blockLength {
            var part = CommandAPDU(
                command.classByte, command.instruction, command.p1, command.p2,
                data: Array(rest.prefix(blockLength)))
            part.classByte.rawValue |= moreToCome
            commands.append(part)
            rest = rest.dropFirst(blockLength)
        }
        commands.append(
            CommandAPDU(
                command.classByte, command.instruction, command.p1, command.p2, data: Array(rest),
                expectedLength: command.expectedLength.map { min($0, 256) }))
        return commands
    }
}

extension CardChannel {
    /// Sends one command and collects its whole response: resends with the Le that `6Cxx` names, and fetches what
    /// `61xx` announces with GET RESPONSE (ISO/IEC 7816-4 §7.6.1).
    ///
    /// - Throws: ``CardUnreachable``; also when the card keeps announcing more than `responseLengthMax` bytes.
    public func transmitCollecting(
        _ command: CommandAPDU, responseLengthMax: Int = 65_536
    ) async throws(CardUnreachable) -> ResponseAPDU {
        var response = try await transmit(command)
        if let expected = response.statusWord.expectedLength {
            var repeated = command
            repeated.expectedLength = expected
            response = try await transmit(repeated)
        }
        var data = response.data
        while let available = response.statusWord.bytesAvailable {
            guard data.count <= responseLengthMax else {
                throw CardUnreachable(
                    mayHaveBeenExecuted: true, reason: "the card announces more than \(responseLengthMax) bytes")
            }
            let interindustry = ClassByte(0x00).on(channel: command.classByte.logicalChannel) ?? 0x00
            let getResponse = CommandAPDU(interindustry, 0xC0, 0x00, 0x00, expectedLength: available)
            do {
                response = try await transmit(getResponse)
            } catch {
                // The command itself was executed: its answer announced these bytes.
                throw CardUnreachable(mayHaveBeenExecuted: true, reason: error.reason)
            }
            data += response.data
        }
        return ResponseAPDU(response.statusWord, data: data)
    }
}
