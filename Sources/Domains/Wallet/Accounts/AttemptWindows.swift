import Synchronization

/// Where a request comes from, as the server sees it.
public struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    public let value: String

    public init(_ value: String) { self.value = value }

    public var description: String { value }
}

/// Counts attempts per network address in windows of time. What it knows is gone after a restart; what accounts know of
/// failures is not.
final class AttemptWindows: Sendable {
    /// Addresses that are remembered; the oldest window goes first.
    static let addressesMax = 65_536

    private struct Window {
        var start: Int64
        var count: Int
    }

    private let attemptsMax: Int
    private let windowSeconds: Int64
    private let windows = Mutex<[NetworkAddress: Window]>([:])

    /// - Parameter attemptsMax: in one window; one more is refused.
    init(attemptsMax: Int, windowSeconds: Int64) {
        self.attemptsMax = attemptsMax
        self.windowSeconds = windowSeconds
    }

    /// Seconds until the address may try again; `nil` when it may now.
    func blockedSeconds(_ address: NetworkAddress, at now: Int64) -> Int64? {
        windows.withLock { blockedSeconds(address, $0, now) }
    }

    func count(_ address: NetworkAddress, at now: Int64) {
        windows.withLock { count(address, &$0, now) }
    }

    /// Counts an attempt before it is known how it ends, so that those that arrive together do not pass together.
    ///
    /// - Returns: seconds until the address may try again; `nil` when the attempt is counted.
    func enter(_ address: NetworkAddress, at now: Int64) -> Int64? {
        windows.withLock { windows in
            if let seconds = blockedSeconds(address, windows, now) { return seconds }
            count(address, &windows, now)
            return nil
        }
    }

    /// An attempt that was counted at a time has not failed.
    func giveBack(_ address: NetworkAddress, enteredAt time: Int64) {
        windows.withLock { windows in
            guard let window = windows[address], window.start <= time, window.count > 0 else { return }
            windows[address]?.count = window.count - 1
        }
    }

    private func blockedSeconds(
        _ address: NetworkAddress, _ windows: [NetworkAddress: Window], _ now: Int64
    ) -> Int64? {
        guard let window = windows[address], window.count >= attemptsMax else { return nil }
        let end = window.start + windowSeconds
        return end > now ? end - now : nil
    }

    private func count(_ address: NetworkAddress, _ windows: inout [NetworkAddress: Window], _ now: Int64) {
        if let window = windows[address], window.start + windowSeconds > now {
            windows[address] = Window(start: window.start, count: window.count + 1)
            return
        }
        if windows.count >= Self.addressesMax, windows[address] == nil { makeRoom(&windows, now) }
        windows[address] = Window(start: now, count: 1)
    }

    private func makeRoom(_ windows: inout [NetworkAddress: Window], _ now: Int64) {
        windows = windows.filter { $0.value.start + windowSeconds > now }
        guard windows.count >= Self.addressesMax, let oldest = windows.min(by: { $0.value.start < $1.value.start })
        else { return }
        windows[oldest.key] = nil
    }

    var addressCount: Int { windows.withLock { $0.count } }
}

/// Wrong passwords for login names that nobody has: they lock as those of accounts do, so that an answer does not tell
/// which names exist.
final class StrangerFailures: Sendable {
    static let namesMax = 16_384

    private struct State {
        var failures: [LoginName: LoginFailures] = [:]
        var order: [LoginName] = []
        var next = 0
    }

    private let state = Mutex(State())

    subscript(name: LoginName) -> LoginFailures {
        get { state.withLock { $0.failures[name] ?? .none } }
        set {
            state.withLock { state in
                if state.failures.updateValue(newValue, forKey: name) != nil { return }
                if state.order.count < Self.namesMax {
                    state.order.append(name)
                } else {
                    state.failures[state.order[state.next]] = nil
                    state.order[state.next] = name
                    state.next = (state.next + 1) % Self.namesMax
                }
            }
        }
    }

    var nameCount: Int { state.withLock { $0.failures.count } }
}
