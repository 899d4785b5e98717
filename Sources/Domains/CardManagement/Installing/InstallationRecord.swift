import Foundation
public import ISO7816

/// What the journal knows of an installation under way: written before the card changes, taken away when all is done.
public struct InstallationRecord: Codable, Hashable, Sendable {
    public let package: AID
    /// Of the plan.
    public let digest: String
    public var phase: Phase
    /// The applications that the plan makes: what a roll-back deletes.
    public let applications: [AID]
    /// The plan brings the package too.
    public let loadsPackage: Bool

    /// How far it had come when this was written.
    public enum Phase: String, Codable, Hashable, Sendable {
        /// A package of this name that was there before is being deleted.
        case replacing
        /// There is no package of this name, or ours: it is being loaded.
        case loading
        /// The package is on the card; applications are being made.
        case installing
    }

    static func key(_ package: AID, on card: CardIdentifier) -> JournalKey? {
        JournalKey(rawValue: "install.\(card).\(package)")
    }
}

extension ManagementJournal {
    /// A record of ours, read back.
    ///
    /// - Throws: ``CardManagementError/journalFailed(_:)``, also when it is damaged.
    func decoded<Record: Decodable>(
        _ type: Record.Type, at key: JournalKey
    ) async throws(CardManagementError) -> Record? {
        let bytes: [UInt8]?
        do { bytes = try await record(at: key) } catch { throw .journalFailed(error) }
        guard let bytes else { return nil }
        do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch {
            throw .journalFailed(JournalFailure(reason: "the record \(key) is damaged"))
        }
    }

    func encode(_ record: some Encodable, at key: JournalKey) async throws(CardManagementError) {
        let bytes: [UInt8]
        do { bytes = Array(try JSONEncoder().encode(record)) } catch {
            throw .journalFailed(JournalFailure(reason: "the record \(key) cannot be written: \(error)"))
        }
        do { try await write(bytes, at: key) } catch { throw .journalFailed(error) }
    }

    func forget(_ key: JournalKey) async throws(CardManagementError) {
        do { try await remove(key) } catch { throw .journalFailed(error) }
    }
}
