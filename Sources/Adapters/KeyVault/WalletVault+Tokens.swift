public import CardCryptography
public import EMV
public import Wallet

extension WalletVault {
    /// MK_U: follows from the master key of the type and the name of the secure element (NIST SP 800-108, CMAC).
    public func instanceKey(
        on secureElement: SecureElementName, type: UniversalCardType
    ) async throws(WalletVaultError) -> SecretBytes {
        try key(on: secureElement, type)
    }

    public func keyShare(of credential: CredentialID) async throws(WalletVaultError) -> SecretBytes {
        try share(of: credential)
    }

    public func isCryptogram(
        _ cryptogram: [UInt8], over input: CryptogramInput, by name: TokenKeyName
    ) async throws(WalletVaultError) -> Bool {
        guard input.version == .visa18 else { return false }
        var master = try key(on: name.secureElement, name.type)
        if let credential = name.share { master = master ^ (try share(of: credential)) }
        let cardKey: TripleDESKey
        do {
            cardKey = CardKeys.optionA(
                master: try TripleDESKey(master), number: name.number.accountNumber,
                sequenceNumber: name.sequenceNumber)
        } catch {
            throw .failed("\(error)")
        }
        return ApplicationCryptogram.isValid(cryptogram, over: input, cardKey: cardKey)
    }

    /// Two keys of 3DES: what a universal instance takes.
    private static let instanceKeyLength = 16

    private func key(
        on secureElement: SecureElementName, _ type: UniversalCardType
    ) throws(WalletVaultError) -> SecretBytes {
        let masters = file.contents.tokenMasterKeys
        return try derived(
            from: masters[Int(type.rawValue) - 1],
            Array("universal instance".utf8) + [0x00, type.rawValue] + Array(secureElement.value.utf8))
    }

    private func share(of credential: CredentialID) throws(WalletVaultError) -> SecretBytes {
        try derived(
            from: file.contents.shareMasterKey, Array("key share".utf8) + [0x00] + Array(credential.rawValue.utf8))
    }

    private func derived(from master: SecretBytes, _ context: [UInt8]) throws(WalletVaultError) -> SecretBytes {
        do {
            return CounterModeKDF.derive(
                key: try AESKey(try held(master)), beforeCounter: [], afterCounter: context,
                count: Self.instanceKeyLength)
        } catch let error as WalletVaultError {
            throw error
        } catch {
            throw .failed("\(error)")
        }
    }
}

extension SecretBytes {
    /// Two components of one key, put together.
    fileprivate static func ^ (left: SecretBytes, right: SecretBytes) -> SecretBytes {
        precondition(left.count == right.count, "components of one key are equally long")
        return SecretBytes(count: left.count) { target in
            left.withUnsafeBytes { left in
                right.withUnsafeBytes { right in
                    for index in target.indices { target[index] = left[index] ^ right[index] }
                }
            }
        }
    }
}
