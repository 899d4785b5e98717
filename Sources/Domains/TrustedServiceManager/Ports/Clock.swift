/// The time, as a port: tests move it by hand.
public protocol WallClock: Sendable {
    /// Seconds since 1970-01-01 UTC.
    func now() -> Int64
}
