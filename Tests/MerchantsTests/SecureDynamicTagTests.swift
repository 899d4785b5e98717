import CardCryptography
import ISO7816
import Merchants
import Testing

/// A tag that says something new at every reading, computed here from NXP AN12196 alone.
private struct SecureDynamicTagEmulator {
    let identifier: [UInt8]
    let metaReadKey: AESKey
    let fileReadKey: AESKey
    let content: [UInt8]
    let mirror: SecureDynamicMirror

    init(_ made: MadeTag, _ plaza: Plaza) async throws {
        let transport = TransportKeyPair.generate(bitCount: 2_048)
        let keys = try await plaza.platform.tagKeys(
            of: made.tag.reference, underTransportKey: transport.publicKey.pem, plaza.asMerchant())
        identifier = made.tag.tagID
        metaReadKey = try AESKey(transport.decrypt(keys.metaReadKey))
        fileReadKey = try AESKey(transport.decrypt(keys.fileReadKey))
        content = made.tag.content
        mirror = try #require(made.mirror)
    }

    func read(_ counter: UInt32, as other: [UInt8]? = nil) throws -> [UInt8] {
        let name = other ?? identifier
        let count = [UInt8(counter & 0xFF), UInt8(counter >> 8 & 0xFF), UInt8(counter >> 16)]
        var file = [0x00, UInt8(content.count)] + content
        var cipher = AESCBC(key: metaReadKey)
        let picc = try cipher.encrypt([0xC7] + name + count + [0x11, 0x22, 0x33, 0x44, 0x55])
        file.replaceSubrange(mirror.piccDataOffset..<mirror.piccDataOffset + 32, with: Array(picc.hex.utf8))
        var derivation = AESCMAC(key: fileReadKey)
        let session = derivation.tag(of: [0x3C, 0xC3, 0x00, 0x01, 0x00, 0x80] + name + count)
        var mac = try AESCMAC(key: AESKey(SecretBytes(session.bytes)))
        let tag = mac.tag(of: Array(file[mirror.macInputOffset..<mirror.macOffset])).bytes
        let odd = stride(from: 1, to: 16, by: 2).map { tag[$0] }
        file.replaceSubrange(mirror.macOffset..<mirror.macOffset + 16, with: Array(odd.hex.utf8))
        return Array(file.dropFirst(2))
    }
}

@Suite("A tag that says something new at every reading")
struct SecureDynamicTagTests {
    private func made() async throws -> (Plaza, MadeTag, SecureDynamicTagEmulator) {
        let plaza = try await Plaza()
        let made = try await plaza.tag(amount: 450, kind: .secureDynamic)
        return (plaza, made, try await SecureDynamicTagEmulator(made, plaza))
    }

    private func nonce(_ number: Int) -> String { "nonce-\(1_000_000_000 + number)" }

    @Test("TAG-02 is parsed when identifier, counter and MAC fit, and fits into the tag's 256 bytes")
    func parsed() async throws {
        let (plaza, made, tag) = try await made()
        #expect(made.tag.content.count + 2 <= 256)
        #expect(try await plaza.parse(tag.read(1), nonce: nonce(1)).amount == 450)
        #expect(try await plaza.platform.tag(made.tag.reference).lastCounter == 1)
        _ = try await plaza.parse(tag.read(7), nonce: nonce(2))
        #expect(try await plaza.platform.tag(made.tag.reference).lastCounter == 7)
    }

    @Test("TAG-03 what it said is refused when it is read again, and so is everything before")
    func replayed() async throws {
        let (plaza, _, tag) = try await made()
        let said = try tag.read(5)
        let first = try await plaza.parse(said, nonce: nonce(1))
        #expect(try await plaza.parse(said, nonce: nonce(1)) == first)
        #expect(await failure { try await plaza.parse(said, nonce: nonce(2)) } == .tag(.replayed))
        #expect(await failure { try await plaza.parse(tag.read(4), nonce: nonce(3)) } == .tag(.replayed))
        #expect(await failure { try await plaza.parse(tag.read(6), nonce: nonce(1)) } == .idempotencyConflict)
        _ = try await plaza.parse(tag.read(6), nonce: nonce(4))
    }

    @Test("TAG-03 of two telephones with one reading, at once, one gets the instruction")
    func atOnce() async throws {
        let (plaza, _, tag) = try await made()
        let said = try tag.read(9)
        let count = 16
        let winners = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<count {
                group.addTask { await failure { try await plaza.parse(said, nonce: self.nonce(number)) } == nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(winners == 1)
        #expect(try await plaza.platform.instructions(of: plaza.merchant.id, limit: 100).count == 1)
    }

    @Test("TAG-03 another identifier inside, a changed MAC, or nothing said at all proves nothing")
    func unproven() async throws {
        let (plaza, made, tag) = try await made()
        let other: [UInt8] = [0x04, 1, 2, 3, 4, 5, 6]
        #expect(await failure { try await plaza.parse(tag.read(1, as: other)) } == .tag(.dynamicMessage))
        #expect(await failure { try await plaza.parse(made.tag.content) } == .tag(.dynamicMessage))
        var changed = try tag.read(1)
        let place = made.mirror.map { $0.macOffset - 2 } ?? 0
        changed[place] = changed[place] == 0x30 ? 0x31 : 0x30
        #expect(await failure { try await plaza.parse(changed) } == .tag(.dynamicMessage))
        #expect(try await plaza.platform.tag(made.tag.reference).lastCounter == nil)
        _ = try await plaza.parse(tag.read(1))
    }

    @Test("TAG-09 made anew, it has other keys and counts from the beginning; what it said before proves nothing")
    func anew() async throws {
        let (plaza, _, tag) = try await made()
        _ = try await plaza.parse(tag.read(900), nonce: nonce(1))
        let again = try await plaza.tag(amount: 500, kind: .secureDynamic)
        let renewed = try await SecureDynamicTagEmulator(again, plaza)
        #expect(renewed.metaReadKey != tag.metaReadKey)
        #expect(renewed.fileReadKey != tag.fileReadKey)
        #expect(await failure { try await plaza.parse(tag.read(901), nonce: nonce(2)) } == .tag(.outdated))
        #expect(try await plaza.parse(renewed.read(1), nonce: nonce(3)).amount == 500)
    }

    @Test("its keys are told to its merchant's device only, under a transport key")
    func keys() async throws {
        let (plaza, made, _) = try await made()
        let other = try await plaza.otherMerchant()
        let pem = TransportKeyPair.generate(bitCount: 2_048).publicKey.pem
        #expect(
            await failure {
                try await plaza.platform.tagKeys(
                    of: made.tag.reference, underTransportKey: pem,
                    PlatformRequester(.merchant(other.merchant.id), idempotencyKey: nil))
            } == .notFound(field: "operator", reason: "only the operator asks this"))
        guard
            case .invalid(field: "transportKey", _) = await failure({
                try await plaza.platform.tagKeys(
                    of: made.tag.reference, underTransportKey: "no key", plaza.asMerchant())
            })
        else {
            Issue.record("a key that is none was taken")
            return
        }
    }
}
