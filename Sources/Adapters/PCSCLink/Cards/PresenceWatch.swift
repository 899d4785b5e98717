import CPCSC

/// Asks pcscd for the state of one reader.
enum PresenceWatch {
    /// The flags of the reader's state as soon as they differ from `known`; at once when nothing is known.
    ///
    /// - Throws: ``PCSCError/Kind/timeout`` when they do not change in time.
    static func state(
        _ context: PCSCContext, _ reader: String, known: cpcsc_dword, withinMilliseconds timeout: UInt32
    ) throws(PCSCError) -> cpcsc_dword {
        var state = cpcsc_reader_state()
        state.current_state = known
        let result = reader.withCString { name in
            state.name = name
            return cpcsc_get_status_change(context.handle, cpcsc_dword(timeout), &state, 1)
        }
        try check("SCardGetStatusChange", result, reader: reader)
        return state.event_state
    }
}
