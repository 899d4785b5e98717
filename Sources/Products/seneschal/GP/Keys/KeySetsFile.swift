import CardCryptography
import CardLink
import CardManagement
import Foundation
import GlobalPlatform
import ISO7816
import SecureChannel

/// Key sets in a file for its owner alone: one, or as `seneschal card new` writes it the issuer's and by AID those of the
/// other security domains, or a list.
///
///     { "version": "01", "enc": "…", "mac": "…", "dek": "…",
///       "domains": { "A0000001515350410001": { "enc": "…", "mac": "…", "dek": "…" } } }
///
///     { "keySets": [
///         { "securityDomain": "A000000151000000", "version": "30", "enc": "…", "mac": "…", "dek": "…" },
///         { "key": "…", "diversification": "kdf3" } ] }
///
/// `key` stands for all three. A set without a security domain or a version serves any.
struct KeySetsFile: CardKeySource {
    struct Entry: Sendable {
        var securityDomain: AID?
        var version: KeyVersionNumber?
        var material: CardKeyMaterial
    }

    let path: String
    private(set) var entries: [Entry]
    /// Whose keys are meant, whatever security domain is spoken to.
    private var owner: AID?

    private init(path: String, entries: [Entry]) {
        self.path = path
        self.entries = entries
    }

    static let bytesMax = 65_536
    static let entriesMax = 256

    private struct List: Decodable {
        var keySets: [KeySet]
    }

    private struct KeySet: Decodable {
        var securityDomain: AID?
        var version: String?
        var key: String?
        var enc: String?
        var mac: String?
        var dek: String?
        var diversification: KeyDiversification?
        var domains: [String: KeySet]?
    }

    /// - Throws: ``CardLink/FileError`` naming the file; also when others can read it.
    static func read(_ path: String) throws -> KeySetsFile {
        guard let bytes = try DurableFile.read(path, bytesMax: bytesMax) else {
            throw FileError(path: path, reason: "there is no such keys file")
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw FileError(path: path, reason: "others can read these keys; `chmod 600` it first")
        }
        guard let sets = keySets(in: Data(bytes)) else {
            throw FileError(
                path: path, reason: #"is not a keys file: {"version":"01","enc":"…","mac":"…","dek":"…"} in hex"#)
        }
        guard (1...entriesMax).contains(sets.count) else {
            throw FileError(path: path, reason: "has \(sets.count) key sets; 1 to \(entriesMax) are possible")
        }
        do { return KeySetsFile(path: path, entries: try sets.map(Self.entry)) } catch {
            throw FileError(path: path, reason: "\(error)")
        }
    }

    private static func keySets(in content: Data) -> [KeySet]? {
        let decoder = JSONDecoder()
        if let list = try? decoder.decode(List.self, from: content) { return list.keySets }
        guard let first = try? decoder.decode(KeySet.self, from: content) else { return nil }
        var sets = [first]
        for (name, domain) in (first.domains ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let aid = try? AID(hex: name) else { return nil }
            var set = domain
            set.securityDomain = aid
            sets.append(set)
        }
        return sets
    }

    private static func entry(_ set: KeySet) throws -> Entry {
        guard let enc = set.enc ?? set.key, let mac = set.mac ?? set.key, let dek = set.dek ?? set.key else {
            throw CommandFailure(.usage, "a key set has “enc”, “mac” and “dek”, or “key” for all three")
        }
        let version = try set.version.map { text in
            guard let version = UInt8(text, radix: 16).flatMap(KeyVersionNumber.init) else {
                throw CommandFailure(.usage, "“\(text)” is no key version number: 01 to 7F, or FF")
            }
            return version
        }
        let material = try CardKeyOptions.material(hex: "\(enc):\(mac):\(dek)", set.diversification ?? .none)
        return Entry(securityDomain: set.securityDomain, version: version, material: material)
    }

    /// The same keys, all taken for `diversification`.
    func taken(for diversification: KeyDiversification?) -> KeySetsFile {
        guard let diversification else { return self }
        var file = self
        for index in file.entries.indices {
            file.entries[index].material = file.entries[index].material.with(diversification)
        }
        return file
    }

    /// The same keys, of which those of `securityDomain` serve any security domain.
    func serving(_ securityDomain: AID) -> KeySetsFile {
        var file = self
        file.owner = securityDomain
        return file
    }

    /// The set that names the security domain and the version; then one that names less. A set of another security
    /// domain is never taken, one of another version only when it is the domain's only one: key files keep the version
    /// they were made with.
    func material(for request: CardKeyRequest) throws(CardKeysUnavailable) -> CardKeyMaterial {
        let wanted = owner ?? request.securityDomain
        let ofDomain = entries.filter { $0.securityDomain == nil || $0.securityDomain == wanted }
        let named = ofDomain.filter { $0.securityDomain != nil }
        let candidates = named.isEmpty ? ofDomain : named
        if let exact = candidates.first(where: { $0.version == request.keyVersion && $0.version != nil }) {
            return exact.material
        }
        if let any = candidates.first(where: { $0.version == nil }) { return any.material }
        if candidates.count == 1 { return candidates[0].material }
        let domain = wanted.map { " of \($0)" } ?? ""
        let version = request.keyVersion.map { " version \($0)" } ?? ""
        throw CardKeysUnavailable(reason: "\(path) has no key set\(version)\(domain)")
    }

    /// Writes one key set to a new file, mode 0600. The keys never become text in memory: the file is put together from
    /// bytes.
    static func write(_ entry: Entry, to path: String) throws {
        var content = Array("{".utf8)
        if let domain = entry.securityDomain { content += Array(#""securityDomain":"\#(domain)","#.utf8) }
        if let version = entry.version { content += Array(#""version":"\#(version)","#.utf8) }
        let material = entry.material
        for (name, key) in [("enc", material.enc), ("mac", material.mac), ("dek", material.dek)] {
            content += Array(#"\#(name == "enc" ? "" : ",")"\#(name)":""#.utf8) + hexDigits(of: key) + [0x22]
        }
        if material.diversification != .none {
            content += Array(#","diversification":"\#(material.diversification.rawValue)""#.utf8)
        }
        try DurableFile.create(path, with: content + Array("}\n".utf8))
    }

    private static func hexDigits(of secret: SecretBytes) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return secret.withUnsafeBytes { bytes in
            bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0x0F)]] }
        }
    }
}
