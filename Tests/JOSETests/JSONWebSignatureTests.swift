import CardCryptography
import Foundation
import Testing

@testable import JOSE

@Suite("A signed message")
struct JSONWebSignatureTests {
    private let key = NamedPrivateKey(name: "key-1", privateKey: .generate(.p256))

    private func verify(_ compact: String, type: String = "test+jwt") throws -> [UInt8] {
        try JSONWebSignature.verify(compact, type: type) { $0 == "key-1" ? key.privateKey.publicKey : nil }
    }

    @Test("gives back what was signed, and says by whom and as what")
    func roundTrip() throws {
        let payload = Array(#"{"sub":"usr_1"}"#.utf8)
        let compact = try JSONWebSignature.sign(payload, type: "test+jwt", key: key)
        #expect(try verify(compact) == payload)
        #expect(throws: JSONWebSignatureError.type) { try verify(compact, type: "other+jwt") }
    }

    @Test("is verified as the published one of RFC 7515 Appendix A.3 is")
    func publishedSignature() throws {
        // RFC 7515 A.3.1: header {"alg":"ES256"}, key and signature as printed there.
        let x = Base64URL.decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")!
        let y = Base64URL.decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")!
        let published = try ECPublicKey(curve: .p256, uncompressedPoint: [0x04] + x + y)
        let signed =
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        let signature = Base64URL.decode(
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")!
        #expect(published.isValid(signature, over: Array(signed.utf8)))
    }

    @Test("without a known key, with another's, or altered anywhere is not believed")
    func alterations() throws {
        let compact = try JSONWebSignature.sign(Array("payload".utf8), type: "test+jwt", key: key)
        #expect(throws: JSONWebSignatureError.unknownKey) {
            try JSONWebSignature.verify(compact, type: "test+jwt") { _ in nil }
        }
        let other = ECPrivateKey.generate(.p256).publicKey
        #expect(throws: JSONWebSignatureError.signature) {
            try JSONWebSignature.verify(compact, type: "test+jwt") { _ in other }
        }
        for index in compact.indices where compact[index] != "." {
            var altered = compact
            altered.replaceSubrange(index...index, with: compact[index] == "A" ? "B" : "A")
            #expect(throws: JSONWebSignatureError.self) { try verify(altered) }
        }
    }

    @Test(
        "with another algorithm, none above all, or with a member that must be understood is refused",
        arguments: [
            #"{"alg":"none","kid":"key-1","typ":"test+jwt"}"#, #"{"alg":"HS256","kid":"key-1","typ":"test+jwt"}"#,
            #"{"alg":"ES256","kid":"key-1","typ":"test+jwt","crit":["exp"]}"#,
            #"{"alg":"ES384","kid":"key-1","typ":"test+jwt"}"#,
        ])
    func algorithms(_ header: String) throws {
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array("payload".utf8))
        let signature = Base64URL.encode(key.privateKey.signature(over: Array(signed.utf8)))
        for compact in ["\(signed).\(signature)", "\(signed)."] {
            #expect(throws: JSONWebSignatureError.algorithm) { try verify(compact) }
        }
    }

    @Test("in another form than three parts of base64url, or too long, is refused")
    func forms() throws {
        let compact = try JSONWebSignature.sign(Array("payload".utf8), type: "test+jwt", key: key)
        for text in ["", ".", "..", "a.b", compact + ".", compact + "=", " " + compact, "e30.e30.e30"] {
            #expect(throws: JSONWebSignatureError.malformed) { try verify(text) }
        }
        #expect(throws: JSONWebSignatureError.tooLong) {
            try verify(String(repeating: "A", count: JSONWebSignature.bytesMax + 1))
        }
        #expect(throws: JSONWebSignatureError.unsuitableKey) {
            try JSONWebSignature.sign([], type: "t", key: NamedPrivateKey(name: "k", privateKey: .generate(.p384)))
        }
    }
}

@Suite("Base64url")
struct Base64URLTests {
    @Test(
        "is that of RFC 4648 without padding, both ways", arguments: ["", "f", "fo", "foo", "foob", "fooba", "foobar"])
    func roundTrip(_ text: String) {
        let encoded = Base64URL.encode(Array(text.utf8))
        #expect(!encoded.contains("="))
        #expect(Base64URL.decode(encoded) == Array(text.utf8))
    }

    @Test("has one text for some bytes: padding, other alphabets and leftover bits are refused")
    func oneText() {
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        for text in ["-_8=", "+/8", "-_9", "A", "-_ 8", "é"] { #expect(Base64URL.decode(text) == nil, "\(text)") }
    }
}
