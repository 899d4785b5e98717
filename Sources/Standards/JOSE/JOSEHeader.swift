import Foundation

/// The protected header of a signed message. RFC 7515 §4.
struct JOSEHeader: Codable {
    static let algorithm = "ES256"

    var alg: String
    var kid: String
    var typ: String
    /// Whether no other member stands in it, `crit` above all: what would have to be understood is refused.
    var hasOnlyKnownMembers = true

    private enum CodingKeys: String, CodingKey, CaseIterable { case alg, kid, typ }

    init(alg: String, kid: String, typ: String) {
        self.alg = alg
        self.kid = kid
        self.typ = typ
    }

    /// - Returns: `nil` for what is not a JSON object with these three texts.
    init?(bytes: [UInt8]) {
        let data = Data(bytes)
        guard var header = try? JSONDecoder().decode(JOSEHeader.self, from: data),
            let members = try? JSONDecoder().decode([String: AnyMember].self, from: data)
        else { return nil }
        header.hasOnlyKnownMembers = members.count == CodingKeys.allCases.count
        self = header
    }

    var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Three texts can always be encoded.
        return (try? encoder.encode(self)).map { Array($0) } ?? []
    }
}

/// Whatever stands as the value of a member: only that it is there counts.
struct AnyMember: Decodable {
    init(from decoder: any Decoder) throws {}
}
