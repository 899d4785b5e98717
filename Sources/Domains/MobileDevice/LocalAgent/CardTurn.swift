/// Agents that share a card take turns, an order at a time: each selects and opens sessions of its own on the one basic
/// logical channel.
///
/// A session that one order leaves open for the next ends where another agent's order comes between; its owner then
/// opens another one, as after a lost power supply.
public actor CardTurn {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    public init() {}

    /// Waits until the card is free; first come, first served.
    func take() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
