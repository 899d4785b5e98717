import GlobalPlatform
import ISO7816

extension SecureElement {
    /// SELECT by file identifier: a UICC has a file system, and its root is all that is in ours. The selected
    /// Application and its session stay. ETSI TS 102 221 §11.1.1.
    func selectFile(_ command: CommandAPDU) throws(Refusal) -> ResponseAPDU {
        // By identifier, as a child, or by path from the root (Table 11.1), with FCP or without an answer (Table 11.2).
        guard [0x00, 0x01, 0x08].contains(command.p1),
            command.p2 == 0x04 || command.p2 == 0x0C
        else { throw Refusal(.incorrectParameters) }
        guard memory.lifeCycle != .cardLocked, command.data.isEmpty || command.data == MasterFile.identifier else {
            throw Refusal(.fileNotFound)
        }
        return ResponseAPDU(.success, data: command.p2 == 0x04 ? MasterFile.fileControlParameters : [])
    }
}

/// The root of a UICC's file system, without files in it.
private enum MasterFile {
    static let identifier: [UInt8] = [0x3F, 0x00]

    /// ETSI TS 102 221 §11.1.1.3 and Table 11.4: a shareable DF, activated, access by the first record of EF.ARR, and
    /// the PINs that its applications have: 1 and ADM1, neither enabled.
    static let fileControlParameters = BERTLV(
        0x62,
        [
            BERTLV(0x82, [0x78, 0x21]), BERTLV(0x83, identifier), BERTLV(0x8A, [0x05]),
            BERTLV(0x8B, [0x2F, 0x06, 0x01]),
            BERTLV(0xC6, [BERTLV(0x90, [0x00]), BERTLV(0x83, [0x01]), BERTLV(0x83, [0x0A])]),
        ]
    ).bytes
}
