import CardTesting
import Foundation
import KeyVault
import SecureElement
import TrustedServiceManager

/// What a world had come to, for others to go on from: founding and preparing each anew takes longer than its story.
final class WorldSnapshot: Sendable {
    /// The store, the vaults and their keys; nobody has them open.
    private let folder: URL
    let card: SecureElement
    let configuration: CardConfiguration
    let batch: CardBatch
    let provider: ServiceProviderID

    init(
        folder: URL, card: SecureElement, configuration: CardConfiguration, batch: CardBatch,
        provider: ServiceProviderID
    ) {
        self.folder = folder
        self.card = card
        self.configuration = configuration
        self.batch = batch
        self.provider = provider
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func folderCopy() throws -> URL { try Self.copy(of: folder) }

    /// - Parameter parent: where the copy is made, under a name of its own.
    static func copy(
        of folder: URL, in parent: URL = FileManager.default.temporaryDirectory
    ) throws -> URL {
        let copy = parent.appending(path: "seneschal-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: folder, to: copy)
        return copy
    }

    /// A world in which nothing has happened yet. Those with an ordinary card all begin from one.
    static func founded(_ registration: CardRegistration) async throws -> WorldSnapshot {
        registration.isOrdinary ? try await ordinary.value : try await World.found(registration)
    }

    private static let ordinary = Task { try await World.found(CardRegistration()) }

    /// Every provider starts from a copy of one vault: making a transport key pair takes longer than the rest.
    static let emptyProviderVault = Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "seneschal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let vault = try ProviderVault.open(
            at: folder.appending(path: "provider.vault").path,
            unlock: .keyFile(folder.appending(path: "provider.key").path))
        vault.close()
        return folder
    }
}

extension CardRegistration {
    /// Of the parameters that a world is made with.
    fileprivate var isOrdinary: Bool {
        let ordinary = CardRegistration()
        return implementation == ordinary.implementation && configuration == ordinary.configuration
            && authority == nil
    }
}
