public import ISO7816
public import SecureElement

/// Something that executes commands as a card does: a value, so that a copy is a snapshot.
public protocol CardProcessor: Sendable {
    /// Executes one command. Its effects on persistent memory are whole or absent.
    mutating func process(_ command: CommandAPDU) -> ResponseAPDU

    /// Executes one command that comes by an interface.
    mutating func process(_ command: CommandAPDU, over interface: CardInterface) -> ResponseAPDU

    /// The reset of one interface: what was selected there is gone, what goes on by the other is not.
    mutating func reset(_ interface: CardInterface)

    /// Power off and on: sessions and selections are gone, persistent memory stays.
    mutating func reset()

    /// A number that changes whenever persistent memory does.
    var persistentRevision: UInt64 { get }
}

/// A card with one interface.
extension CardProcessor {
    public mutating func process(_ command: CommandAPDU, over interface: CardInterface) -> ResponseAPDU {
        process(command)
    }

    public mutating func reset(_ interface: CardInterface) { reset() }
}
