public import CardCryptography
import Foundation
public import GlobalPlatform
public import ISO7816
import SecureChannel
public import ServiceProvider

/// Keys that are set through the controlling authority of a card: the private key that answers a card's challenge, and
/// every key set agreed on, stay in the file.
extension ProviderVault: ConfidentialSetupKeys {
    // MARK: What passes between provider and certification authority

    /// The public key to be certified; made when it is first asked for.
    public func confidentialSetupKey() async throws(ProviderKeysError) -> ECPublicKey {
        try await signingKey().publicKey
    }

    /// Takes in the certificate of ``confidentialSetupKey()``, and whose certificates of cards are believed.
    ///
    /// - Throws: ``ProviderKeysError/invalid(_:)`` when the certificate is of another key, or not of these authorities.
    public func importConfidentialSetup(
        certificate: SelfDescriptiveCertificate, authorities: [[UInt8]: ECPublicKey]
    ) async throws(ProviderKeysError) {
        let key = try await signingKey()
        guard (1...ConfidentialSetupRing.authoritiesMax).contains(authorities.count),
            authorities.values.allSatisfy({ $0.curve == .p256 })
        else { throw .invalid("1 to \(ConfidentialSetupRing.authoritiesMax) authorities on P-256 are believed") }
        do throws(ConfidentialSetupError) {
            _ = try ConfidentialSetupIdentity(certificate: certificate, key: key, authorities: authorities)
        } catch {
            throw .confidentialSetup(error)
        }
        guard
            authorities[certificate.contents.authority]?.isValid(
                certificate.signature, over: certificate.contents.signedBytes) == true
        else { throw .confidentialSetup(.notSigned) }
        let known = authorities.sorted { $0.key.hex < $1.key.hex }.map {
            ConfidentialSetupRing.Authority(identifier: $0.key, point: $0.value.uncompressedPoint)
        }
        let bytes = certificate.bytes
        try await file.change(failure: { .failed("\($0)") }) { ring throws(ProviderKeysError) in
            ring.confidentialSetup.certificate = bytes
            ring.confidentialSetup.authorities = known
        }
    }

    /// Whether the provider has a certificate that cards with a controlling authority verify.
    public var hasConfidentialSetup: Bool { !file.contents.confidentialSetup.certificate.isEmpty }

    private func signingKey() async throws(ProviderKeysError) -> ECPrivateKey {
        let scalar: SecretBytes
        if let known = file.contents.confidentialSetup.signingKey {
            scalar = known
        } else {
            scalar = try await file.change(failure: { .failed("\($0)") }) { ring throws(ProviderKeysError) in
                // Somebody else may have asked at the same time.
                let scalar = ring.confidentialSetup.signingKey ?? ECPrivateKey.generate(.p256).scalar
                ring.confidentialSetup.signingKey = scalar
                return scalar
            }
        }
        do { return try ECPrivateKey(curve: .p256, scalar: scalar) } catch { throw .failed("\(error)") }
    }

    private func identity() async throws(ProviderKeysError) -> ConfidentialSetupIdentity {
        let ring = file.contents.confidentialSetup
        guard !ring.certificate.isEmpty else {
            throw .invalid("the vault has no certificate for the controlling authorities of cards: import one")
        }
        let key = try await signingKey()
        do {
            var authorities: [[UInt8]: ECPublicKey] = [:]
            for authority in ring.authorities {
                authorities[authority.identifier] = try ECPublicKey(curve: .p256, uncompressedPoint: authority.point)
            }
            return try ConfidentialSetupIdentity(
                certificate: try SelfDescriptiveCertificate(bytes: ring.certificate), key: key,
                authorities: authorities)
        } catch {
            throw .failed("\(error)")
        }
    }

    // MARK: Setups

    public func certificateCommands(blockLength: Int) async throws(ProviderKeysError) -> [CommandAPDU] {
        let identity = try await identity()
        return ConfidentialSetupMessage.certificate(identity.certificate).commands(blockLength: blockLength)
            .map(\.command)
    }

    public func agreementCommands(
        certificate: [UInt8], challenge: [UInt8], image: [UInt8]?, card: CardDescription, blockLength: Int
    ) async throws(ProviderKeysError) -> [CommandAPDU] {
        guard let version = KeyVersionNumber(rawValue: ProviderKeySet.agreedVersion) else {
            throw .invalid("key version \([ProviderKeySet.agreedVersion].hex)")
        }
        let identity = try await identity()
        let agreement: KeyAgreement
        do throws(ConfidentialSetupError) {
            let authority = try identity.agreementKey(certifiedBy: certificate, ofCard: image, on: today())
            agreement = try KeyAgreement(
                with: authority,
                KeyEstablishmentTemplate(
                    .keyAgreement(KeyAgreement.optionsOfProvider),
                    keyLength: UInt8(ConfidentialSetupRing.keyLength), version: version))
        } catch {
            throw .confidentialSetup(error)
        }
        // The card may have the keys as soon as the commands are anywhere but here.
        try await remember(agreement, for: name(card))
        return agreement.message(answering: challenge, signedWith: identity.key)
            .commands(blockNumber: 1, blockLength: blockLength).map(\.command)
    }

    private func remember(
        _ agreement: KeyAgreement, for card: ConfidentialSetupRing.CardName
    ) async throws(ProviderKeysError) {
        let agreed = agreement.keySet()
        let candidate = ConfidentialSetupRing.Candidate(
            card: card,
            receipt: SecretBytes(agreed.receipt(over: agreement.template.receiptInput(derivationRandom: nil))),
            keys: [agreed.keys.enc, agreed.keys.mac, agreed.keys.dek].map(\.bytes))
        try await file.change(failure: { .failed("\($0)") }) { ring throws(ProviderKeysError) in
            guard ring.confidentialSetup.add(candidate, limit: ProviderKeySet.candidatesMax) else {
                throw .invalid("\(ConfidentialSetupRing.candidatesMax) setups are under way; finish some of them")
            }
        }
    }

    public func isReceipt(_ answer: [UInt8], of card: CardDescription) async throws(ProviderKeysError) -> Bool {
        guard case .receipt(let receipt, nil)? = try? KeyEstablishmentAnswer(bytes: answer) else { return false }
        return file.contents.confidentialSetup.candidates(of: name(card)).first?.receipt == SecretBytes(receipt)
    }

    public func forgetAgreedKeys(of card: CardDescription) async throws(ProviderKeysError) {
        let name = name(card)
        guard !file.contents.confidentialSetup.candidates(of: name).isEmpty else { return }
        try await file.change(failure: { .failed("\($0)") }) { ring throws(ProviderKeysError) in
            ring.confidentialSetup.forget(name)
        }
    }

    /// A key set that was agreed on with a card, counted from the newest.
    func agreedKeys(_ candidate: Int, _ card: CardDescription) throws(ProviderKeysError) -> SCP03KeySet {
        let candidates = file.contents.confidentialSetup.candidates(of: name(card))
        guard candidates.indices.contains(candidate) else { throw .noAgreedKeys }
        let keys = candidates[candidate].keys
        do { return try SCP03KeySet(enc: keys[0], mac: keys[1], dek: keys[2]) } catch { throw .invalid("\(error)") }
    }

    private func name(_ card: CardDescription) -> ConfidentialSetupRing.CardName {
        .init(securityDomain: card.securityDomain.bytes, diversificationData: card.keyDiversificationData)
    }

    /// The day in UTC.
    private func today() throws(ConfidentialSetupError) -> CertificateDate {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day], from: Date())
        guard let year = parts.year, let month = parts.month, let day = parts.day,
            let date = CertificateDate(year: year, month: month, day: day)
        else { throw .outOfDate }
        return date
    }
}
