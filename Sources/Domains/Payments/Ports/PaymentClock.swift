/// The time of day, as the payment server needs it.
public protocol PaymentClock: Sendable {
    /// Seconds since 1970.
    func now() -> Int64
}
