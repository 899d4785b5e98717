import CardCryptography
import Foundation
public import HTTPServer
public import KeyVault
public import Logging
public import Merchants
public import Storage

/// The parts of a merchant platform over one data folder, put together: what `merchant serve` runs.
///
/// Notifications go into a simulated push service, which users read at the platform.
public struct MerchantHouse: Sendable {
    public let store: SQLiteMerchantStore
    public let vault: MerchantVault
    public let notifications: SimulatedNotifications
    public let platform: MerchantPlatform
    public let server: MerchantsServer
    private let logger: Logger

    /// Between two rounds of what waits for somebody outside.
    public static let settlingPause = Duration.seconds(2)

    /// Opens what is in the folder, or founds it: random keys, no merchants.
    ///
    /// - Parameters:
    ///   - folder: made (0700) when absent; holds `merchants.sqlite` and `vault`.
    ///   - transfers: the way to the payment server; without one, rewards stay promised.
    ///   - inquiry: the way to ask it after orders that nothing was heard of; without one they lapse.
    public init(
        folder: String, unlock: VaultUnlock, profile: PlatformProfile, transfers: (any RewardTransfers)? = nil,
        inquiry: (any InstructionInquiry)? = nil,
        clock: any PlatformClock = SystemClock(), logger: Logger
    ) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let vault = try MerchantVault.open(at: folder + "/vault", unlock: unlock, name: profile.name)
        let store = try SQLiteMerchantStore(path: folder + "/merchants.sqlite")
        notifications = SimulatedNotifications()
        platform = MerchantPlatform(
            profile: profile, store: store, keys: vault, transfers: transfers ?? NoRewardTransfers(),
            inquiry: inquiry,
            notifier: notifications, clock: clock)
        server = MerchantsServer(platform: platform, store: store, notifications: notifications, logger: logger)
        self.store = store
        self.vault = vault
        self.logger = logger
    }

    /// Settles, every few seconds, what waits for somebody outside; returns when the task is cancelled.
    public func keepSettled() async {
        while !Task.isCancelled {
            do { _ = try await platform.settle() } catch {
                logger.error("what waits could not be settled", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.settlingPause)
        }
    }

    /// Forgets, now and every day, what is over and older than `days`; returns when the task is cancelled.
    public func keepTidy(days: Int) async {
        while !Task.isCancelled {
            do { try await platform.forget(olderThan: Int64(days) * 86_400) } catch {
                logger.error("what is over could not be forgotten", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(86_400))
        }
    }

    /// Lets go of the files; keys are wiped.
    public func close() throws {
        vault.close()
        try store.close()
    }
}

/// A platform that no payment server pays rewards for: they stay promised.
private struct NoRewardTransfers: RewardTransfers {
    func transfer(_ transfer: RewardTransfer) async throws(MerchantsError) -> RewardTransferAnswer {
        throw .unfinished(reason: "the platform has no payment server to pay rewards")
    }
}

extension SystemClock: PlatformClock {}
