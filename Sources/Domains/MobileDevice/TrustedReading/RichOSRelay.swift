public import ISO7816
import TrustedReading

/// The rich operating system's part in a trusted reading: it carries messages between the TEE, the secure element and the
/// NFC controller, and can read none of them (TNFC).
///
/// A command to SA1 may leave something in SA2 for the NFC controller: it is fetched, handed over, and the answer
/// delivered, until nothing waits any more.
public actor RichOSRelay {
    private let secureElement: any CardChannel
    private let controller: any ControllerPipe
    private let applications: (first: AID, second: AID)
    private let turn = CardTurn()
    /// Logical channels on which SA1 and SA2 are selected.
    private var channels: (first: Int, second: Int)?

    /// Messages that one command to SA1 may lead to: hello, field on, and what follows a failure.
    static let messagesMax = 8
    /// What one short command takes out of SA2, and brings to it: not every way to a card has extended length.
    private static let fetchLengthMax = 256
    private static let deliveryLengthMax = 255

    public init(
        secureElement: any CardChannel, controller: any ControllerPipe, firstApplication: AID, secondApplication: AID
    ) {
        self.secureElement = secureElement
        self.controller = controller
        applications = (firstApplication, secondApplication)
    }

    /// Carries one command of a TEE application to SA1, and back.
    public func exchange(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        await turn.take()
        do throws(CardUnreachable) {
            let response = try await carry(command)
            await turn.leave()
            return response
        } catch {
            await turn.leave()
            throw error
        }
    }

    /// The secure element was reset: its logical channels are closed.
    public func secureElementWasReset() { channels = nil }

    private func carry(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        let channels = try await selected()
        let response = try await secureElement.transmit(command.on(channel: channels.first))
        if response.statusWord == .logicalChannelNotSupported { self.channels = nil }
        try await pump(channels.second)
        return response
    }

    private func pump(_ channel: Int) async throws(CardUnreachable) {
        for _ in 0..<Self.messagesMax {
            guard let message = try await fetch(channel), let answer = await controller.exchange(message) else {
                return
            }
            try await deliver(answer, channel)
        }
    }

    /// What waits in SA2, piece by piece; `nil` when nothing does.
    private func fetch(_ channel: Int) async throws(CardUnreachable) -> [UInt8]? {
        let fetch = CommandAPDU(0x80, TrustedReading.fetch, 0x00, 0x00, expectedLength: Self.fetchLengthMax)
        var message: [UInt8] = []
        while message.count <= LinkSession.frameLengthMax {
            let piece = try await secureElement.transmit(fetch.on(channel: channel))
            message += piece.data
            if piece.statusWord == .success { return message }
            guard piece.statusWord == .moreDataAvailable, !piece.data.isEmpty else { return nil }
        }
        return nil
    }

    /// Ends early when SA2 wants no more of it.
    private func deliver(_ answer: [UInt8], _ channel: Int) async throws(CardUnreachable) {
        for start in stride(from: 0, to: answer.count, by: Self.deliveryLengthMax) {
            let piece = Array(answer[start...].prefix(Self.deliveryLengthMax))
            let isLast = start + piece.count == answer.count
            let delivery = CommandAPDU(
                0x80, TrustedReading.deliver, 0x00, isLast ? 0x00 : TrustedReading.morePieces, data: piece)
            let response = try await secureElement.transmit(delivery.on(channel: channel))
            guard response.statusWord == .success else { return }
        }
    }

    /// Two logical channels of the relay's own, opened once.
    private func selected() async throws(CardUnreachable) -> (first: Int, second: Int) {
        if let channels { return channels }
        let first = try await open(applications.first)
        do throws(CardUnreachable) {
            let second = try await open(applications.second)
            channels = (first, second)
            return (first, second)
        } catch {
            await close(first)
            throw error
        }
    }

    private func open(_ application: AID) async throws(CardUnreachable) -> Int {
        // MANAGE CHANNEL [open], SELECT by name.
        let opened = try await secureElement.transmit(CommandAPDU(0x00, 0x70, 0x00, 0x00, expectedLength: 1))
        guard opened.statusWord == .success, opened.data.count == 1 else {
            throw CardUnreachable(
                mayHaveBeenExecuted: false, reason: "the secure element opens no logical channel (\(opened.statusWord))"
            )
        }
        let channel = Int(opened.data[0])
        do throws(CardUnreachable) {
            try await select(application, on: channel)
            return channel
        } catch {
            await close(channel)
            throw error
        }
    }

    private func select(_ application: AID, on channel: Int) async throws(CardUnreachable) {
        let select = CommandAPDU(0x00, 0xA4, 0x04, 0x00, data: application.bytes, expectedLength: 256)
        let selection = try await secureElement.transmit(select.on(channel: channel))
        guard selection.statusWord.isSuccess else {
            throw CardUnreachable(
                mayHaveBeenExecuted: false, reason: "\(application) cannot be selected (\(selection.statusWord))")
        }
    }

    /// A channel that nothing was selected on would be missing to everybody else: a card has few. One that cannot be
    /// reached closes them by losing its power.
    private func close(_ channel: Int) async {
        _ = try? await secureElement.transmit(CommandAPDU(0x00, 0x70, 0x80, UInt8(channel)))
    }
}

extension CommandAPDU {
    /// The same command on a logical channel, which a C-MAC does not cover (GPC Amendment D v1.2 §6.2.4).
    fileprivate func on(channel: Int) -> CommandAPDU {
        var command = self
        command.classByte = classByte.on(channel: channel) ?? classByte
        return command
    }
}
