public import ISO7816

/// GlobalPlatform command chaining, for DELETE, INSTALL and PUT KEY: a command is secured whole and then cut, P1 bit 8
/// set on every part but the last. GPC v2.3.1 §11.1.5.1.
///
/// The card answers all parts but the last with a bare `9000`: only the last response belongs to the session.
public enum BodyChaining {
    static let moreCommands: UInt8 = 0x80

    /// The bytes of a reassembled body that a card or a host ever handles.
    public static let bodyLengthMax = 65_535

    /// The short commands that carry `command`: one when its data fits, otherwise parts of 255 bytes.
    public static func split(_ command: CommandAPDU) -> [CommandAPDU] {
        guard command.data.count > 255 else { return [command] }
        var parts: [CommandAPDU] = []
        var rest = command.data[...]
        while rest.count > 255 {
            parts.append(
                CommandAPDU(
                    command.classByte, command.instruction, command.p1 | moreCommands, command.p2,
                    data: Array(rest.prefix(255))))
            rest = rest.dropFirst(255)
        }
        parts.append(
            CommandAPDU(
                command.classByte, command.instruction, command.p1, command.p2, data: Array(rest),
                expectedLength: command.expectedLength.map { min($0, 256) }))
        return parts
    }

    /// Whether P1 announces more parts.
    public static func announcesMore(_ part: CommandAPDU) -> Bool { part.p1 & moreCommands != 0 }

    /// The whole command that `parts` carry, as its C-MAC covers it; `nil` when a part does not belong to the others or
    /// the body is longer than ``bodyLengthMax``.
    public static func join(_ parts: [CommandAPDU]) -> CommandAPDU? {
        guard let last = parts.last, !announcesMore(last) else { return nil }
        let belong = parts.dropLast().allSatisfy { part in
            part.p1 == last.p1 | moreCommands && part.classByte == last.classByte
                && part.instruction == last.instruction && part.p2 == last.p2
        }
        let body = parts.flatMap(\.data)
        guard belong, body.count <= bodyLengthMax else { return nil }
        return CommandAPDU(
            last.classByte, last.instruction, last.p1, last.p2, data: body, expectedLength: last.expectedLength)
    }
}
