import Foundation
public import MobileDevice

/// The handset's memory as a folder of durable files, one for a name.
public struct FileHandsetMemory: HandsetMemory {
    private let folder: String

    /// Bytes under one name at most.
    public static let bytesMax = 1_048_576

    /// - Throws: ``MobileDevice/HandsetMemoryError`` when the folder cannot be made.
    public init(folder: String) throws(HandsetMemoryError) {
        self.folder = folder
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw HandsetMemoryError(reason: "\(error)")
        }
    }

    public func read(_ name: String) throws(HandsetMemoryError) -> [UInt8]? {
        let path = try path(name)
        do { return try DurableFile.read(path, bytesMax: Self.bytesMax) } catch {
            throw HandsetMemoryError(reason: "\(error)")
        }
    }

    public func replace(_ name: String, with bytes: [UInt8]) throws(HandsetMemoryError) {
        guard bytes.count <= Self.bytesMax else {
            throw HandsetMemoryError(reason: "\(name) would have more than \(Self.bytesMax) bytes")
        }
        let path = try path(name)
        do { try DurableFile.replace(path, with: bytes) } catch { throw HandsetMemoryError(reason: "\(error)") }
    }

    private func path(_ name: String) throws(HandsetMemoryError) -> String {
        guard (1...64).contains(name.utf8.count),
            name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") })
        else { throw HandsetMemoryError(reason: "a name has 1 to 64 lower-case letters and hyphens") }
        return folder + "/" + name
    }
}
