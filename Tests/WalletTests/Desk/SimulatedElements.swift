import EMV
import GlobalPlatform
import ISO7816
import Synchronization

@testable import Wallet

/// Secure elements with universal instances, as far as the wallet sees them; no card, no TSM. The scenario tests have both.
final class SimulatedElements: SecureElementManagement {
    struct Element {
        var name: SecureElementName
        var isReachable = true
        var installations = 0
        var universalData: [UniversalCardType: [DataGrouping]] = [:]
        var records: [UniversalCardType: [UniversalCardRecord]] = [:]
        var stores = 0
        /// Payment applications of their own, by the reference number of the service.
        var dedicated: [String: [DataGrouping]] = [:]
        var locked: Set<String> = []

        var all: [UniversalCardRecord] { records.values.flatMap { $0 } }
    }

    private let scissors: Scissors
    private let capacity: Int
    private let elements = Mutex<[String: Element]>([:])
    private let watch = Mutex<(@Sendable () async -> Void)?>(nil)

    init(_ scissors: Scissors, capacity: Int) {
        self.scissors = scissors
        self.capacity = capacity
    }

    func add(_ device: Device) { elements.withLock { $0[device.subscriber] = Element(name: device.secureElement) } }

    /// What happens elsewhere, once, just before records are read.
    func beforeReading(_ body: @escaping @Sendable () async -> Void) { watch.withLock { $0 = body } }

    /// The number has another secure element from now on.
    func move(_ subscriber: String, to device: Device) {
        elements.withLock { $0[subscriber] = Element(name: device.secureElement) }
    }

    func element(of device: Device) -> Element { elements.withLock { $0[device.subscriber]! } }

    func change(_ device: Device, _ body: (inout Element) -> Void) {
        elements.withLock { body(&$0[device.subscriber]!) }
    }

    private func reach<Value: Sendable>(
        _ subscriber: String, _ body: (inout Element) throws(SecureElementManagementError) -> Value
    ) async throws(SecureElementManagementError) -> Value {
        let lost = SecureElementManagementError.unsettled(detail: "the signal was lost")
        return try await scissors.step(lost) { () async throws(SecureElementManagementError) in
            let result: Result<Value, SecureElementManagementError> = elements.withLock { elements in
                guard var element = elements[subscriber] else { return .failure(.noSecureElement) }
                guard element.isReachable else { return .failure(.unsettled(detail: "the handset is off")) }
                do throws(SecureElementManagementError) {
                    let value = try body(&element)
                    elements[subscriber] = element
                    return .success(value)
                } catch {
                    return .failure(error)
                }
            }
            return try result.get()
        }
    }

    func secureElement(of subscriber: String) async throws(SecureElementManagementError) -> SecureElementName {
        guard let element = elements.withLock({ $0[subscriber] }) else { throw .noSecureElement }
        return element.name
    }

    func provision(
        _ application: WalletApplication, for subscriber: String, data: [DataGrouping]
    ) async throws(SecureElementManagementError) -> AID {
        try await reach(subscriber) { element throws(SecureElementManagementError) in
            if application.serviceNumber == 2003 {
                if element.dedicated[application.paymentReferenceNumber] == nil {
                    element.installations += 1
                    element.dedicated[application.paymentReferenceNumber] = data
                }
                return "A00000000310100001"
            }
            let type = Self.type(application)
            if element.universalData[type] == nil {
                element.installations += 1
                element.universalData[type] = data
            }
            return "F053454E45534348414C554301"
        }
    }

    func store(
        _ data: [DataGrouping], in application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) {
        let capacity = capacity
        try await reach(subscriber) { element throws(SecureElementManagementError) in
            let type = Self.type(application)
            guard element.universalData[type] != nil else { throw .refused(code: "wrongState", detail: "absent") }
            var records = element.records[type] ?? []
            for grouping in data {
                switch grouping.identifier {
                case 0xA100:
                    guard let record = try? UniversalCardRecord(bytes: grouping.data) else {
                        throw .cardRefused(.incorrectData)
                    }
                    records.removeAll { $0.reference == record.reference }
                    guard records.count < capacity else { throw .cardRefused(.notEnoughMemory) }
                    records.append(record)
                default:
                    let reference = try? UniversalCardDeletion.reference(in: grouping.data)
                    records.removeAll { $0.reference == reference }
                }
            }
            element.stores += 1
            element.records[type] = records
        }
    }

    func records(
        _ names: [RecordName], of application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) -> [ResponseAPDU] {
        let body = watch.withLock { body in
            defer { body = nil }
            return body
        }
        await body?()
        return try await reach(subscriber) { element throws(SecureElementManagementError) in
            let records = element.records[Self.type(application)] ?? []
            return names.map { name in
                if name.shortFileIdentifier == 29 {
                    return ResponseAPDU(
                        .success,
                        data: BERTLV(0x70, [BERTLV(0xDF60, [BERTLV(0x83, [UInt8(records.count)])])]).bytes)
                }
                let record = records[Int(name.number) - 1]
                return ResponseAPDU(
                    .success,
                    data: BERTLV(
                        0x70,
                        [BERTLV(0xE0, [BERTLV(0xC0, record.reference.bytes), BERTLV(0x86, record.fingerprint)])]
                    ).bytes)
            }
        }
    }

    func setLocked(
        _ isLocked: Bool, _ application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) {
        try await reach(subscriber) { element throws(SecureElementManagementError) in
            guard element.dedicated[application.paymentReferenceNumber] != nil else { throw .noSecureElement }
            if isLocked {
                element.locked.insert(application.paymentReferenceNumber)
            } else {
                element.locked.remove(application.paymentReferenceNumber)
            }
        }
    }

    func delete(_ application: WalletApplication, for subscriber: String) async throws(SecureElementManagementError) {
        try await reach(subscriber) { element throws(SecureElementManagementError) in
            element.dedicated[application.paymentReferenceNumber] = nil
        }
    }

    private static func type(_ application: WalletApplication) -> UniversalCardType {
        application.serviceNumber == 2001 ? .first : .second
    }
}
