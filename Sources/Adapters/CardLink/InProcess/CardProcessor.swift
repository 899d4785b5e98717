public import ISO7816

/// Something that executes commands as a card does: a value, so that a copy is a snapshot.
public protocol CardProcessor: Sendable {
    /// Executes one command. Its effects on persistent memory are whole or absent.
    mutating func process(_ command: CommandAPDU) -> ResponseAPDU

    /// Power off and on: sessions and selections are gone, persistent memory stays.
    mutating func reset()

    /// A number that changes whenever persistent memory does.
    var persistentRevision: UInt64 { get }
}
