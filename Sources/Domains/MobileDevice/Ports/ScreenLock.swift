/// The screen: off or locked, awake to show one thing on top of the lock, or unlocked.
public protocol ScreenLock: Sendable {
    var state: ScreenState { get async }

    /// Lights the screen above the lock: nothing but the one application is reachable (PFA-05).
    func wake() async
}

public enum ScreenState: String, Hashable, Sendable, CaseIterable {
    case locked
    /// On, above the lock.
    case awake
    case unlocked
}
