import ISO7816

/// What a T=0 card does with response data: a command with data has no Le there, so its response is announced with
/// `61xx` and fetched with GET RESPONSE. ISO/IEC 7816-3 §12.2.1; ISO/IEC 7816-4 §7.6.1.
struct T0ResponseBuffer {
    private var waiting: [UInt8] = []
    private var status = StatusWord.success

    /// The answer to a GET RESPONSE for data that is waiting; `nil` when the command is for the card.
    ///
    /// GET RESPONSE is interindustry; pySim sends it with the class of the command before (`80`), which is accepted.
    mutating func answer(to command: CommandAPDU) -> ResponseAPDU? {
        guard command.instruction == 0xC0, command.data.isEmpty, !waiting.isEmpty else {
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
        let limit = command.expectedLength ?? 0
        guard response.data.count > min(limit, 256) else { return response }
        waiting = response.data
        status = response.statusWord
        return ResponseAPDU(announcement)
    }

    /// `61xx`; `6100` for 256 bytes and more.
    private var announcement: StatusWord { StatusWord(0x61, waiting.count > 255 ? 0 : UInt8(waiting.count)) }
}
