import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel

/// Confidential setup of secure channel keys: a security domain gets keys that whoever carries the messages cannot read.
/// GPC Amendment A v1.1, scenarios #2B and #3; GSMA SGP.02 v4.2 §4.1.3.
extension SecureElement {
    /// STORE DATA that begins, or goes on with, a message for the controlling authority.
    mutating func confidentialSetup(
        _ block: StoreDataCommand, of aid: AID, on channel: Int
    ) throws(Refusal) -> ResponseAPDU {
        let collected = (channels[channel]?.setupMessage ?? []) + block.data
        channels[channel]?.setupMessage = []
        guard collected.count <= ConfidentialSetupMessage.lengthMax else { throw Refusal(.notEnoughMemory) }
        // What the DEK would encrypt, its holder could read.
        guard block.encryption != .encrypted, block.structure == .dataGroupings else { throw Refusal(.incorrectData) }
        if ConfidentialSetupMessage.expectsMore(collected) {
            guard !block.isLastBlock else { throw Refusal(.incorrectData) }
            channels[channel]?.setupMessage = collected
            return ResponseAPDU(.success)
        }
        let message: ConfidentialSetupMessage
        do throws(CommandDecodingError) {
            message = try ConfidentialSetupMessage(bytes: collected)
        } catch {
            throw Refusal(error.statusWord)
        }
        return try confidentialSetup(message, of: aid, isAnswerExpected: block.expectsResponse)
    }

    private mutating func confidentialSetup(
        _ message: ConfidentialSetupMessage, of aid: AID, isAnswerExpected: Bool
    ) throws(Refusal) -> ResponseAPDU {
        guard Self.rolesWithConfidentialSetup.contains(memory.role(of: aid)) else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        guard let authority = controllingAuthority else { throw Refusal(.referencedDataNotFound) }
        if case .encryptedKeys(let template, let ciphertext) = message {
            return try takeEncryptedKeys(ciphertext, template, of: aid, authority)
        }
        // The others are nothing without their answer.
        guard isAnswerExpected else { throw Refusal(.incorrectParameters) }
        switch message {
        case .certificate(let certificate):
            return try challenge(certificate, of: aid, authority)
        case .authenticatedAgreement(let template, let point, let signature):
            try verify(signature, template, point, of: aid)
            return try agree(template, point, of: aid, authority)
        case .agreement(let template, let point):
            return try agree(template, point, of: aid, authority)
        case .encryptedKeys:
            throw Refusal(.incorrectData)
        }
    }

    /// Whose keys may come this way: of those who are on somebody else's card.
    private static let rolesWithConfidentialSetup: Set<SecurityDomainRole> = [
        .serviceProvider, .delegated, .thirdParty,
    ]

    // MARK: The host proves itself

    /// A certificate of the authority's: the card answers with a challenge. It has no clock: dates are the host's matter.
    private mutating func challenge(
        _ certificate: SelfDescriptiveCertificate, of aid: AID, _ authority: ControllingAuthority
    ) throws(Refusal) -> ResponseAPDU {
        let contents = certificate.contents
        guard contents.authority == authority.authorityIdentifier else { throw Refusal(.referencedDataNotFound) }
        guard contents.usage == .signatureVerification, let hostKey = contents.publicKey.p256 else {
            throw Refusal(.incorrectData)
        }
        guard authority.authorityKey.isValid(certificate.signature, over: contents.signedBytes) else {
            throw Refusal(.securityStatusNotSatisfied)
        }
        let challenge = random.bytes(PendingSetup.challengeLength)
        memory.updateSecurityDomain(aid) { $0.pendingSetup = PendingSetup(hostKey: hostKey, challenge: challenge) }
        return ResponseAPDU(.success, data: KeyEstablishmentAnswer.challenge(challenge).bytes)
    }

    /// The host's signature over template, point and the card's challenge.
    private func verify(
        _ signature: [UInt8], _ template: KeyEstablishmentTemplate, _ point: [UInt8], of aid: AID
    ) throws(Refusal) {
        guard let pending = memory.securityDomain(aid)?.pendingSetup else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        let signed = ConfidentialSetupMessage.signedBytes(template, point: point, challenge: pending.challenge)
        guard pending.hostKey.isValid(signature, over: signed) else { throw Refusal(.securityStatusNotSatisfied) }
    }

    // MARK: The keys

    /// Scenario #3: the card computes the keys from the host's ephemeral point and its own key.
    private mutating func agree(
        _ template: KeyEstablishmentTemplate, _ point: [UInt8], of aid: AID, _ authority: ControllingAuthority
    ) throws(Refusal) -> ResponseAPDU {
        try checkIsMeant(template)
        guard let size = AESKey.Size(rawValue: Int(template.keyLength)) else { throw Refusal(.incorrectData) }
        let secret: SecretBytes
        do throws(CryptographyError) {
            secret = try authority.agreementKey.sharedSecret(
                with: ECPublicKey(curve: .p256, uncompressedPoint: point))
        } catch {
            throw Refusal(.incorrectData)
        }
        // As long as AES keys of the curve's strength (GPC Amendment E Table 4-21).
        let derivationRandom = template.options.contains(.includesDerivationRandom) ? random.bytes(16) : nil
        let agreed = AgreedKeySet(
            secret: secret,
            sharedInformation: template.sharedInformation(
                derivationRandom: derivationRandom, issuer: memory.identity.issuerIdentificationNumber,
                card: memory.identity.cardImageNumber), size: size)
        try install(agreed.keys, template, in: aid)
        let receipt = agreed.receipt(over: template.receiptInput(derivationRandom: derivationRandom))
        return ResponseAPDU(
            .success, data: KeyEstablishmentAnswer.receipt(receipt, derivationRandom: derivationRandom).bytes)
    }

    /// Scenario #2B: three keys, one after the other, encrypted under PK.CASD.CT.
    private mutating func takeEncryptedKeys(
        _ ciphertext: [UInt8], _ template: KeyEstablishmentTemplate, of aid: AID, _ authority: ControllingAuthority
    ) throws(Refusal) -> ResponseAPDU {
        guard let key = authority.deciphermentKey else { throw Refusal(.referencedDataNotFound) }
        try checkIsMeant(template)
        let length = Int(template.keyLength)
        let keys: SCP03KeySet
        do {
            // Ours: OAEP, which tells an attacker nothing about what it refuses (docs/divergences.md).
            let plain = try key.decrypt(ciphertext, .oaepSHA256)
            guard plain.count == 3 * length else { throw Refusal(.incorrectData) }
            keys = try SCP03KeySet(
                enc: plain.slice(0..<length), mac: plain.slice(length..<2 * length),
                dek: plain.slice(2 * length..<3 * length))
        } catch {
            throw Refusal(.incorrectData)
        }
        try install(keys, template, in: aid)
        return ResponseAPDU(.success)
    }

    /// A template may name the card that it is for.
    private func checkIsMeant(_ template: KeyEstablishmentTemplate) throws(Refusal) {
        guard template.imageNumber == nil || template.imageNumber == memory.identity.cardImageNumber else {
            throw Refusal(.incorrectData)
        }
    }

    /// The key set appears whole, in place of one of the same version, or of all keys where the template says so.
    private mutating func install(
        _ keys: SCP03KeySet, _ template: KeyEstablishmentTemplate, in aid: AID
    ) throws(Refusal) {
        guard var domain = memory.securityDomain(aid) else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let deletesAll = template.options.contains(.deletesExistingKeys)
        domain.delete { deletesAll || $0.version == template.version }
        domain.put(SecurityDomain.secureChannelKeys(keys, version: template.version), replacing: nil)
        if let counter = template.sequenceCounter, counter.count == 3 {
            let value = counter.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            domain.sequenceCounters[template.version] = SequenceCounter(rawValue: value)
        }
        guard domain.keys.count <= SecurityDomain.keysMax,
            domain.keyInformation.bytes.count <= SecurityDomain.keyInformationLengthMax
        else { throw Refusal(.notEnoughMemory) }
        domain.authenticationFailures = 0
        domain.pendingSetup = nil
        memory.updateSecurityDomain(aid) { $0 = domain }
        try checkMemory()
        personalize(aid)
        endSessions(with: aid)
    }

    /// Whoever was in a session with the security domain before must not be in one with the new owner's keys in place:
    /// on every channel, the one of this command included.
    private mutating func endSessions(with aid: AID) {
        for channel in channels.indices where channels[channel]?.concerns(aid) == true {
            channels[channel]?.endSession()
        }
    }
}

extension SecurityDomain {
    fileprivate static func secureChannelKeys(_ keys: SCP03KeySet, version: KeyVersionNumber) -> [StoredKey] {
        [(KeyIdentifier.encryption, keys.enc), (.mac, keys.mac), (.dataEncryption, keys.dek)].map { identifier, key in
            StoredKey(version: version, identifier: identifier, type: .aes, bytes: key.bytes)
        }
    }
}

extension LogicalChannel {
    /// Whether a session on this channel is with `aid`, or runs with its keys.
    fileprivate func concerns(_ aid: AID) -> Bool {
        if selected == aid { return true }
        switch session {
        case .initiated(_, let keys), .open(_, let keys), .inUse(let keys): return keys.owner == aid
        case .none: return false
        }
    }
}
