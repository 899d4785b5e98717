public import CardCryptography
import JOSE
public import Payments

/// A payment server's keys in one sealed file: none of them comes out.
///
/// It is a software vault: while it is open, the keys are in this process's memory. `PaymentKeys` is the port behind which
/// a hardware module can stand instead.
public final class PaymentVault: PaymentKeys {
    let file: VaultFile<PaymentKeyRing>
    /// The payment server's name, which its signing key has too.
    private let name: String

    /// Opens the vault at `path`, or makes one with fresh random keys when there is none.
    ///
    /// - Parameter name: the payment server's.
    /// - Throws: ``VaultError``, which tells a wrong passphrase from a damaged file.
    public static func open(
        at path: String, unlock: VaultUnlock, name: String, passphraseCost: Scrypt.Cost = .interactive
    ) throws(VaultError) -> PaymentVault {
        PaymentVault(try VaultFile(path: path, unlock: unlock, cost: passphraseCost), name: name)
    }

    init(_ file: VaultFile<PaymentKeyRing>, name: String) {
        self.file = file
        self.name = name
    }

    /// Lets go of the file and wipes the keys; later calls fail.
    public func close() { file.close() }

    // MARK: - Kept answers

    public func seal(answer: [UInt8], name: String) throws(PaymentsError) -> [UInt8] {
        let key = try open(file.contents.dataKey)
        do { return try SealedData.seal(SecretBytes(answer), key: key, context: name) } catch {
            throw .internal(reason: "\(error)")
        }
    }

    public func open(answer sealed: [UInt8], name: String) throws(PaymentsError) -> [UInt8] {
        let key = try open(file.contents.dataKey)
        do {
            return try SealedData.open(sealed, key: key, context: name).revealed()
        } catch {
            throw .internal(reason: "the answer \(name) does not open")
        }
    }

    // MARK: - Short secrets

    public func tag(of secret: SecretBytes, purpose: String) throws(PaymentsError) -> SecretBytes {
        let key = try open(file.contents.tagKey)
        return SecretBytes(SealedData.tag(of: secret, key: key, purpose: purpose))
    }

    // MARK: - Statements

    public func sign(_ payload: [UInt8], type: String) throws(PaymentsError) -> String {
        do {
            return try JSONWebSignature.sign(
                payload, type: type, key: NamedPrivateKey(name: name, privateKey: try signer()))
        } catch {
            throw .internal(reason: "\(error)")
        }
    }

    public func signingKey() throws(PaymentsError) -> (name: String, publicKey: ECPublicKey) {
        (name, try signer().publicKey)
    }

    private func signer() throws(PaymentsError) -> ECPrivateKey {
        let scalar = try open(file.contents.signingKey)
        do { return try ECPrivateKey(curve: .p256, scalar: scalar) } catch { throw .internal(reason: "\(error)") }
    }

    /// A key of a vault that is open.
    func open(_ key: SecretBytes) throws(PaymentsError) -> SecretBytes {
        if key.isEmpty { throw .internal(reason: "\(VaultError.closed)") }
        return key
    }
}

extension PaymentVault: CustomStringConvertible {
    public var description: String { "vault of \(name)" }
}
