extension MerchantPlatform {
    /// What waits for somebody outside: every few seconds.
    public func settle() async throws(MerchantsError) -> PlatformUpkeepReport {
        PlatformUpkeepReport(
            lapsedOrders: try await lapseOrders(), settledRewards: try await settleRewards(),
            sentNotifications: try await sendNotifications())
    }

    /// A result or a usage report may still come so late: what it is about is not forgotten before.
    public static let keptSecondsMin: Int64 = 8 * 86_400

    /// Forgets what is over and older than `seconds`, or than ``keptSecondsMin`` if that is longer: answers, audit lines,
    /// instructions that nobody paid, presentations; and links that have expired.
    public func forget(olderThan seconds: Int64) async throws(MerchantsError) {
        let now = clock.now()
        let seconds = max(seconds, Self.keptSecondsMin)
        try await store.transact { records throws(MerchantsError) in
            try records.apply(.forget(before: now - seconds, now: now))
        }
    }
}

/// What was done.
public struct PlatformUpkeepReport: Hashable, Sendable {
    public var lapsedOrders: Int
    public var settledRewards: Int
    public var sentNotifications: Int
}
