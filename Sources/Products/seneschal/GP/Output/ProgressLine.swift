import Synchronization

/// How far a long action is: a bar on a terminal, a few lines elsewhere; always on standard error.
final class ProgressLine: Sendable {
    private let title: String
    private let lastTenth = Mutex(-1)

    /// A bar of this many characters.
    private static let width = 30
    /// Where nobody watches, a line for each of these parts in ten.
    private static let linesAt: Set<Int> = [0, 5, 10]

    init(_ title: String) { self.title = title }

    /// Shows that `done` of `total` bytes have arrived.
    func show(_ done: Int, of total: Int) {
        guard total > 0 else { return }
        let percent = done * 100 / total
        if let status = Terminal.console.status {
            let filled = done * Self.width / total
            let bar = String(repeating: "#", count: filled) + String(repeating: "·", count: Self.width - filled)
            status("\(title) \(bar) \(percent) % of \(total) bytes")
        } else {
            let tenth = percent / 10
            let isNew = lastTenth.withLock { last in
                defer { last = max(last, tenth) }
                return tenth > last
            }
            if isNew && Self.linesAt.contains(tenth) { Terminal.message("\(title): \(percent) % of \(total) bytes") }
        }
    }

    /// Takes the bar away.
    func end() { Terminal.console.status?("") }
}
