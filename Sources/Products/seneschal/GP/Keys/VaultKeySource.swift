import CardManagement
import KeyVault
import TrustedServiceManager

/// A card's keys out of a vault: the master key stays inside, the key set of the one card comes out.
struct VaultKeySource: CardKeySource {
    let vault: SealedVault
    let masterKey: MasterKeyIndex

    func material(for request: CardKeyRequest) throws(CardKeysUnavailable) -> CardKeyMaterial {
        guard request.secureChannelProtocol == 0x03 else {
            throw CardKeysUnavailable(reason: "the vault holds AES keys, and this key set is of SCP02")
        }
        do {
            return CardKeyMaterial(
                try vault.cardKeys(masterKey, diversificationData: request.diversificationData))
        } catch {
            throw CardKeysUnavailable(reason: "\(error)")
        }
    }
}
