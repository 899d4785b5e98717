import CardLink
import Foundation
import MobileDevice
import Testing

@Suite("A handset's memory in files")
struct FileHandsetMemoryTests {
    private let folder = NSTemporaryDirectory() + "handset-memory-\(UUID().uuidString)"

    @Test("TSM-32 holds what was written when the handset is switched on again, for its owner alone")
    func survives() throws {
        let memory = try FileHandsetMemory(folder: folder)
        #expect(try memory.read("coupons") == nil)
        try memory.replace("coupons", with: [1, 2, 3])
        #expect(try FileHandsetMemory(folder: folder).read("coupons") == [1, 2, 3])
        let mode = try FileManager.default.attributesOfItem(atPath: folder + "/coupons")[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test("takes no name that leads elsewhere, and no more than it holds", arguments: ["", "../x", "a/b", "A", "a.b"])
    func names(name: String) throws {
        let memory = try FileHandsetMemory(folder: folder)
        #expect(throws: HandsetMemoryError.self) { try memory.replace(name, with: []) }
        #expect(throws: HandsetMemoryError.self) { try memory.read(name) }
        #expect(throws: HandsetMemoryError.self) {
            try memory.replace("coupons", with: [UInt8](repeating: 0, count: FileHandsetMemory.bytesMax + 1))
        }
        try FileManager.default.removeItem(atPath: folder)
    }
}
