import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import Testing
import TrustedServiceManager

@testable import KeyVault

@Suite("The vault's keys of delegated management")
struct DelegationKeyTests {
    let folder = VaultFolder()

    @Test("a token key signs, its public half alone goes to cards, and both are there after a restart")
    func tokenKey() async throws {
        let vault = try folder.open()
        let master = try await vault.createMasterKey(label: "a")
        let index = try await vault.createSigningKey(label: "tokens")
        #expect(index.rawValue != master.rawValue)
        let command = try PutKeyCommand(try await vault.putTokenKey(index, replacing: nil))
        #expect(command.newVersion == .tokenVerification && command.replacedVersion == nil)
        #expect(command.keys.count == 1 && command.keys[0].components.map(\.data.count) == [65, 1])
        let key = try ECPublicKey(curve: .p256, uncompressedPoint: command.keys[0].components[0].data)
        let signature = try await vault.sign([1, 2, 3], with: index)
        #expect(key.isValid(signature, over: [1, 2, 3]))
        #expect(!key.isValid(signature, over: [1, 2, 4]))
        vault.close()
        let again = try folder.open()
        #expect(key.isValid(try await again.sign([1, 2, 3], with: index), over: [1, 2, 3]))
        #expect(again.masterKeys.map(\.index) == [master], "a signing key is no master key")
        await #expect(throws: KeyServiceError.unknownSigningKey(SigningKeyIndex(rawValue: master.rawValue))) {
            try await again.sign([1], with: SigningKeyIndex(rawValue: master.rawValue))
        }
        again.close()
    }

    @Test("a receipt is believed from the card whose key made it, and from no other")
    func receipts() async throws {
        let vault = try folder.open()
        let master = try await vault.createMasterKey(label: "receipts")
        let opening = KeyReference(
            masterKeyIndex: try await vault.createMasterKey(label: "card"), keyVersionNumber: 1,
            keyDiversificationData: Array(0..<10))
        func card(_ last: UInt8) -> KeyReference {
            KeyReference(
                masterKeyIndex: master, keyVersionNumber: 0x71, keyDiversificationData: Array(0..<9) + [last])
        }
        let command = try PutKeyCommand(
            try await vault.putReceiptKey(card(9), replacing: 0x71, encryptedUnder: opening))
        #expect(command.newVersion == .receiptGeneration && command.replacedVersion == .receiptGeneration)
        let field = try #require(command.keys[0].aesKey)
        let size = try #require(AESKey.Size(rawValue: field.clearLength))
        let key = try vault.keySet(opening).decryptKey(field.ciphertext, size: size)
        let receipt = SignatureKey.aes(key).signature(over: [7, 7])
        #expect(try await vault.isReceipt(receipt, over: [7, 7], by: card(9)))
        #expect(try await !vault.isReceipt(receipt, over: [7, 8], by: card(9)))
        #expect(try await !vault.isReceipt(receipt, over: [7, 7], by: card(8)))
        #expect(try await !vault.isReceipt([], over: [7, 7], by: card(9)))
        vault.close()
    }
}
