import Assembly
import CardCryptography
import CardLink
import Foundation
import ISO7816
import SecureElement
import SmartCardVerification

/// What makes an instance of the smart-card application one card, on its way from the payment server to the card: in a
/// file that only its owner reads.
struct SmartCardFile {
    let personalization: SmartCardPersonalization

    init(_ personalization: SmartCardPersonalization) { self.personalization = personalization }

    var testApplication: TestApplication {
        TestApplication(
            aid: SmartCardCommand.application, package: BuiltInModule.smartCardPackage,
            module: BuiltInModule.smartCard, runs: [personalization.dataGroupings])
    }

    private struct Contents: Codable {
        var identification: String
        var key: [UInt8]
        var dataFile: [UInt8]
    }

    static func read(_ path: String) throws -> SmartCardFile {
        let text = try SecretFile.read(path)
        guard let contents = try? JSONDecoder().decode(Contents.self, from: Data(text.utf8)) else {
            throw CommandFailure(
                .refused, "\(path) is no smart card's file", nextStep: "seneschal pay smart-card personalize")
        }
        return SmartCardFile(
            SmartCardPersonalization(
                identification: try SmartCardIdentification(text: contents.identification),
                key: try SmartCardKey(SecretBytes(contents.key)),
                dataFile: try EncryptedCardData(bytes: contents.dataFile)))
    }

    /// Makes the file, mode 0600; it must not exist.
    func create(_ path: String) throws {
        let contents = Contents(
            identification: personalization.identification.text, key: personalization.key.bytes.revealed(),
            dataFile: personalization.dataFile.bytes)
        try DurableFile.create(path, with: Array(JSONEncoder().encode(contents)) + Array("\n".utf8))
    }
}
