import Foundation

/// The protected header of an encrypted message. RFC 7516 §4; RFC 7518 §4.6.1.
struct EncryptionHeader: Codable {
    static let agreement = "ECDH-ES"
    static let encryption = "A256GCM"

    private var alg = agreement
    private var enc = encryption
    var typ: String
    var kid: String
    private var epk: EphemeralKey
    private var memberCount = CodingKeys.allCases.count

    private enum CodingKeys: String, CodingKey, CaseIterable { case alg, enc, typ, kid, epk }

    /// RFC 7518 §6.2.1.
    private struct EphemeralKey: Codable {
        var kty = "EC"
        var crv = "P-256"
        var x: String
        var y: String
    }

    private static let coordinateLength = 32

    /// - Parameter point: of the ephemeral key, `04`, x, y.
    init(typ: String, kid: String, point: [UInt8]) {
        self.typ = typ
        self.kid = kid
        epk = EphemeralKey(
            x: Base64URL.encode(point.dropFirst().prefix(Self.coordinateLength)),
            y: Base64URL.encode(point.suffix(Self.coordinateLength)))
    }

    /// - Returns: `nil` for what is not a JSON object with these members.
    init?(bytes: [UInt8]) {
        let data = Data(bytes)
        guard var header = try? JSONDecoder().decode(EncryptionHeader.self, from: data),
            let members = try? JSONDecoder().decode([String: AnyMember].self, from: data)
        else { return nil }
        header.memberCount = members.count
        self = header
    }

    var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts can always be encoded.
        return (try? encoder.encode(self)).map { Array($0) } ?? []
    }

    /// Whether it uses what we use, and nothing that would have to be understood beside it (`crit`, `zip`, `apu` …).
    var isOurs: Bool {
        alg == Self.agreement && enc == Self.encryption && epk.kty == "EC" && epk.crv == "P-256"
            && memberCount == CodingKeys.allCases.count
    }

    /// `04`, x, y; empty coordinates for what is not base64url, which is no point.
    var point: [UInt8] { [0x04] + (Base64URL.decode(epk.x) ?? []) + (Base64URL.decode(epk.y) ?? []) }
}
