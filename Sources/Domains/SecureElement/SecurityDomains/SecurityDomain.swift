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
    /// By key version; SCP03 key sets only.
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

    /// Thirteen sets: as many as GET DATA E0 tells in one short response at every security level (239 bytes, 6 a key).
    static let keysMax = 39
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
    var defaultKeySet: KeyVersionNumber? {
        keys.first { $0.identifier == .encryption && keySet($0.version) != nil }?.version
    }

    /// The three AES keys of a version, if they make an SCP03 key set.
    func keySet(_ version: KeyVersionNumber) -> SCP03KeySet? {
        func key(_ identifier: KeyIdentifier) -> SecretBytes? {
            keys.first { $0.version == version && $0.identifier == identifier && $0.type == .aes }?.bytes
        }
        guard let enc = key(.encryption), let mac = key(.mac), let dek = key(.dataEncryption) else { return nil }
        return try? SCP03KeySet(enc: enc, mac: mac, dek: dek)
    }

    /// GET DATA E0.
    var keyInformation: KeyInformationTemplate? {
        guard !keys.isEmpty || authority != nil else { return nil }
        return KeyInformationTemplate(
            keys.map { key in
                KeyInformation(
                    identifier: key.identifier, version: key.version,
                    components: key.components.map { component in
                        // 00 announces 256 or more (GPC v2.3.1 Table 11-30).
                        .init(type: component.type, length: UInt8(exactly: component.value.count) ?? 0)
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
            if keySet(replaced) == nil { sequenceCounters[replaced] = nil }
        } else {
            keys += new
        }
        for version in Set(new.map(\.version)) where keySet(version) != nil { sequenceCounters[version] = .zero }
    }

    mutating func delete(_ isDeleted: (StoredKey) -> Bool) {
        keys.removeAll(where: isDeleted)
        for version in Array(sequenceCounters.keys) where keySet(version) == nil { sequenceCounters[version] = nil }
    }
}
