import Foundation
public import GlobalPlatform
import ISO7816

/// Why an authentication is held back: it could burn the last try, or the record says that trying on is no help.
public enum AuthenticationWithheld: Error, Equatable, Sendable, CustomStringConvertible {
    /// The card itself says how few tries are left.
    case triesLeft(Int, keyVersion: KeyVersionNumber?)
    /// So many attempts in a row have failed with this key set.
    case failuresOnRecord(Int, keyVersion: KeyVersionNumber?)

    public var description: String {
        let force = "force it if you are sure of the keys"
        switch self {
        case .triesLeft(0, let version): return "key set \(Self.name(version)) is blocked: no tries are left"
        case .triesLeft(let count, let version):
            return "only \(count) tr\(count == 1 ? "y is" : "ies are") left for key set \(Self.name(version)); \(force)"
        case .failuresOnRecord(let count, let version):
            return """
                \(count) authentications in a row failed on this card with key set \(Self.name(version)); \
                another may be its last: verify the keys first, or \(force)
                """
        }
    }

    private static func name(_ version: KeyVersionNumber?) -> String { version.map { "\($0)" } ?? "00 (first)" }
}

/// How an authentication ended that did not succeed.
struct AuthenticationRecord: Codable, Equatable {
    /// Attempts in a row that the card refused, or whose answer was lost.
    var refusals = 0
    /// Attempts in a row in which the card showed other keys: these burn no try on a card that follows the standard, but
    /// some cards count every INITIALIZE UPDATE that nothing follows.
    var mismatches = 0
}

/// Keeps count of failed authentications by card, security domain and key version, and refuses the dangerous next one.
struct AuthenticationGuard {
    let journal: any ManagementJournal
    let key: JournalKey
    let keyVersion: KeyVersionNumber?

    /// Refusals in a row after which the next attempt must be forced. Cards grant ten tries or more, ours too; two
    /// refusals of keys that had been verified are no accident.
    static let refusalsMax = 2
    /// Mismatches in a row after which the next attempt must be forced.
    static let mismatchesMax = 5

    init?(
        _ journal: any ManagementJournal, card: CardIdentifier, securityDomain: AID?, keyVersion: KeyVersionNumber?
    ) {
        let name = "attempts.\(card).\(securityDomain?.description ?? "default").\(keyVersion?.description ?? "00")"
        guard let key = JournalKey(rawValue: name) else { return nil }
        self.journal = journal
        self.key = key
        self.keyVersion = keyVersion
    }

    func record() async throws(CardManagementError) -> AuthenticationRecord {
        do {
            guard let bytes = try await journal.record(at: key) else { return AuthenticationRecord() }
            // A record that cannot be read is as good as a refusal too many: only force goes on.
            return (try? JSONDecoder().decode(AuthenticationRecord.self, from: Data(bytes)))
                ?? AuthenticationRecord(refusals: Self.refusalsMax, mismatches: 0)
        } catch { throw .journalFailed(error) }
    }

    /// - Throws: ``CardManagementError/authenticationWithheld(_:)``.
    func check(triesLeft: Int?) async throws(CardManagementError) {
        if let triesLeft, triesLeft <= 1 {
            throw .authenticationWithheld(.triesLeft(triesLeft, keyVersion: keyVersion))
        }
        let record = try await record()
        guard record.refusals < Self.refusalsMax else {
            throw .authenticationWithheld(.failuresOnRecord(record.refusals, keyVersion: keyVersion))
        }
        guard record.mismatches < Self.mismatchesMax else {
            throw .authenticationWithheld(.failuresOnRecord(record.mismatches, keyVersion: keyVersion))
        }
    }

    /// Before EXTERNAL AUTHENTICATE leaves: if its answer is lost, the attempt counts as refused.
    func beginning() async throws(CardManagementError) {
        var record = try await record()
        record.refusals += 1
        try await write(record)
    }

    /// The card accepted the host: it has its tries back.
    func succeeded() async throws(CardManagementError) {
        do { try await journal.remove(key) } catch { throw .journalFailed(error) }
    }

    func mismatched() async throws(CardManagementError) {
        var record = try await record()
        record.mismatches += 1
        try await write(record)
    }

    private func write(_ record: AuthenticationRecord) async throws(CardManagementError) {
        do {
            try await journal.write(Array(try JSONEncoder().encode(record)), at: key)
        } catch let failure as JournalFailure {
            throw .journalFailed(failure)
        } catch {
            throw .journalFailed(JournalFailure(reason: "\(error)"))
        }
    }
}
