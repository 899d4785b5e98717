import CardCryptography
import CardLink
import Foundation
import ISO7816
import SecureChannel
import SecureElement

/// The keys of a card's security domains, the issuer's first.
struct CardKeys {
    private(set) var issuer: SCP03KeySet
    private(set) var others: [(securityDomain: AID, keys: SCP03KeySet)]

    /// - Parameter keys: the key set of each security domain, the issuer's first; there is one at least.
    init(_ keys: [(AID, SCP03KeySet)]) {
        precondition(!keys.isEmpty, "a card has an issuer security domain")
        issuer = keys[0].1
        others = keys.dropFirst().map { ($0, $1) }
    }

    /// The key set of a security domain of the card; the issuer's has a name for itself.
    func keySet(of securityDomain: AID) throws -> SCP03KeySet {
        if securityDomain == CardConfiguration.issuerSecurityDomain { return issuer }
        guard let found = others.first(where: { $0.securityDomain == securityDomain }) else {
            throw MissingKeysError(securityDomain: securityDomain)
        }
        return found.keys
    }

    fileprivate init(issuer: SCP03KeySet, others: [(securityDomain: AID, keys: SCP03KeySet)]) {
        self.issuer = issuer
        self.others = others
    }
}

/// A keys file that does not have the keys of one of the card's security domains.
struct MissingKeysError: Error, CustomStringConvertible {
    let securityDomain: AID

    var description: String { "the keys file has no keys for the security domain \(securityDomain)" }
}

/// The keys of a card's security domains, in a file for its owner alone: the issuer's, and by AID those of the others.
///
///     { "version": "01", "enc": "…", "mac": "…", "dek": "…",
///       "domains": { "F053…": { "enc": "…", "mac": "…", "dek": "…" } } }
enum CardKeysFile {
    private struct KeySet: Codable {
        var enc: String
        var mac: String
        var dek: String

        func decoded() throws -> SCP03KeySet {
            try SCP03KeySet(
                enc: SecretBytes([UInt8](hex: enc)), mac: SecretBytes([UInt8](hex: mac)),
                dek: SecretBytes([UInt8](hex: dek)))
        }
    }

    private struct Domains: Codable {
        var version: String
        var domains: [String: KeySet]?
    }

    /// The keys in the file, or `nil` when there is none.
    static func read(_ path: String) throws -> CardKeys? {
        guard let bytes = try DurableFile.read(path, bytesMax: 16_384) else { return nil }
        try checkPermissions(path)
        do {
            let data = Data(bytes)
            let issuer = try JSONDecoder().decode(KeySet.self, from: data).decoded()
            let others = try JSONDecoder().decode(Domains.self, from: data).domains ?? [:]
            return CardKeys(
                issuer: issuer,
                others: try others.sorted { $0.key < $1.key }.map { (try AID([UInt8](hex: $0)), try $1.decoded()) })
        } catch let error as HexDecodingError {
            throw FileError(path: path, reason: "a key is written in hex: \(error)")
        } catch let error as AIDError {
            throw FileError(path: path, reason: "\(error)")
        } catch let error as SCP03KeySetError {
            throw FileError(path: path, reason: "\(error)")
        } catch {
            throw FileError(
                path: path, reason: #"is not a keys file: {"version":"01","enc":"…","mac":"…","dek":"…"} in hex"#)
        }
    }

    /// Writes a new file, mode 0600. The keys never become text in memory: the file is put together from bytes.
    static func write(_ keys: CardKeys, to path: String) throws {
        var content = Array(#"{"version":"01","#.utf8) + fields(of: keys.issuer)
        if !keys.others.isEmpty {
            let domains = keys.others.map { domain, keys in
                Array(#""\#(domain)":{"#.utf8) + fields(of: keys) + Array("}".utf8)
            }
            content += Array(#","domains":{"#.utf8) + domains.joined(separator: Array(",".utf8)) + Array("}".utf8)
        }
        try DurableFile.create(path, with: content + Array("}\n".utf8))
    }

    private static func fields(of keys: SCP03KeySet) -> [UInt8] {
        let fields = [("enc", keys.enc), ("mac", keys.mac), ("dek", keys.dek)].map { name, key in
            Array(#""\#(name)":""#.utf8) + key.bytes.hexDigits + Array(#"""#.utf8)
        }
        return Array(fields.joined(separator: Array(",".utf8)))
    }

    private static func checkPermissions(_ path: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw FileError(path: path, reason: "others can read these keys; `chmod 600` it first")
        }
    }
}
