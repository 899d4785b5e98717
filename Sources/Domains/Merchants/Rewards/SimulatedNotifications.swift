import Synchronization

/// A simulation of a push service: nothing is sent; users fetch their notifications here.
///
/// The newest ``notificationsMax`` are kept, in memory only.
public final class SimulatedNotifications: RewardNotifier {
    public static let notificationsMax = 1_000

    private let notifications = Mutex<[RewardNotification]>([])

    public init() {}

    public func send(_ notification: RewardNotification) async throws(MerchantsError) {
        notifications.withLock { notifications in
            notifications.append(notification)
            notifications.removeFirst(max(0, notifications.count - Self.notificationsMax))
        }
    }

    /// What would have been sent to a user, newest first.
    public func inbox(of user: PlatformUserID) -> [RewardNotification] {
        notifications.withLock { $0.reversed().filter { $0.user == user } }
    }
}
