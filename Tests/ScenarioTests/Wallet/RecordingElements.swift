import GlobalPlatform
import ISO7816
import Synchronization
import Wallet

/// The way to secure elements, with an eye on what goes into universal instances.
final class RecordingElements: SecureElementManagement {
    private let inner: any SecureElementManagement
    private let groupings = Mutex<[DataGrouping]>([])

    init(_ inner: any SecureElementManagement) { self.inner = inner }

    /// In order.
    var stored: [DataGrouping] { groupings.withLock { $0 } }

    func secureElement(of subscriber: String) async throws(SecureElementManagementError) -> SecureElementName {
        try await inner.secureElement(of: subscriber)
    }

    func provision(
        _ application: WalletApplication, for subscriber: String, data: [DataGrouping]
    ) async throws(SecureElementManagementError) -> AID {
        try await inner.provision(application, for: subscriber, data: data)
    }

    func store(
        _ data: [DataGrouping], in application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) {
        groupings.withLock { $0 += data }
        try await inner.store(data, in: application, for: subscriber)
    }

    func records(
        _ records: [RecordName], of application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) -> [ResponseAPDU] {
        try await inner.records(records, of: application, for: subscriber)
    }

    func setLocked(
        _ isLocked: Bool, _ application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) {
        try await inner.setLocked(isLocked, application, for: subscriber)
    }

    func delete(
        _ application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) { try await inner.delete(application, for: subscriber) }
}
