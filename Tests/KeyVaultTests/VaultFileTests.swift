import CardCryptography
import Foundation
import Testing
import TrustedServiceManager

@testable import KeyVault

@Suite("A vault file")
struct VaultFileTests {
    let folder = VaultFolder()
    let passphrase = VaultUnlock.passphrase(SecretBytes(Array("open, sesame".utf8)))

    @Test("is made with its key file at first opening, both its owner's alone")
    func firstOpening() throws {
        _ = try folder.open()
        #expect(folder.permissions(folder.vault) == 0o600)
        #expect(folder.permissions(folder.keyFile) == 0o600)
        #expect(folder.permissions(folder.path + "/keys") == 0o700)
        #expect(try folder.bytes(folder.keyFile).count == 32)
    }

    @Test("gives the same keys after closing and opening")
    func reopening() async throws {
        let first = try folder.open()
        let index = try await first.createMasterKey(label: "batch 7")
        let sealed = try await first.seal([1, 2, 3], context: "place")
        let putKey = try await first.putKey(.of(index, version: 0x30), replacing: nil, encryptedUnder: .of(index))
        first.close()
        let second = try folder.open()
        #expect(second.masterKeys.map(\.label) == ["batch 7"])
        #expect(try await second.unseal(sealed, context: "place") == [1, 2, 3])
        #expect(
            try await second.putKey(.of(index, version: 0x30), replacing: nil, encryptedUnder: .of(index)) == putKey)
        #expect(try await second.createMasterKey(label: "next").rawValue == index.rawValue + 1)
    }

    @Test("of a passphrase opens with that passphrase and tells a wrong one")
    func passphrases() throws {
        try folder.open(passphrase).close()
        try folder.open(passphrase).close()
        for wrong in ["open, sesame ", "Open, sesame", ""] {
            #expect(throws: VaultError.wrongPassphrase(path: folder.vault)) {
                try folder.open(.passphrase(SecretBytes(Array(wrong.utf8))))
            }
        }
        #expect(throws: VaultError.unlockedOtherwise(path: folder.vault, by: "a passphrase")) { try folder.open() }
    }

    @Test("tells a key file that is another's, missing or no key file")
    func keyFiles() throws {
        try folder.open().close()
        let key = try folder.bytes(folder.keyFile)
        try folder.write(Array(repeating: 7, count: 32), to: folder.keyFile)
        #expect(throws: VaultError.wrongKeyFile(path: folder.vault)) { try folder.open() }
        try folder.write(Array(key.dropLast()), to: folder.keyFile)
        #expect(throws: VaultError.keyFileMalformed(path: folder.keyFile, count: 31)) { try folder.open() }
        try FileManager.default.removeItem(atPath: folder.keyFile)
        #expect(throws: VaultError.keyFileMissing(path: folder.keyFile)) { try folder.open() }
        #expect(!FileManager.default.fileExists(atPath: folder.keyFile))
        try folder.write(key, to: folder.keyFile)
        try folder.open().close()
    }

    @Test("tells every altered byte", arguments: [true, false])
    func everyByte(_ withPassphrase: Bool) async throws {
        let unlock = withPassphrase ? passphrase : .keyFile(folder.keyFile)
        let vault = try folder.open(unlock)
        _ = try await vault.createMasterKey(label: "a")
        vault.close()
        let whole = try folder.bytes(folder.vault)
        for index in whole.indices {
            var altered = whole
            altered[index] ^= 0x01
            try folder.write(altered, to: folder.vault)
            #expect(throws: VaultError.altered(path: folder.vault), "byte \(index)") { try folder.open(unlock) }
        }
        for count in [0, 1, 31, 32, 63, 64, whole.count - 1] {
            try folder.write(Array(whole.prefix(count)), to: folder.vault)
            #expect(throws: VaultError.altered(path: folder.vault), "\(count) bytes") { try folder.open(unlock) }
        }
        try folder.write(whole + [0], to: folder.vault)
        #expect(throws: VaultError.altered(path: folder.vault)) { try folder.open(unlock) }
        try folder.write(whole, to: folder.vault)
        #expect(try folder.open(unlock).masterKeys.count == 1)
    }

    @Test("tells alterations whose checksum was made to fit")
    func forgedChecksums() throws {
        try folder.open().close()
        let whole = Array(try folder.bytes(folder.vault).dropLast(32))
        func error(altering index: Int, to byte: UInt8) throws -> VaultError? {
            var altered = whole
            altered[index] = byte
            try folder.write(altered + Digest.hash(altered), to: folder.vault)
            do {
                try folder.open().close()
                return nil
            } catch {
                return error
            }
        }
        #expect(try error(altering: whole.count - 1, to: whole[whole.count - 1] ^ 1) == .altered(path: folder.vault))
        #expect(try error(altering: 80, to: whole[80] ^ 1) == .altered(path: folder.vault))
        #expect(try error(altering: 20, to: whole[20] ^ 1) == .wrongKeyFile(path: folder.vault))
        #expect(try error(altering: 8, to: 2) == .unsupportedVersion(path: folder.vault, version: 2))
        #expect(try error(altering: 9, to: 2) == .otherKind(path: folder.vault))
        #expect(try error(altering: 10, to: 1) == .unlockedOtherwise(path: folder.vault, by: "a passphrase"))
        #expect(try error(altering: 14, to: 1) == .altered(path: folder.vault))
    }

    @Test("or key file that others may read is refused with its mode", arguments: [0o640, 0o604, 0o660, 0o601])
    func permissions(_ mode: Int) throws {
        try folder.open().close()
        for path in [folder.vault, folder.keyFile] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            #expect(throws: VaultError.openToOthers(path: path, mode: UInt16(mode))) { try folder.open() }
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: folder.keyFile)
        try folder.open().close()
    }

    @Test("is open once at a time")
    func lock() throws {
        let first = try folder.open()
        #expect(throws: VaultError.inUse(path: folder.vault)) { try folder.open() }
        first.close()
        try folder.open().close()
    }

    @Test("is left as it was by a change that cannot be written, and so are the keys in memory")
    func failedReplacement() async throws {
        let vault = try folder.open()
        _ = try await vault.createMasterKey(label: "first")
        let before = try folder.bytes(folder.vault)
        // A folder where the temporary file would go.
        try FileManager.default.createDirectory(atPath: folder.vault + ".new", withIntermediateDirectories: false)
        await #expect(throws: KeyServiceError.self) { try await vault.createMasterKey(label: "second") }
        #expect(vault.masterKeys.map(\.label) == ["first"])
        #expect(try folder.bytes(folder.vault) == before)
        try FileManager.default.removeItem(atPath: folder.vault + ".new")
        #expect(try await vault.createMasterKey(label: "second").rawValue == 2)
    }

    @Test("takes no notice of what a crash left of a replacement")
    func leftovers() async throws {
        try folder.open().close()
        try folder.write([1, 2, 3], to: folder.vault + ".new")
        let vault = try folder.open()
        _ = try await vault.createMasterKey(label: "a")
        #expect(!FileManager.default.fileExists(atPath: folder.vault + ".new"))
    }

    @Test("once closed changes nothing and opens nothing")
    func closed() async throws {
        let vault = try folder.open()
        let sealed = try await vault.seal([1], context: "c")
        vault.close()
        await #expect(throws: KeyServiceError.failed("the vault is closed")) {
            try await vault.createMasterKey(label: "late")
        }
        await #expect(throws: KeyServiceError.failed("the vault is closed")) {
            try await vault.unseal(sealed, context: "c")
        }
    }

    @Test("gives concurrent requests different master keys, all of them durable")
    func concurrency() async throws {
        let vault = try folder.open()
        let indexes = try await withThrowingTaskGroup(of: MasterKeyIndex.self) { group in
            for number in 0..<20 { group.addTask { try await vault.createMasterKey(label: "key \(number)") } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(indexes.count == 20)
        vault.close()
        #expect(Set(try folder.open().masterKeys.map(\.index)) == indexes)
    }

    @Test("holds no key, label or passphrase in plain")
    func noPlainText() async throws {
        let vault = try folder.open(passphrase)
        _ = try await vault.createMasterKey(label: "a label to look for")
        let file = try folder.bytes(folder.vault)
        for text in ["a label to look for", "open, sesame"] {
            #expect(file.firstRange(of: Array(text.utf8)) == nil)
        }
        #expect(!"\(vault)".contains("label"))
        var dumped = ""
        dump(vault, to: &dumped)
        #expect(!dumped.contains("label to look"))
    }
}

extension KeyReference {
    static func of(_ index: MasterKeyIndex, version: UInt8 = 1, data: [UInt8] = Array(0..<10)) -> KeyReference {
        KeyReference(masterKeyIndex: index, keyVersionNumber: version, keyDiversificationData: data)
    }
}
