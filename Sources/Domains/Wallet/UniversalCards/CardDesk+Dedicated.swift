import CardCryptography
import EMV
import GlobalPlatform

// Cards with a payment application of their own: the classic installation, for issuers whose cards have to prove offline
// that they are genuine. It costs an instance and a whole personalization for every card.

extension CardDesk {
    /// The application of a credential, installed, personalized and active.
    func provision(
        _ credential: Credential, _ card: Card, subscriber: String
    ) async throws(WalletError) {
        let personalization = try await personalization(of: credential, card)
        _ = try await managing { () async throws(SecureElementManagementError) in
            try await elements.provision(
                application(of: credential), for: subscriber,
                data: personalization.groupings.map(DataGrouping.init))
        }
    }

    /// The application of a dedicated credential as the central TSM knows it.
    func application(of credential: Credential) -> WalletApplication {
        WalletApplication(
            serviceNumber: policy.dedicatedService.number, serviceVersion: policy.dedicatedService.version,
            paymentReferenceNumber: credential.id.rawValue)
    }

    /// The account on the chip is the token. Where the wallet has a certified key, the card can be authenticated offline,
    /// with a key pair that is made here and nowhere kept.
    private func personalization(
        of credential: Credential, _ card: Card
    ) async throws(WalletError) -> PaymentPersonalization {
        guard let token = try await tokens(of: credential).first(where: { $0.function == .nfc }) else {
            throw .invalid(field: "functions", reason: "a card with an application of its own pays at terminals")
        }
        let (instanceKey, share) = try await kept { () async throws(WalletVaultError) in
            (
                try await vault.instanceKey(on: credential.secureElement, type: credential.type),
                try await vault.keyShare(of: credential.id)
            )
        }
        let account = PaymentAccount(
            number: token.number.accountNumber, expiry: token.expiry, sequenceNumber: token.sequenceNumber,
            label: card.label, priority: credential.type.rawValue, issuerCountryCode: policy.countryCode)
        let offline = policy.certifiedIssuer.map { issuer in
            PaymentAccount.OfflineKeys(
                issuer: issuer, card: RSAPrivateKey.generate(bitCount: 1_024, publicExponent: 3))
        }
        do {
            let key = UniversalPersonalization.combined(try TripleDESKey(instanceKey), share)
            return try PaymentPersonalization.quick(account, masterKey: .init(key: key), offline: offline)
        } catch {
            throw .internal(reason: "personalization of an application: \(error)")
        }
    }
}
