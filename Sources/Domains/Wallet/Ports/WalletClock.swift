/// The time of day, as the wallet needs it.
public protocol WalletClock: Sendable {
    /// Seconds since 1970.
    func now() -> Int64
}
