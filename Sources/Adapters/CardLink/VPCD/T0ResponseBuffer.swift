import ISO7816

/// What a T=0 card does with response data. ISO/IEC 7816-3 §12.2; ISO/IEC 7816-4 §7.6.1.
///
/// * A command with data has no Le there: its response is announced with `61xx` and fetched with GET RESPONSE.
/// * A command without data names the length in P3: another length is answered `6Cxx`, and the same command with the
///   right one gets the response. It was executed once: what it answered is kept.
/// * There are no extended lengths: such a command is refused with `6700`.
struct T0ResponseBuffer {
    private var waiting: [UInt8] = []
    private var status = StatusWord.success
    /// Whose response waits.
    private var channel = 0
    /// A command without data that named another length, and its response.
    private var repeatable: (header: [UInt8], response: ResponseAPDU)?

    /// The answer to a command that is not for the card: GET RESPONSE for data that waits, a command that is repeated
    /// with the right length, one that T=0 cannot carry; `nil` when the command is for the card.
    ///
    /// GET RESPONSE is interindustry; pySim sends it with the class of the command before (`80`), which is accepted, on
    /// the logical channel of that command.
    mutating func answer(to command: CommandAPDU) -> ResponseAPDU? {
        guard !command.isExtended else {
            self = T0ResponseBuffer()
            return ResponseAPDU(.wrongLength)
        }
        if let kept = repeatable, command.data.isEmpty, command.header == kept.header,
            command.expectedLength == kept.response.data.count
        {
            repeatable = nil
            return kept.response
        }
        repeatable = nil
        guard command.instruction == 0xC0, command.data.isEmpty, !waiting.isEmpty,
            command.classByte.logicalChannel == channel
        else {
            waiting = []
            return nil
        }
        let count = command.expectedLength ?? 256
        guard count == 256 || count <= waiting.count else {
            return ResponseAPDU(StatusWord(0x6C, UInt8(truncatingIfNeeded: waiting.count)))
        }
        let part = Array(waiting.prefix(count))
        waiting.removeFirst(part.count)
        return ResponseAPDU(waiting.isEmpty ? status : announcement, data: part)
    }

    /// What the reader gets of a response: whole if its length was asked for, otherwise an announcement.
    mutating func take(_ response: ResponseAPDU, to command: CommandAPDU) -> ResponseAPDU {
        let limit = min(command.expectedLength ?? 0, 256)
        guard response.data.count > limit else { return response }
        if command.data.isEmpty, limit > 0, response.data.count <= 256 {
            repeatable = (command.header, response)
            return ResponseAPDU(StatusWord(0x6C, UInt8(truncatingIfNeeded: response.data.count)))
        }
        waiting = response.data
        status = response.statusWord
        channel = command.classByte.logicalChannel
        return ResponseAPDU(announcement)
    }

    /// `61xx`; `6100` for 256 bytes and more.
    private var announcement: StatusWord { StatusWord(0x61, waiting.count > 255 ? 0 : UInt8(waiting.count)) }
}
