import CPCSC

/// The readers of this machine: what there is, and what changes.
///
///     let readers = try PCSCReaders()
///     for reader in try await readers.list() { … }
public actor PCSCReaders {
    private let context: PCSCContext
    private let thread = CardThread(label: "readers")
    /// What pcscd said last of each reader: SCardGetStatusChange returns once it is no longer true.
    private var known: [String: cpcsc_dword] = [:]

    /// pcsc-lite serves 16 readers at most (PCSCLITE_MAX_READERS_CONTEXTS), and one entry tells of new ones.
    private static let readersMax = 16
    /// A reader of this name reports readers that come and go. pcsc-lite, SCardGetStatusChange.
    private static let plugAndPlay = #"\\?PnP?\Notification"#

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// - Throws: ``PCSCError``, ``PCSCError/Kind/noService`` when pcscd is not there.
    public init() throws(PCSCError) { context = try PCSCContext() }

    /// Every reader with its state now, in pcscd's order.
    public func list() throws(PCSCError) -> [PCSCReader] {
        let names = try names()
        return try states(of: names, timeoutMilliseconds: 0) ?? []
    }

    /// Waits until a reader or a card has come or gone since the last call, and lists the readers then.
    ///
    /// - Returns: `nil` when nothing happened within `timeoutMilliseconds`.
    public func change(withinMilliseconds timeoutMilliseconds: UInt32) throws(PCSCError) -> [PCSCReader]? {
        let names = try names()
        let isNew = Set(names) != Set(known.keys.filter { $0 != Self.plugAndPlay })
        guard !isNew, !known.isEmpty else { return try states(of: names, timeoutMilliseconds: 0) ?? [] }
        guard try states(of: names, timeoutMilliseconds: timeoutMilliseconds, watching: true) != nil else { return nil }
        return try list()
    }

    private func names() throws(PCSCError) -> [String] {
        var length = cpcsc_dword(0)
        do {
            try check("SCardListReaders", cpcsc_list_readers(context.handle, nil, &length))
            var buffer = [CChar](repeating: 0, count: Int(length))
            try check("SCardListReaders", cpcsc_list_readers(context.handle, &buffer, &length))
            return MultiString.strings(in: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) })
        } catch {
            // No reader at all is an empty list, not a failure.
            guard error.kind == .noReader else { throw error }
            return []
        }
    }

    /// - Returns: `nil` when the time is over and nothing has changed.
    private func states(
        of names: [String], timeoutMilliseconds: UInt32, watching: Bool = false
    ) throws(PCSCError) -> [PCSCReader]? {
        let all = Array(names.prefix(Self.readersMax)) + (watching ? [Self.plugAndPlay] : [])
        guard !all.isEmpty else {
            known = [:]
            return []
        }
        var states = all.map { name in
            var state = cpcsc_reader_state()
            state.current_state = watching ? known[name] ?? 0 : 0
            return (name, state)
        }
        let result = withCStrings(all) { pointers in
            var list = zip(states, pointers).map { entry, pointer in
                var state = entry.1
                state.name = pointer
                return state
            }
            let result = cpcsc_get_status_change(
                context.handle, cpcsc_dword(timeoutMilliseconds), &list, cpcsc_dword(list.count))
            for (index, state) in list.enumerated() { states[index].1 = state }
            return result
        }
        do { try check("SCardGetStatusChange", result) } catch {
            guard error.kind == .timeout else { throw error }
            if watching { return nil }
        }
        // The upper half counts events; it belongs to the state to compare with.
        for (name, state) in states { known[name] = state.event_state & ~Winscard.stateChanged }
        return states.filter { $0.0 != Self.plugAndPlay }.map { name, state in
            let answer = withUnsafeBytes(of: state.answer) { Array($0.prefix(min(Int(state.answer_length), $0.count))) }
            let kind = PCSCReader.State(flags: UInt(state.event_state))
            return PCSCReader(name: name, state: kind, answerToReset: kind == .empty ? [] : answer)
        }
    }
}

/// The list of names that winscard writes: each ends with a zero, and so does the list.
enum MultiString {
    static func strings(in bytes: some Collection<UInt8>) -> [String] {
        bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Lends C strings for the time of `body`.
private func withCStrings<Result>(_ strings: [String], _ body: ([UnsafePointer<CChar>]) -> Result) -> Result {
    let characters = strings.map { $0.utf8CString }
    let joined = characters.flatMap { $0 }
    return joined.withUnsafeBufferPointer { buffer in
        // An array of C strings has at least the final zero of the first.
        guard let base = buffer.baseAddress else { return body([]) }
        var pointers: [UnsafePointer<CChar>] = []
        var offset = 0
        for string in characters {
            pointers.append(base + offset)
            offset += string.count
        }
        return body(pointers)
    }
}
