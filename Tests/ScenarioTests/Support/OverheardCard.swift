import ISO7816

/// A card of which somebody hears every word.
struct OverheardCard<Card: CardChannel>: CardChannel {
    let card: Card
    let eavesdropper: Eavesdropper

    func transmit(_ command: CommandAPDU) async throws(CardUnreachable) -> ResponseAPDU {
        let response = try await card.transmit(command)
        eavesdropper.note(command, response)
        return response
    }

    func reset() async throws(CardUnreachable) { try await card.reset() }
}
