public import CardCryptography
import ISO7816
import JOSE
public import Merchants

/// A merchant platform's keys in one sealed file: none of them comes out, but the keys of one tag for the device that
/// writes it.
///
/// It is a software vault: while it is open, the keys are in this process's memory. `MerchantKeys` is the port behind which
/// a hardware module can stand instead.
public final class MerchantVault: MerchantKeys {
    let file: VaultFile<MerchantKeyRing>
    /// The platform's name.
    private let name: String

    /// Opens the vault at `path`, or makes one with fresh random keys when there is none.
    ///
    /// - Parameter name: the platform's.
    /// - Throws: ``VaultError``, which tells a wrong passphrase from a damaged file.
    public static func open(
        at path: String, unlock: VaultUnlock, name: String, passphraseCost: Scrypt.Cost = .interactive
    ) throws(VaultError) -> MerchantVault {
        MerchantVault(try VaultFile(path: path, unlock: unlock, cost: passphraseCost), name: name)
    }

    init(_ file: VaultFile<MerchantKeyRing>, name: String) {
        self.file = file
        self.name = name
    }

    /// Lets go of the file and wipes the keys; later calls fail.
    public func close() { file.close() }

    // MARK: - Data at rest

    public func seal(_ plaintext: SecretBytes, context: String) throws(MerchantsError) -> [UInt8] {
        let key = try open(file.contents.dataKey)
        do { return try SealedData.seal(plaintext, key: key, context: context) } catch {
            throw .internal(reason: "\(error)")
        }
    }

    public func unseal(_ sealed: [UInt8], context: String) throws(MerchantsError) -> SecretBytes {
        let key = try open(file.contents.dataKey)
        do {
            return try SealedData.open(sealed, key: key, context: context)
        } catch {
            throw .internal(reason: "what was sealed as \(context) does not open")
        }
    }

    public func tag(of bytes: SecretBytes, purpose: String) throws(MerchantsError) -> [UInt8] {
        let key = try open(file.contents.tagKey)
        return SealedData.tag(of: bytes, key: key, purpose: purpose)
    }

    // MARK: - Statements

    public func sign(_ payload: [UInt8], type: String) throws(MerchantsError) -> String {
        let key = try signer()
        do { return try JSONWebSignature.sign(payload, type: type, key: key) } catch {
            throw .internal(reason: "\(error)")
        }
    }

    public func signingKey() throws(MerchantsError) -> (name: String, key: ECPublicKey) {
        let key = try signer()
        return (key.name, key.privateKey.publicKey)
    }

    /// Named for what it is, so that no two keys have one name.
    private func signer() throws(MerchantsError) -> NamedPrivateKey {
        let key = try privateKey(file.contents.signingKey)
        let digest = Digest.hash(key.publicKey.uncompressedPoint).prefix(8).hex.lowercased()
        return NamedPrivateKey(name: "\(name)-\(digest)", privateKey: key)
    }

    // MARK: - Contents of tags

    public func signTagContent(_ message: [UInt8]) throws(MerchantsError) -> [UInt8] {
        try privateKey(file.contents.tagContentKey).signature(over: message)
    }

    public func tagContentKey() throws(MerchantsError) -> ECPublicKey {
        try privateKey(file.contents.tagContentKey).publicKey
    }

    private func privateKey(_ scalar: SecretBytes) throws(MerchantsError) -> ECPrivateKey {
        let scalar = try open(scalar)
        do { return try ECPrivateKey(curve: .p256, scalar: scalar) } catch { throw .internal(reason: "\(error)") }
    }

    /// A key of a vault that is open.
    func open(_ key: SecretBytes) throws(MerchantsError) -> SecretBytes {
        if key.isEmpty { throw .internal(reason: "\(VaultError.closed)") }
        return key
    }
}

extension MerchantVault: CustomStringConvertible {
    public var description: String { "vault of \(name)" }
}
