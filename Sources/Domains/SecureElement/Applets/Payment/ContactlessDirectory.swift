import ISO7816

extension ContactlessApplication {
    /// The directory entry of PPSE: 61 { 4F AID, 50 label, 87 priority }. EMV Contactless Book B §3.3.1.
    var directoryEntry: BERTLV {
        BERTLV(
            0x61, [BERTLV(0x4F, application.bytes), BERTLV(0x50, offer.label), BERTLV(0x87, [offer.priority])])
    }
}

extension [BERTLV] {
    /// The longest run of the first objects that `fits`.
    func longestPrefix(where fits: ([BERTLV]) -> Bool) -> [BERTLV] {
        var prefix = self
        while !prefix.isEmpty, !fits(prefix) { prefix.removeLast() }
        return prefix
    }
}

extension CommandAPDU {
    /// CLA and INS as on the basic logical channel without secure messaging: what an applet tells commands apart by.
    var appletInstruction: UInt16 {
        UInt16(classByte.withoutSecureMessaging.onBasicChannel.rawValue) << 8 | UInt16(instruction)
    }

    /// P1 and P2 together: the tag that GET DATA asks for.
    var parameters: UInt16 { UInt16(p1) << 8 | UInt16(p2) }
}
