import Foundation

/// A folder of its own for one test, removed with the last reference to it.
final class TemporaryFolder {
    let path: String

    init() { path = NSTemporaryDirectory() + "seneschal-store-" + UUID().uuidString }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func permissions(_ name: String = "") -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: name.isEmpty ? path : file(name)))?[.posixPermissions]
            as? Int
    }
}
