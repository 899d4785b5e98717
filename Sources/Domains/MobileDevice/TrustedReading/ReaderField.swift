public import ISO7816
public import TrustedReading

/// The field of the device's NFC controller as a reader: what is behind channel 2.
public protocol ReaderField: Sendable {
    /// Switches the field on and looks for a card of a technology.
    ///
    /// - Returns: `nil` when none came in time.
    func activate(_ technology: ReaderTechnology, within limit: Duration) async -> ActivatedCard?

    /// Sends a command to the card in the field; waiting-time extensions are the field's own affair.
    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU

    /// The field goes off, and the card has no power.
    func switchOff() async
}

/// A field with one card in it, over any card channel: its reset is the field going off.
public struct CardChannelField: ReaderField {
    private let channel: any CardChannel
    private let card: ActivatedCard

    public init(_ channel: any CardChannel, card: ActivatedCard) {
        self.channel = channel
        self.card = card
    }

    public func activate(_ technology: ReaderTechnology, within limit: Duration) async -> ActivatedCard? {
        guard technology == .typeA else { return nil }
        do throws(CardUnreachable) {
            try await channel.reset()
            return card
        } catch {
            return nil
        }
    }

    public func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        try await channel.transmit(command)
    }

    public func switchOff() async { try? await channel.reset() }
}
