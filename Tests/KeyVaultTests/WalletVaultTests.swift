import CardCryptography
import EMV
import JOSE
import Testing
import Wallet

@testable import KeyVault

@Suite("The wallet's vault")
struct WalletVaultTests {
    private let number: PrimaryAccountNumber
    private let card = CardReference.random(SystemRandomSource())

    init() throws { number = try PrimaryAccountNumber("4761739001010010") }

    private func open(_ folder: VaultFolder) throws -> WalletVault {
        try WalletVault.open(at: folder.path + "/keys/wallet.vault", unlock: .keyFile(folder.keyFile))
    }

    @Test("a card number opens for its card, after the vault was closed and opened too, and for no other card")
    func cardNumbers() async throws {
        let folder = VaultFolder()
        let vault = try open(folder)
        let sealed = try await vault.seal(number, of: card)
        #expect(try await vault.open(sealed, of: card) == number)
        await #expect(throws: WalletVaultError.notOpened) {
            try await vault.open(sealed, of: .random(SystemRandomSource()))
        }
        let (tag, reference) = (
            try await vault.lookupTag(of: number), try await vault.accountReference(of: number)
        )
        vault.close()
        await #expect(throws: WalletVaultError.failed("the vault is closed")) {
            try await vault.open(sealed, of: card)
        }
        let again = try open(folder)
        #expect(try await again.open(sealed, of: card) == number)
        #expect(try await again.lookupTag(of: number) == tag)
        #expect(try await again.accountReference(of: number) == reference)
    }

    @Test("a sealed number that was changed anywhere does not open, and the same number seals differently each time")
    func alterations() async throws {
        let folder = VaultFolder()
        let vault = try open(folder)
        let sealed = try await vault.seal(number, of: card)
        #expect(try await vault.seal(number, of: card) != sealed)
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 0x01
            await #expect(throws: WalletVaultError.notOpened, "byte \(index)") {
                try await vault.open(altered, of: card)
            }
        }
        for count in [0, 1, 3, 62, 63, sealed.count - 1] {
            await #expect(throws: WalletVaultError.notOpened, "\(count) bytes") {
                try await vault.open(Array(sealed.prefix(count)), of: card)
            }
        }
    }

    @Test("after the key-encryption key was changed old numbers open, and are sealed anew under the new one")
    func rotation() async throws {
        let folder = VaultFolder()
        let vault = try open(folder)
        let sealed = try await vault.seal(number, of: card)
        #expect(try await vault.resealed(sealed, of: card) == nil)
        #expect(try await vault.startKeyEncryptionKey() == 2)
        #expect(try await vault.open(sealed, of: card) == number)
        let anew = try #require(try await vault.resealed(sealed, of: card))
        #expect(anew[..<3] == [0x01, 0x00, 0x02])
        #expect(try await vault.open(anew, of: card) == number)
        #expect(try await vault.resealed(anew, of: card) == nil)
        vault.close()
        #expect(try await open(folder).open(sealed, of: card) == number)
    }

    @Test("lookup tags are the same for one number and differ between numbers and vaults")
    func tags() async throws {
        let (folder, otherFolder) = (VaultFolder(), VaultFolder())
        let (vault, other) = (try open(folder), try open(otherFolder))
        let second = try PrimaryAccountNumber("5413330089010434")
        #expect(try await vault.lookupTag(of: number) == vault.lookupTag(of: number))
        #expect(try await vault.lookupTag(of: number) != vault.lookupTag(of: second))
        #expect(try await vault.lookupTag(of: number) != other.lookupTag(of: number))
        #expect(try await vault.lookupTag(of: number).count == 32)
    }

    @Test("instance keys differ by secure element and type, shares by credential, and all have 16 bytes")
    func derivedKeys() async throws {
        let folder = VaultFolder()
        let vault = try open(folder)
        let elements = [SecureElementName("45434E0000000001"), SecureElementName("45434E0000000002")].compactMap(\.self)
        var keys: [SecretBytes] = []
        for element in elements {
            for type in UniversalCardType.allCases {
                keys.append(try await vault.instanceKey(on: element, type: type))
            }
        }
        for _ in 0..<2 { keys.append(try await vault.keyShare(of: .random(SystemRandomSource()))) }
        #expect(keys.count == 6 && Set(keys).count == 6)
        #expect(keys.allSatisfy { $0.count == 16 })
        #expect(try await vault.instanceKey(on: elements[0], type: .first) == keys[0])
    }

    @Test("answers open under their name only")
    func answers() async throws {
        let folder = VaultFolder()
        let vault = try open(folder)
        let sealed = try await vault.seal(answer: [1, 2, 3], name: "a/1")
        #expect(try await vault.open(answer: sealed, name: "a/1") == [1, 2, 3])
        await #expect(throws: WalletVaultError.notOpened) { try await vault.open(answer: sealed, name: "a/2") }
    }

    @Test("statements are signed with the newest key, under its own name")
    func statements() async throws {
        struct Claims: Codable, Sendable { var iss: String }
        let folder = VaultFolder()
        let vault = try open(folder)
        let first = try await vault.signingKey()
        let statement = try await vault.sign(Claims(iss: "wallet"), type: "test+jwt")
        let payload = try JSONWebSignature.verify(statement, type: "test+jwt") {
            $0 == first.name ? first.publicKey : nil
        }
        #expect(String(decoding: payload, as: UTF8.self) == #"{"iss":"wallet"}"#)
        try await vault.startSigningKey()
        let second = try await vault.signingKey()
        #expect(second.name != first.name && second.publicKey != first.publicKey)
        let next = try await vault.sign(Claims(iss: "wallet"), type: "test+jwt")
        #expect(throws: JSONWebSignatureError.unknownKey) {
            try JSONWebSignature.verify(next, type: "test+jwt") { $0 == first.name ? first.publicKey : nil }
        }
    }

    @Test("a wallet's vault is not opened as another party's, nor theirs as a wallet's")
    func kinds() throws {
        let folder = VaultFolder()
        let vault = try open(folder)
        vault.close()
        let path = folder.path + "/keys/wallet.vault"
        #expect(throws: VaultError.otherKind(path: path)) {
            try ProviderVault.open(at: path, unlock: .keyFile(folder.keyFile))
        }
        try folder.openProvider().close()
        #expect(throws: VaultError.otherKind(path: folder.path + "/keys/sp.vault")) {
            try WalletVault.open(at: folder.path + "/keys/sp.vault", unlock: .keyFile(folder.keyFile))
        }
    }
}
