/// The time of day, as the platform needs it.
public protocol PlatformClock: Sendable {
    /// Seconds since 1970.
    func now() -> Int64
}
