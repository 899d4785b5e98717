import CardCryptography
import CardLink
import Foundation

/// A file with one secret on one line, for its owner's eyes only.
enum SecretFile {
    static let bytesMax = 4_096

    /// - Throws: also when others can read the file.
    static func read(_ path: String) throws -> String {
        guard let bytes = try DurableFile.read(path, bytesMax: bytesMax) else {
            throw CommandFailure(.refused, "\(path) does not exist")
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            throw CommandFailure(.refused, "others can read \(path)", nextStep: "chmod 600 \(path)")
        }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Makes the file, mode 0600; it must not exist.
    static func create(_ path: String, _ secret: String) throws {
        try DurableFile.create(path, with: Array((secret + "\n").utf8))
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

extension SecretBytes {
    /// Hex digits for a file that only its owner reads.
    var hexDigits: [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return withUnsafeBytes { bytes in bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0x0F)]] } }
    }
}
