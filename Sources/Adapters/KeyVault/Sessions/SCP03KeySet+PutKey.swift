import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel

extension SCP03KeySet {
    /// PUT KEY that puts this key set, whole, into the security domain whose static DEK is in `opening`.
    /// GPC v2.3.1 §11.8; key blocks: Amendment D v1.1.2 §7.2.
    ///
    /// - Returns: `nil` when a version is not one of PUT KEY's.
    func putKey(version: UInt8, replacing replaced: UInt8?, encryptedUnder opening: SCP03KeySet) -> CommandAPDU? {
        guard let version = KeyVersionNumber(rawValue: version), version.isAssignable else { return nil }
        var replacedVersion: KeyVersionNumber?
        if let replaced {
            guard let known = KeyVersionNumber(rawValue: replaced) else { return nil }
            replacedVersion = known
        }
        let fields = [enc, mac, dek].map { key in
            KeyDataField.aes(
                ciphertext: opening.encryptKey(key), clearLength: key.size.rawValue, keyCheckValue: key.keyCheckValue)
        }
        return PutKeyCommand(
            replacing: replacedVersion, newVersion: version, firstIdentifier: .encryption, keys: fields
        ).command
    }
}

extension SecurityLevel {
    /// The strongest level that the implementation offers; it always decrypts commands. Amendment D v1.2 Table 5-1.
    init(strongestOf implementation: SCP03Implementation) {
        self =
            implementation.supportsResponseEncryption
            ? .full : implementation.supportsResponseMAC ? .macBothWaysAndDecryption : .commandMACAndDecryption
    }
}
