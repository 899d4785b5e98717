import CardCryptography
public import GlobalPlatform
import ISO7816
import SecureChannel

extension ManagementSession {
    /// **PUT KEY** of a key set, ENC, MAC and DEK at identifiers 1 to 3, and the check of the card's answer.
    ///
    /// - Parameters:
    ///   - replacing: `nil` adds the set beside those there are.
    ///   - algorithm: `nil` is that of the protocol in use.
    /// - Throws: ``CardManagementError``; `cardMisbehaved` when the card answers other key check values.
    public mutating func putKeys(
        _ material: CardKeyMaterial, version: KeyVersionNumber, replacing: KeyVersionNumber? = nil,
        algorithm: ChannelKeyAlgorithm? = nil
    ) async throws(CardManagementError) {
        let keys = try channelKeys(material, algorithm)
        try await put(keys, version: version, from: .encryption, replacing: replacing)
    }

    /// **PUT KEY** of one key, symmetric or public, and the check of the card's answer.
    ///
    /// - Throws: ``CardManagementError``.
    public mutating func putKey(
        _ key: SingleKey, version: KeyVersionNumber, identifier: KeyIdentifier = .encryption,
        replacing: KeyVersionNumber? = nil
    ) async throws(CardManagementError) {
        try await put([key], version: version, from: identifier, replacing: replacing)
    }

    /// **DELETE** [key]: of a version, of an identifier, or the one with both.
    ///
    /// - Parameter isForced: needed for keys without which nobody may be able to open the Security Domain again.
    /// - Throws: ``CardManagementError``; `notAllowed` for such keys unless forced.
    public mutating func deleteKey(
        version: KeyVersionNumber?, identifier: KeyIdentifier? = nil, isForced: Bool = false
    ) async throws(CardManagementError) {
        guard version != nil || identifier != nil else { throw .notAllowed("which key? a version or an identifier") }
        if !isForced { try await checkWayBack(without: version, identifier) }
        try await send(DeleteCommand.key(identifier: identifier, version: version).command, "DELETE [key]")
    }

    /// Refuses to take apart the key set in use when the card lists no other, and every key set at once.
    private mutating func checkWayBack(
        without version: KeyVersionNumber?, _ identifier: KeyIdentifier?
    ) async throws(CardManagementError) {
        guard identifier.map({ $0 <= .dataEncryption }) ?? true else { return }
        guard let version else {
            throw .notAllowed(
                "key \(identifier?.description ?? "") of every key set would go: name a version, or force it")
        }
        guard version == keyVersion else { return }
        var listed = CardReport()
        listed.keys = (try? await keyInformation()) ?? []
        guard listed.channelKeyVersions.contains(where: { $0 != version }) else {
            throw .notAllowed(
                "key set \(version) is the one in use and the card lists no other: put another first, or force it")
        }
    }

    /// The keys that the security domain lists now.
    ///
    /// - Throws: ``CardManagementError``.
    public mutating func keyInformation() async throws(CardManagementError) -> [KeyInformation] {
        let data = try await send(GetDataCommand.keyInformationTemplate.command, "GET DATA (key information)")
        do { return try KeyInformationTemplate(bytes: data).keys } catch {
            throw .cardMisbehaved("GET DATA (key information): \(error)")
        }
    }

    private mutating func put(
        _ keys: [SingleKey], version: KeyVersionNumber, from first: KeyIdentifier, replacing: KeyVersionNumber?
    ) async throws(CardManagementError) {
        guard version.isAssignable else { throw .notAllowed("PUT KEY cannot give keys the version \(version)") }
        var fields: [KeyDataField] = []
        for key in keys {
            fields.append(
                try key.field(blockLength: sensitiveBlockLength) { secret throws(CardManagementError) in
                    try encryptSensitive(secret)
                })
        }
        let command = PutKeyCommand(replacing: replacing, newVersion: version, firstIdentifier: first, keys: fields)
        let answer = try await send(command.command, "PUT KEY \(version)")
        guard answer.first == version.rawValue else {
            throw .cardMisbehaved("PUT KEY \(version) was answered with another key version")
        }
        guard answer == command.response else {
            throw .cardMisbehaved("PUT KEY \(version) was answered with other key check values: do not use the keys")
        }
    }

    /// The card's own keys from `material`, as the Secure Channel Protocol takes them.
    func channelKeys(
        _ material: CardKeyMaterial, _ algorithm: ChannelKeyAlgorithm?
    ) throws(CardManagementError) -> [SingleKey] {
        do {
            if algorithm ?? .usual(for: secureChannelProtocol) == .tripleDES {
                let keys = try material.scp02Keys(diversificationData: diversificationData)
                return [.tripleDES(keys.enc), .tripleDES(keys.mac), .tripleDES(keys.dek)]
            }
            let keys = try material.scp03Keys(diversificationData: diversificationData)
            return [.aes(keys.enc), .aes(keys.mac), .aes(keys.dek)]
        } catch { throw .notAllowed("\(error)") }
    }

    func encryptSensitive(_ secret: SecretBytes) throws(CardManagementError) -> [UInt8] {
        do { return try messaging.encryptSensitive(secret.revealed()) } catch { throw .notAllowed("\(error)") }
    }
}
