/// The time of day, as an issuer needs it.
public protocol IssuerClock: Sendable {
    /// Seconds since 1970.
    func now() -> Int64
}
