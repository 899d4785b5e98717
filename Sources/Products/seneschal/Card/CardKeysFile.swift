import CardCryptography
import CardLink
import Foundation
import ISO7816
import SecureChannel

/// The keys of a card's issuer security domain, in a file for its owner alone.
///
///     { "version": "01", "enc": "…", "mac": "…", "dek": "…" }
enum CardKeysFile {
    private struct Content: Codable {
        var version: String
        var enc: String
        var mac: String
        var dek: String
    }

    /// The keys in the file, or `nil` when there is none.
    static func read(_ path: String) throws -> SCP03KeySet? {
        guard let bytes = try DurableFile.read(path, bytesMax: 4_096) else { return nil }
        try checkPermissions(path)
        do {
            let content = try JSONDecoder().decode(Content.self, from: Data(bytes))
            return try SCP03KeySet(
                enc: SecretBytes([UInt8](hex: content.enc)), mac: SecretBytes([UInt8](hex: content.mac)),
                dek: SecretBytes([UInt8](hex: content.dek)))
        } catch let error as HexDecodingError {
            throw FileError(path: path, reason: "a key is written in hex: \(error)")
        } catch let error as SCP03KeySetError {
            throw FileError(path: path, reason: "\(error)")
        } catch {
            throw FileError(
                path: path, reason: #"is not a keys file: {"version":"01","enc":"…","mac":"…","dek":"…"} in hex"#)
        }
    }

    /// Writes a new file, mode 0600. The keys never become text in memory: the file is put together from bytes.
    static func write(_ keys: SCP03KeySet, to path: String) throws {
        var content = Array(#"{"version":"01""#.utf8)
        for (name, key) in [("enc", keys.enc), ("mac", keys.mac), ("dek", keys.dek)] {
            content += Array(#","\#(name)":""#.utf8) + hexDigits(of: key.bytes) + Array(#"""#.utf8)
        }
        try DurableFile.create(path, with: content + Array("}\n".utf8))
    }

    private static func hexDigits(of secret: SecretBytes) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return secret.withUnsafeBytes { bytes in
            bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0x0F)]] }
        }
    }

    private static func checkPermissions(_ path: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw FileError(path: path, reason: "others can read these keys; `chmod 600` it first")
        }
    }
}
