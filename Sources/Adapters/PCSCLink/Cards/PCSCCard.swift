import CPCSC
public import ISO7816

/// A card in a PC/SC reader. Its handles live on one thread; other programs wait until it is closed.
///
///     let card = try PCSCCard(reader: "Virtual PCD 00 00")
///     let response = try await card.transmit(command)      // 61xx and 6Cxx are dealt with
///     await card.close()
public actor PCSCCard: CardChannel {
    public nonisolated let reader: String
    /// The protocol that reader and card have agreed on.
    public nonisolated let transmissionProtocol: TransmissionProtocol
    public nonisolated let answerToReset: [UInt8]

    private let context: PCSCContext
    /// Changes when a card that was away is connected anew.
    private var handle: cpcsc_long
    private let returnTimeoutMilliseconds: UInt32
    private let thread: CardThread
    private var isOpen = true

    /// The longest response with its status word, as pcsclite.h sizes it.
    private static let bufferLength: Int = 4 + 3 + 65_536 + 3 + 2

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// How long ``reset()`` waits for a card that was taken away.
    public static let returnTimeoutMillisecondsDefault: UInt32 = 10_000

    /// Connects, and keeps other programs out of the way until ``close()``. Blocks the calling thread for as long as
    /// the card takes to answer its reset.
    ///
    /// - Parameters:
    ///   - wanted: the protocol to insist on; reader and card choose when absent.
    ///   - returnTimeoutMilliseconds: how long ``reset()`` waits for a card that was taken away.
    /// - Throws: ``PCSCError``, which says what to do next.
    public init(
        reader: String, protocol wanted: TransmissionProtocol? = nil,
        returnTimeoutMilliseconds: UInt32 = PCSCCard.returnTimeoutMillisecondsDefault
    ) throws(PCSCError) {
        self.reader = reader
        self.returnTimeoutMilliseconds = returnTimeoutMilliseconds
        thread = CardThread(label: reader)
        context = try PCSCContext()
        let protocols = wanted?.flag ?? TransmissionProtocol.t0.flag | TransmissionProtocol.t1.flag
        (handle, transmissionProtocol) = try Self.connect(context, reader, protocols: protocols)
        answerToReset = Self.answerToReset(of: handle)
    }

    private static func connect(
        _ context: PCSCContext, _ reader: String, protocols: UInt
    ) throws(PCSCError) -> (cpcsc_long, TransmissionProtocol) {
        var card = cpcsc_long()
        var active = cpcsc_dword(0)
        try check(
            "SCardConnect",
            cpcsc_connect(
                context.handle, reader, Winscard.shareShared, cpcsc_dword(protocols), &card, &active),
            reader: reader)
        do {
            // Nobody may come between two commands of a secure channel.
            try check("SCardBeginTransaction", cpcsc_begin_transaction(card), reader: reader)
        } catch {
            cpcsc_disconnect(card, Winscard.leaveCard)
            throw error
        }
        return (card, TransmissionProtocol(flag: UInt(active)) ?? .t1)
    }

    deinit {
        if isOpen { cpcsc_disconnect(handle, Winscard.resetCard) }
    }

    public func transmit(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
        try ResponseCollection.collect(command) { command throws(CardUnreachable) in try exchange(command) }
    }

    /// Resets the card. One that was taken away meanwhile is waited for, and connected again.
    ///
    /// - Throws: ``CardUnreachable`` when it does not come back in time; nothing was executed.
    public func reset() throws(CardUnreachable) {
        guard isOpen else { throw Self.closed }
        do { try resetOrAwait() } catch {
            throw CardUnreachable(mayHaveBeenExecuted: false, reason: "\(error)", nextStep: error.nextStep)
        }
    }

    private func resetOrAwait() throws(PCSCError) {
        do { try reconnect() } catch {
            guard Self.comesBack.contains(error.kind) else { throw error }
            try waitForReturn()
            try connectAgain()
        }
    }

    /// Failures after which a card may be there again.
    private static let comesBack: Set<PCSCError.Kind> = [
        .noCard, .cardRemoved, .cardReset, .cardMute, .communication, .other,
    ]

    private func reconnect() throws(PCSCError) {
        var active = cpcsc_dword(0)
        try check(
            "SCardReconnect",
            cpcsc_reconnect(handle, Winscard.shareShared, protocolFlag, Winscard.resetCard, &active), reader: reader)
    }

    private func waitForReturn() throws(PCSCError) {
        let clock = ContinuousClock()
        let end = clock.now + .milliseconds(Int64(returnTimeoutMilliseconds))
        var known = cpcsc_dword(0)
        while true {
            let left = max(0, (end - clock.now) / .milliseconds(1))
            let state = try PresenceWatch.state(context, reader, known: known, withinMilliseconds: UInt32(left))
            switch PCSCReader.State(flags: UInt(state)) {
            case .card, .shared, .exclusive: return
            case .empty, .mute, .unavailable: known = state & ~Winscard.stateChanged
            }
        }
    }

    /// A card that was away has lost our connection and everything that was open on it.
    private func connectAgain() throws(PCSCError) {
        cpcsc_disconnect(handle, Winscard.leaveCard)
        isOpen = false
        (handle, _) = try Self.connect(context, reader, protocols: transmissionProtocol.flag)
        isOpen = true
    }

    /// Lets other programs at the card, which is reset: no session of ours stays open behind us. Safe to call twice.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        cpcsc_end_transaction(handle, Winscard.leaveCard)
        cpcsc_disconnect(handle, Winscard.resetCard)
    }

    private func exchange(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
        guard isOpen else { throw Self.closed }
        let bytes = try transmissionProtocol.bytes(of: command)
        var buffer = [UInt8](repeating: 0, count: Self.bufferLength)
        var length = cpcsc_dword(buffer.count)
        do {
            try check(
                "SCardTransmit",
                cpcsc_transmit(
                    handle, protocolFlag, bytes, cpcsc_dword(bytes.count), &buffer, &length),
                reader: reader)
        } catch {
            throw CardUnreachable(
                mayHaveBeenExecuted: error.kind != .cardReset, reason: "\(error)", nextStep: error.nextStep)
        }
        do {
            return try ResponseAPDU(bytes: buffer.prefix(Int(length)))
        } catch {
            // What drivers say of a card that is just being taken away.
            throw CardUnreachable(mayHaveBeenExecuted: true, reason: "the card in “\(reader)” did not answer")
        }
    }

    private var protocolFlag: cpcsc_dword { cpcsc_dword(transmissionProtocol.flag) }

    private static func answerToReset(of card: cpcsc_long) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 33)
        var length = cpcsc_dword(buffer.count)
        // For display only: a reader that cannot tell is no reason to fail.
        guard cpcsc_status(card, &buffer, &length) == 0 else { return [] }
        return Array(buffer.prefix(Int(length)))
    }

    private static let closed = CardUnreachable(
        mayHaveBeenExecuted: false, reason: "the connection to the reader is closed")
}
