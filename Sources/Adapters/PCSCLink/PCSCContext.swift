import CPCSC

/// A connection to pcscd, given back at the end of its life. Each card and each watcher has its own: pcsc-lite lets one
/// call at a time through a context.
final class PCSCContext: Sendable {
    let handle: cpcsc_long

    init() throws(PCSCError) {
        var handle = cpcsc_long()
        try check("SCardEstablishContext", cpcsc_establish_context(&handle))
        self.handle = handle
    }

    deinit { cpcsc_release_context(handle) }
}

/// Numbers of pcsclite.h.
enum Winscard {
    static let shareShared: cpcsc_dword = 2
    static let leaveCard: cpcsc_dword = 0
    static let resetCard: cpcsc_dword = 1
    static let stateChanged: cpcsc_dword = 2
}

/// - Throws: ``PCSCError`` for every result but success.
func check(_ call: String, _ result: cpcsc_long, reader: String? = nil) throws(PCSCError) {
    // The type has 64 bits on Linux; the codes have 32.
    let code = UInt32(truncatingIfNeeded: result)
    guard code == 0 else { throw PCSCError(call: call, code: code, reader: reader) }
}
