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
    private let handle: cpcsc_long
    private let thread: CardThread
    private var isOpen = true

    /// The longest response with its status word, as pcsclite.h sizes it.
    private static let bufferLength: Int = 4 + 3 + 65_536 + 3 + 2

    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Connects, and keeps other programs out of the way until ``close()``. Blocks the calling thread for as long as
    /// the card takes to answer its reset.
    ///
    /// - Parameter wanted: the protocol to insist on; reader and card choose when absent.
    /// - Throws: ``PCSCError``, which says what to do next.
    public init(reader: String, protocol wanted: TransmissionProtocol? = nil) throws(PCSCError) {
        self.reader = reader
        thread = CardThread(label: reader)
        context = try PCSCContext()
        var card = cpcsc_long()
        var active = cpcsc_dword(0)
        let protocols = cpcsc_dword(wanted?.flag ?? TransmissionProtocol.t0.flag | TransmissionProtocol.t1.flag)
        try check(
            "SCardConnect",
            cpcsc_connect(context.handle, reader, Winscard.shareShared, protocols, &card, &active), reader: reader)
        handle = card
        transmissionProtocol = TransmissionProtocol(flag: UInt(active)) ?? .t1
        answerToReset = Self.answerToReset(of: card)
        do {
            // Nobody may come between two commands of a secure channel.
            try check("SCardBeginTransaction", cpcsc_begin_transaction(card), reader: reader)
        } catch {
            cpcsc_disconnect(card, Winscard.leaveCard)
            throw error
        }
    }

    deinit {
        if isOpen { cpcsc_disconnect(handle, Winscard.resetCard) }
    }

    public func transmit(_ command: CommandAPDU) throws(CardUnreachable) -> ResponseAPDU {
        try ResponseCollection.collect(command) { command throws(CardUnreachable) in try exchange(command) }
    }

    public func reset() throws(CardUnreachable) {
        guard isOpen else { throw Self.closed }
        var active = cpcsc_dword(0)
        do {
            try check(
                "SCardReconnect",
                cpcsc_reconnect(
                    handle, Winscard.shareShared, protocolFlag, Winscard.resetCard,
                    &active), reader: reader)
        } catch {
            throw CardUnreachable(mayHaveBeenExecuted: false, reason: "\(error)", nextStep: error.nextStep)
        }
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
            throw CardUnreachable(mayHaveBeenExecuted: true, reason: "\(reader): \(error)")
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
