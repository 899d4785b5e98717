import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel

/// What a security domain keeps for itself.
struct SecurityDomain: Equatable, Sendable {
    /// What it is there for.
    var role: SecurityDomainRole
    /// In the order they were put.
    var keys: [StoredKey] = []
    /// By key version, of the sets that open sessions: the last one used in SCP03, the next one in SCP02.
    var sequenceCounters: [KeyVersionNumber: SequenceCounter] = [:]
    /// Failed EXTERNAL AUTHENTICATEs in a row.
    var authenticationFailures = 0
    /// Data objects that STORE DATA brought, by tag.
    var data: [BERTag: [UInt8]] = [:]
    /// Of the controlling authority's only.
    var authority: ControllingAuthority?
    /// A confidential setup of this SD's keys that has begun.
    var pendingSetup: PendingSetup?
    /// Tokens that were used, receipts that were made.
    var delegation = DelegationRecord()

    /// Thirteen sets: as many as GET DATA E0 tells in one short response at every security level, 6 bytes a key.
    static let keysMax = 39
    /// What GET DATA E0 tells in one short response at every security level.
    static let keyInformationLengthMax = 239
    static let dataObjectsMax = 16
    static let dataObjectLengthMax = 255

    init(role: SecurityDomainRole) { self.role = role }
}

/// One key of a security domain.
struct StoredKey: Equatable, Sendable {
    var version: KeyVersionNumber
    var identifier: KeyIdentifier
    var type: KeyType
    var bytes: SecretBytes
}

extension SecurityDomain {
    /// The version of the key set that INITIALIZE UPDATE with P1 00 opens: the first complete one.
    func defaultKeySet(_ identity: CardIdentity) -> KeyVersionNumber? {
        keys.first { $0.identifier == .encryption && channelKeys($0.version, identity) != nil }?.version
    }

    /// The keys with which sessions of a version run, and so the protocol that they run in: AES keys make SCP03, DES
    /// keys SCP02, if the card speaks it.
    func channelKeys(_ version: KeyVersionNumber, _ identity: CardIdentity) -> SecureChannelKeySet? {
        if let keys = keySet(version) { return .scp03(keys) }
        guard let implementation = identity.scp02 else { return nil }
        return (implementation.hasThreeKeys ? tripleDESKeySet(version) : baseKey(version)).map { .scp02($0) }
    }

    /// The three AES keys of a version, if they make an SCP03 key set.
    func keySet(_ version: KeyVersionNumber) -> SCP03KeySet? {
        func key(_ identifier: KeyIdentifier) -> SecretBytes? {
            self.key(version, identifier).flatMap { $0.type == .aes ? $0.bytes : nil }
        }
        guard let enc = key(.encryption), let mac = key(.mac), let dek = key(.dataEncryption) else { return nil }
        return try? SCP03KeySet(enc: enc, mac: mac, dek: dek)
    }

    /// The three DES keys of a version, if they make an SCP02 key set.
    private func tripleDESKeySet(_ version: KeyVersionNumber) -> SCP02KeySet? {
        func key(_ identifier: KeyIdentifier) -> SecretBytes? {
            self.key(version, identifier).flatMap { $0.type.isTripleDES ? $0.bytes : nil }
        }
        guard let enc = key(.encryption), let mac = key(.mac), let dek = key(.dataEncryption) else { return nil }
        return try? SCP02KeySet(enc: enc, mac: mac, dek: dek)
    }

    /// The one DES key of a version, in the place of all three (GPC v2.3.1 Table E-1, b1). The versions from `70` on
    /// are for keys that sign.
    private func baseKey(_ version: KeyVersionNumber) -> SCP02KeySet? {
        guard !(0x70...0x7F).contains(version.rawValue), let key = key(version, .encryption), key.type.isTripleDES
        else {
            return nil
        }
        return try? SCP02KeySet(repeating: key.bytes)
    }

    private func key(_ version: KeyVersionNumber, _ identifier: KeyIdentifier) -> StoredKey? {
        keys.first { $0.version == version && $0.identifier == identifier }
    }

    /// Whether the keys of a version open sessions on some card.
    func countsSessions(_ version: KeyVersionNumber) -> Bool {
        keySet(version) != nil || tripleDESKeySet(version) != nil || baseKey(version) != nil
    }

    /// GET DATA E0: an empty template without keys, from which GlobalPlatformPro sees that it has to add, not replace.
    var keyInformation: KeyInformationTemplate {
        KeyInformationTemplate(
            keys.map { key in
                KeyInformation(
                    identifier: key.identifier, version: key.version,
                    components: key.components.map { component in
                        // Basic format, in which 00 says 256 or more: the clients read the extended one differently.
                        .init(type: component.type, length: component.value.count > 0xFF ? 0 : component.value.count)
                    })
            } + (authority?.keyInformation ?? []))
    }

    /// Puts a key set in place of `replaced`, or beside the others. The counter of a new set starts at zero.
    mutating func put(_ new: [StoredKey], replacing replaced: KeyVersionNumber?) {
        let identifiers = Set(new.map(\.identifier))
        if let replaced {
            let position = keys.firstIndex { $0.version == replaced && identifiers.contains($0.identifier) }
            keys.removeAll { $0.version == replaced && identifiers.contains($0.identifier) }
            keys.insert(contentsOf: new, at: min(position ?? keys.count, keys.count))
            if !countsSessions(replaced) { sequenceCounters[replaced] = nil }
        } else {
            keys += new
        }
        for version in Set(new.map(\.version)) where countsSessions(version) { sequenceCounters[version] = .zero }
    }

    mutating func delete(_ isDeleted: (StoredKey) -> Bool) {
        keys.removeAll(where: isDeleted)
        for version in Array(sequenceCounters.keys) where !countsSessions(version) {
            sequenceCounters[version] = nil
        }
    }
}

extension KeyType {
    /// A Triple-DES key: `80`, whose mode is known otherwise, and the types that name ECB and CBC. Table 11-16.
    var isTripleDES: Bool { (0x80...0x84).contains(rawValue) }
}
