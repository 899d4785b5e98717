import SeneschalAPI
import Testing

@Suite("Secrets on the wire")
struct SecretsTests {
    @Test("an access credential prints its length, however it is printed")
    func credential() throws {
        let secret = "0123456789abcdef"
        let credential = try #require(AccessCredential(secret: secret))
        var dumped = ""
        dump(credential, to: &dumped)
        for text in ["\(credential)", String(reflecting: credential), "\([credential])", dumped] {
            #expect(!text.contains(secret))
        }
        #expect("\(credential)" == "‹credential of 16 characters›")
    }

    @Test("a credential of 15 characters, of 257, or with a space is none")
    func noCredential() {
        #expect(AccessCredential(secret: String(repeating: "a", count: 15)) == nil)
        #expect(AccessCredential(secret: String(repeating: "a", count: 256)) != nil)
        #expect(AccessCredential(secret: String(repeating: "a", count: 257)) == nil)
        #expect(AccessCredential(secret: "0123456789abcde f") == nil)
    }

    @Test("bytes in hex print their number")
    func bytes() { #expect("\(HexBytes([1, 2, 3]))" == "‹3 bytes›") }
}
