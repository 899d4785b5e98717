public import CardCryptography
import ISO7816
public import Issuing
import JOSE

/// An issuer's keys in one sealed file: none of them comes out, but the key of one card for its personalization.
///
/// It is a software vault: while it is open, the keys are in this process's memory. `IssuerKeys` is the port behind which a
/// hardware module can stand instead.
public final class IssuerVault: IssuerKeys {
    let file: VaultFile<IssuerKeyRing>
    /// The issuer's name, which its signing key has too.
    private let name: String

    /// Opens the vault at `path`, or makes one with fresh random keys when there is none.
    ///
    /// - Parameter name: the issuer's.
    /// - Throws: ``VaultError``, which tells a wrong passphrase from a damaged file.
    public static func open(
        at path: String, unlock: VaultUnlock, name: String, passphraseCost: Scrypt.Cost = .interactive
    ) throws(VaultError) -> IssuerVault {
        IssuerVault(try VaultFile(path: path, unlock: unlock, cost: passphraseCost), name: name)
    }

    init(_ file: VaultFile<IssuerKeyRing>, name: String) {
        self.file = file
        self.name = name
    }

    /// Lets go of the file and wipes the keys; later calls fail.
    public func close() { file.close() }

    // MARK: - Data at rest

    public func seal(_ plaintext: SecretBytes, context: String) throws(IssuingError) -> [UInt8] {
        let key = try open(file.contents.dataKey)
        do { return try SealedData.seal(plaintext, key: key, context: context) } catch {
            throw .internal(reason: "\(error)")
        }
    }

    public func unseal(_ sealed: [UInt8], context: String) throws(IssuingError) -> SecretBytes {
        let key = try open(file.contents.dataKey)
        do {
            return try SealedData.open(sealed, key: key, context: context)
        } catch {
            throw .internal(reason: "what was sealed as \(context) does not open")
        }
    }

    public func tag(of bytes: SecretBytes, purpose: String) throws(IssuingError) -> [UInt8] {
        let key = try open(file.contents.tagKey)
        return SealedData.tag(of: bytes, key: key, purpose: purpose)
    }

    // MARK: - Statements

    public func sign(_ payload: [UInt8], type: String) throws(IssuingError) -> String {
        do {
            return try JSONWebSignature.sign(
                payload, type: type, key: NamedPrivateKey(name: name, privateKey: try signer()))
        } catch {
            throw .internal(reason: "\(error)")
        }
    }

    public func signingKey() throws(IssuingError) -> ECPublicKey { try signer().publicKey }

    private func signer() throws(IssuingError) -> ECPrivateKey { try privateKey(file.contents.signingKey) }

    private func privateKey(_ scalar: SecretBytes) throws(IssuingError) -> ECPrivateKey {
        let scalar = try open(scalar)
        do { return try ECPrivateKey(curve: .p256, scalar: scalar) } catch { throw .internal(reason: "\(error)") }
    }

    // MARK: - Encrypted messages

    public func encryptionKey() throws(IssuingError) -> (name: String, key: ECPublicKey) {
        let key = try receiver()
        return (key.name, key.privateKey.publicKey)
    }

    public func decrypt(_ compact: String, type: String) throws(IssuingError) -> SecretBytes? {
        let own = try receiver()
        return try? JSONWebEncryption.decrypt(compact, type: type) { $0 == own.name ? own.privateKey : nil }
    }

    /// Named for what it is, so that no two keys have one name.
    private func receiver() throws(IssuingError) -> NamedPrivateKey {
        let key = try privateKey(file.contents.encryptionKey)
        let digest = Digest.hash(key.publicKey.uncompressedPoint).prefix(8).hex.lowercased()
        return NamedPrivateKey(name: "\(name)-\(digest)", privateKey: key)
    }

    /// A key of a vault that is open.
    func open(_ key: SecretBytes) throws(IssuingError) -> SecretBytes {
        if key.isEmpty { throw .internal(reason: "\(VaultError.closed)") }
        return key
    }
}

extension IssuerVault: CustomStringConvertible {
    public var description: String { "vault of \(name)" }
}
