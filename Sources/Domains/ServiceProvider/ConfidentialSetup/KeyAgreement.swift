public import CardCryptography
public import GlobalPlatform
import ISO7816
public import SecureChannel

/// One attempt of a host to agree with a card on a key set (ECKA-EG): an ephemeral key pair, used once.
public struct KeyAgreement: Sendable {
    public let template: KeyEstablishmentTemplate
    private let ephemeral: ECPrivateKey
    private let secret: SecretBytes
    private let issuer: [UInt8]
    private let card: [UInt8]

    /// Scenario #3 as the provider uses it: whatever keys were there before are gone with the same command, and the host
    /// proves itself. Without a random of the card's the keys are known before it has answered: so they are durable
    /// before they can be on the card, and a lost answer loses nothing.
    public static let optionsOfProvider: KeyEstablishmentTemplate.Options = [
        .deletesExistingKeys, .certificateVerificationPrecedes,
    ]

    /// - Parameters:
    ///   - authority: PK.CASD.ECKA, of a certificate that is believed.
    ///   - issuer: tag 42 of the card, and `card` its tag 45: only where the template has a host identifier.
    /// - Throws: ``ConfidentialSetupError/wrongCertificate`` for a key on another curve.
    public init(
        with authority: ECPublicKey, _ template: KeyEstablishmentTemplate, issuer: [UInt8] = [], card: [UInt8] = []
    ) throws(ConfidentialSetupError) {
        ephemeral = .generate(.p256)
        do { secret = try ephemeral.sharedSecret(with: authority) } catch { throw .wrongCertificate }
        self.template = template
        self.issuer = issuer
        self.card = card
    }

    /// The message without a proof of who sends it.
    public var message: ConfidentialSetupMessage {
        .agreement(template, point: ephemeral.publicKey.uncompressedPoint)
    }

    /// The message of a host that answers the card's challenge to its certificate.
    public func message(answering challenge: [UInt8], signedWith key: ECPrivateKey) -> ConfidentialSetupMessage {
        let point = ephemeral.publicKey.uncompressedPoint
        let signed = ConfidentialSetupMessage.signedBytes(template, point: point, challenge: challenge)
        return .authenticatedAgreement(template, point: point, signature: key.signature(over: signed))
    }

    /// The keys, with the random that the card's answer tells, if the template asked for one.
    public func keySet(derivationRandom: [UInt8]? = nil) -> AgreedKeySet {
        AgreedKeySet(
            secret: secret,
            sharedInformation: template.sharedInformation(
                derivationRandom: derivationRandom, issuer: issuer, card: card),
            size: AESKey.Size(rawValue: Int(template.keyLength)) ?? .aes128)
    }

    /// The keys that the card has, as its answer proves.
    ///
    /// - Throws: ``ConfidentialSetupError/wrongReceipt``, also for a random where none was asked for.
    public func keySet(provenBy answer: [UInt8]) throws(ConfidentialSetupError) -> AgreedKeySet {
        guard case .receipt(let receipt, let random)? = try? KeyEstablishmentAnswer(bytes: answer),
            (random != nil) == template.options.contains(.includesDerivationRandom)
        else { throw .wrongReceipt }
        let agreed = keySet(derivationRandom: random)
        let expected = agreed.receipt(over: template.receiptInput(derivationRandom: random))
        guard SecretBytes(expected) == SecretBytes(receipt) else { throw .wrongReceipt }
        return agreed
    }
}

/// Scenario #2B: the host makes the keys and encrypts them for the card's controlling authority.
public struct KeyPush: Sendable {
    public let keys: SCP03KeySet
    public let message: ConfidentialSetupMessage

    /// - Parameter authority: PK.CASD.CT, of a certificate that is believed.
    /// - Throws: `ConfidentialSetupError.wrongCertificate` for a key too short for the three keys.
    public init(
        _ keys: SCP03KeySet, version: KeyVersionNumber, for authority: RSAPublicKey
    ) throws(ConfidentialSetupError) {
        let template = KeyEstablishmentTemplate(
            .push, keyLength: UInt8(keys.size.rawValue), version: version, sequenceCounter: nil)
        let plain = keys.enc.bytes + keys.mac.bytes + keys.dek.bytes
        do {
            message = .encryptedKeys(template, ciphertext: try authority.encrypt(plain, .oaepSHA256))
        } catch {
            throw .wrongCertificate
        }
        self.keys = keys
    }
}
