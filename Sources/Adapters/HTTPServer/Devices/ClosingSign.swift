import Synchronization

/// Hangs on the device door from the moment the server begins to go down.
final class ClosingSign: Sendable {
    private let hangs = Atomic(false)

    var isHanging: Bool { hangs.load(ordering: .acquiring) }

    func hang() { hangs.store(true, ordering: .releasing) }
}
