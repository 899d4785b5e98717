import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel

extension SecureElement {
    /// PUT KEY: adds keys to the selected security domain, or replaces some. GPC v2.3.1 §11.8.
    mutating func putKey(
        _ command: PutKeyCommand, of aid: AID, _ session: OpenKeySet
    ) throws(Refusal) -> ResponseAPDU {
        guard let domain = memory.securityDomain(aid) else { throw Refusal(.conditionsOfUseNotSatisfied) }
        var keys: [StoredKey] = []
        for (identifier, field) in command.identifiedKeys {
            keys.append(
                StoredKey(
                    version: command.newVersion, identifier: identifier, type: .aes,
                    bytes: try decrypted(field, under: session.keys)))
        }
        guard keys.count == command.keys.count else { throw Refusal(.incorrectData) }
        try check(keys, replacing: command.replacedVersion, in: domain)
        var after = domain
        after.put(keys, replacing: command.replacedVersion)
        // Replacing one key of the last set under another version would take the set apart.
        guard domain.defaultKeySet == nil || after.defaultKeySet != nil else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        guard after.keys.count <= SecurityDomain.keysMax else { throw Refusal(.notEnoughMemory) }
        memory.updateSecurityDomain(aid) { $0 = after }
        try checkMemory()
        personalize(aid)
        return ResponseAPDU(.success, data: command.response)
    }

    private func decrypted(_ field: KeyDataField, under keys: SCP03KeySet) throws(Refusal) -> SecretBytes {
        // Other types of key are a matter of delegated management and DAP.
        guard field.components.allSatisfy({ $0.type == .aes }) else { throw Refusal(.algorithmNotSupported) }
        guard let (ciphertext, length) = field.aesKey, let size = AESKey.Size(rawValue: length) else {
            throw Refusal(.incorrectData)
        }
        let key: AESKey
        do { key = try keys.decryptKey(ciphertext, size: size) } catch { throw Refusal(.incorrectData) }
        guard field.keyCheckValue.isEmpty || field.keyCheckValue == key.keyCheckValue else {
            throw Refusal(.invalidKeyCheckValue)
        }
        return key.bytes
    }

    private func check(
        _ keys: [StoredKey], replacing replaced: KeyVersionNumber?, in domain: SecurityDomain
    ) throws(Refusal) {
        let identifiers = Set(keys.map(\.identifier))
        func exist(_ version: KeyVersionNumber) -> Int {
            domain.keys.count { $0.version == version && identifiers.contains($0.identifier) }
        }
        if let replaced {
            guard exist(replaced) == keys.count else { throw Refusal(.referencedDataNotFound) }
        }
        let new = keys[0].version
        if new != replaced { guard exist(new) == 0 else { throw Refusal(.incorrectData) } }
        // The three keys of an SCP03 key set are of one size, or the set would never open.
        let set = domain.keys.filter { $0.version == new && !identifiers.contains($0.identifier) } + keys
        let channelKeys = set.filter { $0.identifier <= .dataEncryption }
        guard Set(channelKeys.map(\.bytes.count)).count <= 1 else { throw Refusal(.incorrectData) }
    }

    /// An SD that has got keys of its own is PERSONALIZED (GPC v2.3.1 §5.3.2).
    mutating func personalize(_ aid: AID) {
        guard aid != memory.issuerSecurityDomain, let index = memory.index(of: aid),
            memory.applications[index].lifeCycle == SecurityDomainLifeCycle.selectable.rawValue
        else { return }
        memory.applications[index].lifeCycle = SecurityDomainLifeCycle.personalized.rawValue
    }

    /// DELETE [key]. The last key set stays: without it nobody could ever open the security domain again, or the SD
    /// above it could.
    mutating func deleteKeys(
        identifier: KeyIdentifier?, version: KeyVersionNumber?, of aid: AID, _ session: OpenKeySet
    ) throws(Refusal) -> ResponseAPDU {
        guard let domain = memory.securityDomain(aid), identifier != nil || version != nil else {
            throw Refusal(.incorrectData)
        }
        func isMeant(_ key: StoredKey) -> Bool {
            (identifier == nil || key.identifier == identifier) && (version == nil || key.version == version)
        }
        guard domain.keys.contains(where: isMeant) else { throw Refusal(.referencedDataNotFound) }
        var after = domain
        after.delete(isMeant)
        guard after.defaultKeySet != nil else { throw Refusal(.conditionsOfUseNotSatisfied) }
        memory.updateSecurityDomain(aid) { $0 = after }
        return ResponseAPDU(.success, data: [0x00])
    }
}
