import CardCryptography
import Foundation
import ISO8583
import ISO8583Link
import Testing

@testable import Assembly

@Suite("A wallet's line to an issuer, as its configuration says it")
struct WalletLineTests {
    private static func line(_ members: String) throws -> WalletConfiguration.Line {
        try JSONDecoder().decode(WalletConfiguration.Line.self, from: Data("{\(members)}".utf8))
    }

    private static let here = #""host": "127.0.0.1", "port": 8583, "institution": "20000002""#
    private static let there = #""host": "bank.example", "port": 8583, "institution": "20000002""#

    @Test("goes to this machine as it is, and to another one with TLS, or when it is said that it is not protected")
    func protection() throws {
        let plain = try Self.line(Self.here).configuration(in: "/nowhere")
        #expect(plain.host == "127.0.0.1" && plain.port == 8583 && plain.security == nil)
        #expect(plain.protocol.dialect == .binary && plain.protocol.authentication == nil)
        let error = #expect(throws: WalletConfigurationError.self) {
            try Self.line(Self.there).configuration(in: "/nowhere")
        }
        #expect(error?.member == "issuers.line.tls")
        let open = try Self.line(Self.there + #", "isUnprotected": true, "dialect": "packed""#)
            .configuration(in: "/nowhere")
        #expect(open.security == nil && open.protocol.dialect == .packed)
        let pin = String(repeating: "0", count: 64)
        let pinned = try Self.line(Self.there + #", "tls": {"keyFingerprint": "\#(pin)"}"#)
            .configuration(in: "/nowhere")
        #expect(pinned.security != nil)
    }

    @Test("has a key that is read from a file; what is none is refused by its member")
    func keys() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "line-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("cmac:000102030405060708090A0B0C0D0E0F\n".utf8).write(to: folder.appending(path: "line.key"))
        let agreed = try Self.line(Self.here + #", "keyFile": "line.key""#).configuration(in: folder.path)
        let key = try AESKey([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
        #expect(agreed.protocol.authentication == .cmac(key))
        for wrong in [#""keyFile": "none.key""#, #""tls": {"keyFingerprint": "00"}"#, #""port": 0"#] {
            let members = wrong.contains("port") ? Self.here.replacing("8583", with: "0") : Self.here + ", " + wrong
            #expect(throws: WalletConfigurationError.self, "\(wrong)") {
                try Self.line(members).configuration(in: folder.path)
            }
        }
        for wrong in ["", "cmac:", "cmac:00", "retail:00", "other:000102030405060708090A0B0C0D0E0F", "cmac:0:0"] {
            #expect(throws: CryptographyError.self, "\(wrong)") { try MessageAuthentication(text: wrong) }
        }
    }
}
