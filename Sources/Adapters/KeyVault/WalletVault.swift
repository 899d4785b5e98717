public import CardCryptography
public import EMV
public import Wallet

/// The wallet's keys in one sealed file: card numbers are sealed here, tokens verified, statements signed.
///
/// It is a software vault: while it is open, the keys are in this process's memory. The ports behind which it stands are
/// those behind which a hardware module can stand instead.
public final class WalletVault: CardNumberVault, AnswerVault, TokenKeys, StatementSigner {
    let file: VaultFile<WalletKeyRing>

    /// Opens the vault at `path`, or makes one with fresh random keys when there is none.
    ///
    /// - Throws: ``VaultError``, which tells a wrong passphrase from a damaged file.
    public static func open(
        at path: String, unlock: VaultUnlock, passphraseCost: Scrypt.Cost = .interactive
    ) throws(VaultError) -> WalletVault {
        WalletVault(try VaultFile(path: path, unlock: unlock, cost: passphraseCost))
    }

    init(_ file: VaultFile<WalletKeyRing>) { self.file = file }

    /// Lets go of the file and wipes the keys; later calls fail.
    public func close() { file.close() }

    /// Starts the next version of the key that wraps data keys; what was sealed before still opens.
    ///
    /// - Returns: the version.
    public func startKeyEncryptionKey() async throws(WalletVaultError) -> Int {
        try await file.change(failure: { .failed("\($0)") }) { ring throws(WalletVaultError) in
            guard let version = ring.addKeyEncryptionKey() else {
                throw .failed("the vault holds \(WalletKeyRing.versionsMax) key-encryption keys, which is all it can")
            }
            return version
        }
    }

    // MARK: - Card numbers

    public func seal(
        _ number: PrimaryAccountNumber, of card: CardReference
    ) async throws(WalletVaultError) -> [UInt8] {
        try sealed(SecretBytes(Array(number.revealed().utf8)), name: Self.name(card))
    }

    public func open(_ sealed: [UInt8], of card: CardReference) async throws(WalletVaultError) -> PrimaryAccountNumber {
        let digits = try opened(sealed, name: Self.name(card)).revealed()
        guard let number = try? PrimaryAccountNumber(String(decoding: digits, as: UTF8.self)) else { throw .notOpened }
        return number
    }

    public func resealed(_ sealed: [UInt8], of card: CardReference) async throws(WalletVaultError) -> [UInt8]? {
        let number = try opened(sealed, name: Self.name(card))
        guard Envelope.version(of: sealed) != file.contents.keyEncryptionKeys.count else { return nil }
        return try self.sealed(number, name: Self.name(card))
    }

    public func lookupTag(of number: PrimaryAccountNumber) async throws(WalletVaultError) -> [UInt8] {
        HMACSHA256.tag(of: Array(number.revealed().utf8), key: try held(file.contents.lookupKey))
    }

    public func accountReference(
        of number: PrimaryAccountNumber
    ) async throws(WalletVaultError) -> PaymentAccountReference {
        let tag = HMACSHA256.tag(
            of: Array(number.revealed().utf8), key: try held(file.contents.accountReferenceKey))
        // 25 of 32 bytes, one letter or digit each: 129 bits.
        let letters = tag.prefix(PaymentAccountReference.length - PaymentAccountReference.controller.count)
            .map { Self.alphabet[Int($0) % Self.alphabet.count] }
        guard let reference = PaymentAccountReference(PaymentAccountReference.controller + String(letters)) else {
            throw .failed("an account reference has 29 upper-case letters and digits")
        }
        return reference
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")

    private static func name(_ card: CardReference) -> String { "card number \(card)" }

    // MARK: - Answers

    public func seal(answer: [UInt8], name: String) async throws(WalletVaultError) -> [UInt8] {
        try sealed(SecretBytes(answer), name: "answer \(name)")
    }

    public func open(answer sealed: [UInt8], name: String) async throws(WalletVaultError) -> [UInt8] {
        try opened(sealed, name: "answer \(name)").revealed()
    }

    private func sealed(_ data: SecretBytes, name: String) throws(WalletVaultError) -> [UInt8] {
        let ring = file.contents
        _ = try held(ring.lookupKey)
        do { return try Envelope.seal(data, name: name, keys: ring.keyEncryptionKeys) } catch {
            throw .failed("\(error)")
        }
    }

    private func opened(_ sealed: [UInt8], name: String) throws(WalletVaultError) -> SecretBytes {
        let ring = file.contents
        _ = try held(ring.lookupKey)
        do { return try Envelope.open(sealed, name: name, keys: ring.keyEncryptionKeys) } catch { throw .notOpened }
    }

    /// The key, unless the vault is closed.
    func held(_ key: SecretBytes) throws(WalletVaultError) -> SecretBytes {
        if key.isEmpty { throw .failed("\(VaultError.closed)") }
        return key
    }
}

extension WalletVault: CustomStringConvertible {
    public var description: String { "wallet's vault, \(file.contents.keyEncryptionKeys.count) key-encryption keys" }
}
