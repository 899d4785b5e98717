import CardCryptography
import EMV
import GlobalPlatform
import ISO7816
import TurnTaking

extension CardDesk {
    /// The two universal instances of a secure element, each with its universal personalization data set: made before a
    /// card is bound, and the same two afterwards, however many are bound (UCI-01, UPD-01).
    ///
    /// What is there is found there; a card costs no installation.
    public func prepareSecureElement(_ request: UserRequest) async throws(WalletError) -> [UniversalCardType] {
        try await turns.take(request.user) { () async throws(WalletError) in
            try await checkSecureElement(request.device.secureElement, behind: request.device.subscriber)
            for type in UniversalCardType.allCases { try await prepare(type, request.device) }
            return UniversalCardType.allCases
        }
    }

    /// The number that a device has named must lead to the secure element that it has read; a number moves to another
    /// device with its card.
    func checkSecureElement(
        _ secureElement: SecureElementName, behind subscriber: String
    ) async throws(WalletError) {
        let found = try await managing { () async throws(SecureElementManagementError) in
            try await elements.secureElement(of: subscriber)
        }
        guard found == secureElement else { throw .noSecureElement }
    }

    func prepare(_ type: UniversalCardType, _ device: Device) async throws(WalletError) {
        let data = try await universalData(of: type, on: device.secureElement)
        _ = try await managing { () async throws(SecureElementManagementError) in
            try await elements.provision(
                application(type), for: device.subscriber, data: data.groupings.map(DataGrouping.init))
        }
    }

    /// The universal instance of a type as the central TSM knows it.
    func application(_ type: UniversalCardType) -> WalletApplication {
        let service = policy.universalServices[type] ?? CardDeskPolicy.WalletService(number: 0, version: "0")
        return WalletApplication(
            serviceNumber: service.number, serviceVersion: service.version,
            paymentReferenceNumber: "universal-\(type.rawValue)")
    }

    /// The same for every attempt: it depends on the secure element and the type alone.
    private func universalData(
        of type: UniversalCardType, on secureElement: SecureElementName
    ) async throws(WalletError) -> UniversalPersonalization {
        let key = try await kept { () async throws(WalletVaultError) in
            try await vault.instanceKey(on: secureElement, type: type)
        }
        let name = Digest.hash(Array("universal card \(type.rawValue) of \(secureElement)".utf8))
        do {
            return try UniversalPersonalization.onlineOnly(
                type == .first ? .debit : .credit,
                universalIdentifier: Array(name.prefix(UniversalPersonalization.universalIdentifierLength)),
                label: type == .first ? "Debit" : "Credit", priority: type.rawValue,
                instanceKey: try TripleDESKey(key), issuerCountryCode: policy.countryCode)
        } catch {
            throw .internal(reason: "universal personalization data: \(error)")
        }
    }

    func managing<Value>(
        _ body: () async throws(SecureElementManagementError) -> Value
    ) async throws(WalletError) -> Value {
        do throws(SecureElementManagementError) {
            return try await body()
        } catch {
            switch error {
            case .noSecureElement: throw .noSecureElement
            case .cardRefused(.notEnoughMemory): throw .secureElementFull
            case .cardRefused(let statusWord): throw .secureElementRefused(statusWord)
            case .refused(let code, let detail): throw .conflict(reason: "the central TSM: \(code): \(detail)")
            case .unreachable(let detail), .unsettled(let detail): throw .unsettled(reason: detail)
            }
        }
    }
}

extension DataGrouping {
    /// A grouping on its way into a script, which is wrapped before it leaves.
    init(_ grouping: PersonalizationGrouping) { self.init(grouping.identifier, grouping.data.revealed()) }
}
