public import CardCryptography
public import GlobalPlatform
public import ISO7816
public import ServiceProvider
public import Wallet

/// The wallet's way to secure elements: it is a service provider of the central TSM's, with a vault of its own.
public struct CentralTSMElements: SecureElementManagement {
    private let tsm: any CentralTSMConnection
    private let flow: ProvisioningFlow
    private let manager: ServiceManager

    /// - Parameter firstPause: before a request is repeated; each further pause is twice as long, up to 64 times.
    public init(
        tsm: any CentralTSMConnection, keys: any ProviderKeys, random: any RandomSource,
        firstPause: Duration = .milliseconds(50)
    ) {
        self.tsm = tsm
        flow = ProvisioningFlow(tsm: tsm, keys: keys, random: random, firstPause: firstPause)
        manager = ServiceManager(tsm: tsm, keys: keys, random: random, firstPause: firstPause)
    }

    public func secureElement(
        of subscriber: String
    ) async throws(SecureElementManagementError) -> SecureElementName {
        let element: ProvidedSecureElement
        do throws(CentralTSMConnectionError) {
            element = try await tsm.secureElement(of: Subscriber(msi: subscriber))
        } catch {
            switch error {
            case .refused("notFound", _): throw .noSecureElement
            case .refused(let code, let detail): throw .refused(code: code, detail: detail)
            case .unsettled(let detail): throw .unreachable(detail: detail)
            }
        }
        guard let name = SecureElementName(element.id) else { throw .noSecureElement }
        return name
    }

    public func provision(
        _ application: WalletApplication, for subscriber: String, data: [DataGrouping]
    ) async throws(SecureElementManagementError) -> AID {
        try await asking { () async throws(ProvisioningError) in
            try await flow.run(
                .init(
                    subscriber: Subscriber(msi: subscriber), service: application.service,
                    paymentReferenceNumber: application.paymentReferenceNumber, data: PersonalizationData(data),
                    isCombined: true))
        }
    }

    public func store(
        _ data: [DataGrouping], in application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) {
        try await asking { () async throws(ProvisioningError) in
            try await manager.store(PersonalizationData(data), in: application.name(for: subscriber))
        }
    }

    public func records(
        _ records: [RecordName], of application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) -> [ResponseAPDU] {
        try await asking { () async throws(ProvisioningError) in
            try await manager.read(
                records.map { ($0.number, $0.shortFileIdentifier << 3 | 0x04) }, of: application.name(for: subscriber))
        }
    }

    public func setLocked(
        _ isLocked: Bool, _ application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) {
        try await asking { () async throws(ProvisioningError) in
            try await manager.change(isLocked ? .lock : .unlock, of: application.name(for: subscriber))
        }
    }

    public func delete(
        _ application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) {
        try await asking { () async throws(ProvisioningError) in
            try await manager.change(.delete, of: application.name(for: subscriber))
        }
    }

    private func asking<Answer>(
        _ request: () async throws(ProvisioningError) -> Answer
    ) async throws(SecureElementManagementError) -> Answer {
        do throws(ProvisioningError) {
            return try await request()
        } catch {
            switch error {
            case .refused("notFound", _): throw .noSecureElement
            case .refused(let code, let detail): throw .refused(code: code, detail: detail)
            case .cardRefused(let statusWord): throw .cardRefused(statusWord)
            case .wrongState(let status): throw .refused(code: "wrongState", detail: "the service is \(status)")
            case .noControllingAuthority, .confidentialSetupRefused:
                throw .refused(code: "confidentialSetup", detail: error.description)
            // The vault is asked before anything is sent, and again when the answers are read.
            case .unsettled, .cardMisbehaved, .vault, .doesNotConverge: throw .unsettled(detail: error.description)
            }
        }
    }
}

extension WalletApplication {
    fileprivate var service: ServiceName { ServiceName(number: serviceNumber, version: serviceVersion) }

    fileprivate func name(for subscriber: String) -> ServiceManager.Name {
        ServiceManager.Name(
            subscriber: Subscriber(msi: subscriber), service: service, paymentReferenceNumber: paymentReferenceNumber)
    }
}
