import CardCryptography
import EMV
import ISO7816
import Terminal

/// A terminal before any card: honest answers, altered ones, and bytes. It comes to an end, and what it calls an
/// authorization is one.
func fuzzTerminal(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    var input = FuzzInput(bytes)
    let card = TerminalFixture(isQuick: input.flag())
    let transaction = TerminalData(amount: 1 + UInt64(input.uint16()), currency: 978, country: 276)
    let conversation = try? PaymentConversation(
        transaction, TerminalProfile(merchant: "Fuzz"), at: 1_795_780_800, random: ZeroRandom())
    guard var conversation else { throw FuzzViolation("any amount from 1 to 65 536 can be paid") }
    var step = conversation.begin()
    for _ in 0..<TerminalFixture.commandsMax {
        switch step {
        case .failed: return 0
        case .finished(let data):
            try require(data.transaction == transaction, "the transaction is the merchant's")
            try require(
                (try? CryptogramInput(data.objects)) != nil || data.objects[0x9F10] != nil, "it has its objects")
            try require(
                data.cryptogram.count == 8 && data.type != .decline, "it has a cryptogram that does not decline")
            return 1
        case .transmit(let command):
            let honest = card.answer(to: command)
            switch input.number(below: 16) {
            case 14:
                step = conversation.received(
                    ResponseAPDU(honest.statusWord, data: Mutation.apply(to: honest.data, &input)))
            case 15:
                step = conversation.received(
                    ResponseAPDU(StatusWord(input.byte(), input.byte()), data: input.lengthPrefixed()))
            default: step = conversation.received(honest)
            }
        }
    }
    throw FuzzViolation("a conversation comes to an end")
}

/// A card of either style, with answers that do not depend on what it is asked.
private struct TerminalFixture {
    let isQuick: Bool

    /// The directory, 64 applications with selection and options, 64 records and a cryptogram.
    static let commandsMax = 1 + 64 * 2 + PaymentConversation.recordsMax + 2

    func answer(to command: CommandAPDU) -> ResponseAPDU {
        let objects: BERTLV
        switch command.instruction {
        case 0xA4 where command.data == PaymentDirectory.name.bytes: objects = directory
        case 0xA4: objects = selection
        case 0xA8: objects = BERTLV(0x77, options + (isQuick ? cryptogram : []))
        case 0xB2: objects = record
        case 0xAE: objects = BERTLV(0x77, cryptogram)
        default: return ResponseAPDU(.instructionNotSupported)
        }
        return ResponseAPDU(.success, data: objects.bytes)
    }

    private var directory: BERTLV {
        let entries = [0x01, 0x02].map { (priority: UInt8) in
            BERTLV(0x61, [BERTLV(0x4F, [0xA0, 0, 0, 0, 3, priority]), BERTLV(0x87, [priority])])
        }
        return BERTLV(
            0x6F, [BERTLV(0x84, PaymentDirectory.name.bytes), BERTLV(0xA5, [BERTLV(0xBF0C, entries)])])
    }

    private var selection: BERTLV {
        let list: [UInt8] = isQuick ? [0x9F, 0x66, 0x04, 0x9F, 0x37, 0x04] : []
        return BERTLV(
            0x6F,
            [
                BERTLV(0x84, [0xA0, 0, 0, 0, 3, 1]),
                BERTLV(0xA5, [BERTLV(0x50, [0x41])] + (list.isEmpty ? [] : [BERTLV(0x9F38, list)])),
            ])
    }

    private var options: [BERTLV] { [BERTLV(0x82, [0x00, 0x00]), BERTLV(0x94, [0x08, 1, 1, 0])] }

    private var record: BERTLV {
        BERTLV(
            0x70,
            [
                BERTLV(0x5A, [0x47, 0x61, 0x73, 0x90, 0x01, 0x01, 0x00, 0x10]), BERTLV(0x5F24, [0x29, 0x12, 0x31]),
                BERTLV(0x5F34, [0x01]), BERTLV(0x8C, [0x9F, 0x37, 0x04]),
            ])
    }

    private var cryptogram: [BERTLV] {
        [
            BERTLV(0x9F27, [0x80]), BERTLV(0x9F36, [0, 1]), BERTLV(0x9F26, [1, 2, 3, 4, 5, 6, 7, 8]),
            BERTLV(0x9F10, [0x06, 0x01, 0x12, 0x03, 0xA0, 0, 0]),
        ]
    }
}

private struct ZeroRandom: RandomSource {
    func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}
