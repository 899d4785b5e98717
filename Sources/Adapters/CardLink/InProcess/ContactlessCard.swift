public import ISO7816
import SecureElement

/// The same card by its other interface: what a terminal's field reaches.
///
/// The channel's reset is the field going and coming: the wired interface and its sessions stay.
public struct ContactlessCard<Card: CardProcessor>: CardChannel {
    private let card: InProcessCard<Card>

    init(_ card: InProcessCard<Card>) { self.card = card }

    public func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        try await card.transmit(command, over: .contactless)
    }

    public func reset() async throws(CardUnreachable) { try await card.reset(.contactless) }
}

extension InProcessCard {
    /// This card as a terminal reaches it.
    public nonisolated var contactless: ContactlessCard<Card> { ContactlessCard(self) }
}
