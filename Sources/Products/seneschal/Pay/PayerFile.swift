import CardCryptography
import CardLink
import Foundation
import JOSE
import MobileDevice
import SeneschalAPI
import SeneschalClient

/// What a payer's device knows, in a file that only its owner reads: where the account is, its credential, and the key
/// that signs what the owner confirms.
struct PayerFile: Codable {
    /// Where the payment server is.
    var url: String
    /// Its name in what is signed.
    var server: String
    var account: String
    var secret: String
    var keyName: String
    /// PEM.
    var key: String

    static func read(_ path: String) throws -> PayerFile {
        let text = try SecretFile.read(path)
        do {
            return try JSONDecoder().decode(PayerFile.self, from: Data(text.utf8))
        } catch {
            throw CommandFailure(.refused, "\(path) is no payer's file", nextStep: "seneschal pay payer open")
        }
    }

    /// Makes the file, mode 0600; it must not exist.
    func create(_ path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try DurableFile.create(path, with: Array(encoder.encode(self)) + Array("\n".utf8))
    }

    func payerKey() throws -> PayerKey {
        let privateKey = try ECPrivateKey(pem: SecretBytes(Array(key.utf8)))
        return PayerKey(
            account: account, server: server, key: NamedPrivateKey(name: keyName, privateKey: privateKey))
    }

    func client(_ transport: HTTPTransport) throws -> SeneschalClient {
        guard let credential = AccessCredential(secret: secret) else {
            throw CommandFailure(.refused, "the payer's file holds no access credential")
        }
        return SeneschalClient(transport, credential: credential)
    }
}

extension PayerFile: CustomStringConvertible, CustomReflectable {
    var description: String { "payer \(account)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
