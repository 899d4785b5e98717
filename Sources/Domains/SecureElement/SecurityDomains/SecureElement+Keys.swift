import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel

extension SecureElement {
    /// PUT KEY: adds keys to the selected security domain, or replaces some. GPC v2.3.1 §11.8.
    mutating func putKey(
        _ command: PutKeyCommand, of aid: AID, _ session: SessionInForce
    ) throws(Refusal) -> ResponseAPDU {
        guard let domain = memory.securityDomain(aid) else { throw Refusal(.conditionsOfUseNotSatisfied) }
        var keys: [StoredKey] = []
        for (identifier, field) in command.identifiedKeys {
            keys.append(
                StoredKey(
                    version: command.newVersion, identifier: identifier,
                    components: try field.components(decryptedWith: session.sensitiveDataKey)))
        }
        guard keys.count == command.keys.count else { throw Refusal(.incorrectData) }
        try check(keys, replacing: command.replacedVersion, in: domain)
        var after = domain
        after.put(keys, replacing: command.replacedVersion)
        // Replacing one key of the last set under another version would take the set apart.
        guard domain.defaultKeySet(memory.identity) == nil || after.defaultKeySet(memory.identity) != nil else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        guard after.keys.count <= SecurityDomain.keysMax,
            after.keyInformation.bytes.count <= SecurityDomain.keyInformationLengthMax
        else { throw Refusal(.notEnoughMemory) }
        memory.updateSecurityDomain(aid) { $0 = after }
        try checkMemory()
        personalize(aid)
        endSessionsWithOutdatedKeys(of: aid)
        return ResponseAPDU(.success, data: command.response)
    }

    /// Whoever put the keys goes on in their session. On other channels nobody does who opened a session with keys that
    /// are not in force any more: with those replaced, or with those of the SD above, now that there are own ones.
    private mutating func endSessionsWithOutdatedKeys(of aid: AID) {
        for channel in channels.indices {
            guard let selected = channels[channel]?.selected else { continue }
            switch channels[channel]?.session {
            case .initiated(_, let keys)?, .open(_, let keys)?:
                guard keys.owner == aid || selected == aid else { continue }
                let inForce = memory.securityDomain(keys.owner)?.channelKeys(keys.version, memory.identity)
                guard keys.owner != memory.keyOwner(of: selected) || inForce != keys.keys else { continue }
                channels[channel]?.endSession()
            case LogicalChannel.Session.none?, .inUse?, nil:
                continue
            }
        }
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
        // The three keys of a set are of one kind and one size, or the set would never open.
        let set = domain.keys.filter { $0.version == new && !identifiers.contains($0.identifier) } + keys
        let channelKeys = set.filter { $0.identifier <= .dataEncryption && ($0.type == .aes || $0.type.isTripleDES) }
        guard Set(channelKeys.map { [$0.type.isTripleDES ? 1 : 0, $0.bytes.count] }).count <= 1 else {
            throw Refusal(.incorrectData)
        }
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
        guard domain.defaultKeySet(memory.identity) == nil || after.defaultKeySet(memory.identity) != nil else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        memory.updateSecurityDomain(aid) { $0 = after }
        endSessionsWithoutKeys(of: aid)
        return ResponseAPDU(.success, data: [0x00])
    }

    /// Whoever was in a session with keys that are deleted is in none any more, on every channel; the answer to the
    /// command that deleted them is still protected.
    private mutating func endSessionsWithoutKeys(of aid: AID) {
        guard let domain = memory.securityDomain(aid) else { return }
        for channel in channels.indices {
            switch channels[channel]?.session {
            case .initiated(_, let keys)?, .open(_, let keys)?, .inUse(let keys)?:
                guard keys.owner == aid, domain.channelKeys(keys.version, memory.identity) == nil else { continue }
                channels[channel]?.endSession()
            case LogicalChannel.Session.none?, nil:
                continue
            }
        }
    }
}
