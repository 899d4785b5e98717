import CardCryptography
import CardLink
import ElectronicPurse
import Foundation

/// What makes an instance of the purse application one purse, on its way from the payment server to the card: in a file that
/// only its owner reads.
struct PurseCardFile {
    let personalization: PursePersonalization

    init(_ personalization: PursePersonalization) { self.personalization = personalization }

    private struct Contents: Codable {
        var applicationData: PurseApplicationData
        var keyVersion: UInt8
        /// DPK, DLK and DTK.
        var keys: [UInt8]
    }

    static func read(_ path: String) throws -> PurseCardFile {
        let text = try SecretFile.read(path)
        guard let contents = try? JSONDecoder().decode(Contents.self, from: Data(text.utf8)),
            let keys = try? PurseKeys(SecretBytes(contents.keys))
        else {
            throw CommandFailure(.refused, "\(path) is no purse's file", nextStep: "seneschal pay purse personalize")
        }
        return PurseCardFile(
            PursePersonalization(
                contents.applicationData, keys: keys, priority: 1, keyVersion: contents.keyVersion))
    }

    /// Makes the file, mode 0600; it must not exist.
    func create(_ path: String) throws {
        let contents = Contents(
            applicationData: personalization.applicationData, keyVersion: personalization.keyVersion,
            keys: personalization.keys.bytes.revealed())
        try DurableFile.create(path, with: Array(JSONEncoder().encode(contents)) + Array("\n".utf8))
    }
}
