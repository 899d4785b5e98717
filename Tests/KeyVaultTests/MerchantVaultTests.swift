import CardCryptography
import ISO7816
import JOSE
import Merchants
import NFCForum
import Testing

@testable import KeyVault

@Suite("A merchant platform's vault")
struct MerchantVaultTests {
    let folder = VaultFolder()

    private func open() throws -> MerchantVault {
        try MerchantVault.open(at: folder.vault, unlock: .keyFile(folder.keyFile), name: "plaza")
    }

    private let tag = SecureDynamicTag(tagID: [0x04, 1, 2, 3, 4, 5, 6], version: 1)

    private func keys(_ vault: MerchantVault, _ tag: SecureDynamicTag) throws -> [SecretBytes] {
        let transport = TransportKeyPair.generate(bitCount: 2_048)
        let wrapped = try vault.tagKeys(of: tag, underTransportKey: transport.publicKey.pem)
        return [try transport.decrypt(wrapped.metaReadKey), try transport.decrypt(wrapped.fileReadKey)]
    }

    @Test("gives the same keys, tags and seals after closing and opening")
    func reopening() throws {
        let first = try open()
        let sealed = try first.seal(SecretBytes([1, 2, 3]), context: "link/1")
        let digest = try first.tag(of: SecretBytes([1]), purpose: "request")
        let (signing, content) = (try first.signingKey(), try first.tagContentKey())
        let tagKeys = try keys(first, tag)
        first.close()
        #expect(throws: MerchantsError.self) { try first.signTagContent([1]) }
        #expect(throws: MerchantsError.self) { try keys(first, tag) }
        let second = try open()
        #expect(try second.unseal(sealed, context: "link/1") == SecretBytes([1, 2, 3]))
        #expect(throws: MerchantsError.self) { try second.unseal(sealed, context: "link/2") }
        #expect(try second.tag(of: SecretBytes([1]), purpose: "request") == digest)
        #expect(try second.tag(of: SecretBytes([1]), purpose: "other") != digest)
        #expect(try second.signingKey().name == signing.name && second.signingKey().key == signing.key)
        #expect(try second.tagContentKey() == content && content != signing.key)
        #expect(try keys(second, tag) == tagKeys)
    }

    @Test("TAG-03 every tag has two keys of its own, and other ones whenever it is made anew")
    func tagKeys() throws {
        let vault = try open()
        let own = try keys(vault, tag)
        let others = [
            SecureDynamicTag(tagID: [0x04, 1, 2, 3, 4, 5, 7], version: 1),
            SecureDynamicTag(tagID: tag.tagID, version: 2),
        ]
        #expect(Set(try ([tag] + others).flatMap { try keys(vault, $0) }).count == 6)
        #expect(own.allSatisfy { $0.count == 16 })
    }

    /// NXP AN10922 §2.2.1, and CMAC itself for an input that fills both blocks.
    @Test("keys of tags are diversified as AN10922 has it")
    func diversification() throws {
        let master = SecretBytes(try [UInt8](hex: "00112233445566778899AABBCCDDEEFF"))
        let input = try [UInt8](hex: "04782E21801D803042F54E585020416275")
        let key = try TagKeyDiversification.aes128(master: master, input: input)
        #expect(key == SecretBytes(try [UInt8](hex: "A8DD63A3B89D54B37CA802473FDA9175")))
        var cmac = try AESCMAC(key: AESKey(master))
        let full = [UInt8](repeating: 0x5A, count: 31)
        let tag = cmac.tag(of: [0x01] + full)
        #expect(try TagKeyDiversification.aes128(master: master, input: full) == SecretBytes(tag.bytes))
    }

    @Test("signs statements and the contents of tags with keys of their own")
    func signing() throws {
        let vault = try open()
        let compact = try vault.sign(Array("{}".utf8), type: "x+jwt")
        let key = try vault.signingKey()
        #expect(key.name.hasPrefix("plaza-"))
        _ = try JSONWebSignature.verify(compact, type: "x+jwt") { $0 == key.name ? key.key : nil }
        let signature = try vault.signTagContent([1, 2, 3])
        #expect(signature.count == 64)
        #expect(try vault.tagContentKey().isValid(signature, over: [1, 2, 3]))
        #expect(!key.key.isValid(signature, over: [1, 2, 3]))
    }
}
