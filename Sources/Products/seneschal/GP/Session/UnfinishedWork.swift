import CardManagement
import Foundation
import SeneschalAPI

/// One record of the journal: what is unfinished on a card, or what went wrong there.
struct UnfinishedWork {
    /// What a record is about, by the first part of its name.
    enum Kind: String, CaseIterable {
        case installation = "install"
        case rotation = "rotate"
        case failedAuthentications = "attempts"
    }

    let kind: Kind
    let card: String
    /// The package of an installation, the security domain of the others.
    let subject: String
    let keyVersion: String?
    let record: JSONValue

    /// Every record that this version understands.
    static func all(in journal: some ManagementJournal) async throws -> [UnfinishedWork] {
        var found: [UnfinishedWork] = []
        for key in try await journal.keys() {
            // kind . card . subject [. version]
            let parts = key.rawValue.split(separator: ".").map(String.init)
            guard parts.count >= 3, let kind = Kind(rawValue: parts[0]), let bytes = try await journal.record(at: key)
            else { continue }
            found.append(
                UnfinishedWork(
                    kind: kind, card: parts[1], subject: parts[2], keyVersion: parts.count > 3 ? parts[3] : nil,
                    record: (try? JSONValue(parsing: bytes)) ?? .null))
        }
        return found
    }

    var json: JSONValue {
        .object(of: [
            "kind": .string(word), "card": .string(card), "subject": .string(subject),
            "keyVersion": keyVersion.map(JSONValue.string), "phase": record["phase"], "refusals": record["refusals"],
            "mismatches": record["mismatches"],
        ])
    }

    private var word: String {
        switch kind {
        case .installation: "installation"
        case .rotation: "key rotation"
        case .failedAuthentications: "failed authentications"
        }
    }

    var lines: [String] {
        let phase = record["phase"]?.string.map { " (\($0))" } ?? ""
        switch kind {
        case .installation:
            return [
                "\(card): the installation of \(subject) was interrupted\(phase)",
                "  repeat the same `seneschal gp install`, or remove what is left: "
                    + "seneschal gp install --roll-back --package \(subject)",
            ]
        case .rotation:
            return [
                "\(card): the rotation of the keys of \(subject) was interrupted\(phase)",
                "  find out which keys the card has: seneschal gp keys recover",
            ]
        case .failedAuthentications:
            let counts = ["refusals", "mismatches"].compactMap { name -> String? in
                guard case .integer(let count)? = record[name], count > 0 else { return nil }
                return "\(count) \(name)"
            }
            return [
                "\(card): authentications with key set \(keyVersion ?? "00") of \(subject) failed: "
                    + counts.joined(separator: ", "),
                "  try keys without burning a try: seneschal gp keys verify",
            ]
        }
    }
}
