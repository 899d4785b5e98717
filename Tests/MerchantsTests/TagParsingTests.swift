import ISO7816
import Instructions
import Merchants
import NFCForum
import Testing

@Suite("A tag that was read is parsed")
struct TagParsingTests {
    @Test("TAG-01 content and identifier are both needed")
    func both() async throws {
        let plaza = try await Plaza()
        let content = try await plaza.tag().tag.content
        let nonce = "nonce-0123456789"
        #expect(throws: MerchantsError.invalid(field: "content", reason: "the tag's content is missing")) {
            try TagPaymentRequest(content: [], tagID: Plaza.tagID, nonce: nonce)
        }
        #expect(throws: MerchantsError.invalid(field: "tagID", reason: "the tag's identifier is missing")) {
            try TagPaymentRequest(content: content, tagID: [], nonce: nonce)
        }
        #expect(throws: MerchantsError.self) {
            try TagPaymentRequest(content: content, tagID: Array(Plaza.tagID.dropLast()), nonce: nonce)
        }
        #expect(throws: MerchantsError.self) {
            try TagPaymentRequest(content: [UInt8](repeating: 0, count: 1_025), tagID: Plaza.tagID, nonce: nonce)
        }
        #expect(throws: MerchantsError.self) {
            try TagPaymentRequest(content: content, tagID: Plaza.tagID, nonce: "nonce-012345678")
        }
    }

    @Test("TAG-02 the reply resolves the merchant and its account, and says them in a signed instruction")
    func reply() async throws {
        let plaza = try await Plaza()
        let made = try await plaza.tag(amount: 450)
        let reading = try await plaza.parse(made.tag.content)
        #expect(reading.merchantName == "Quay Books")
        #expect(reading.place == "Table 4")
        #expect(reading.terminal == "till-4")
        #expect(reading.currency == (try Plaza.euro))
        let instruction = try plaza.instruction(reading.statement)
        #expect(instruction.payee == "acc_quay")
        #expect(instruction.merchant == plaza.merchant.id.rawValue)
        #expect(instruction.origin == .tag)
        #expect(instruction.reference == made.tag.reference.rawValue)
        #expect(instruction.jti == reading.instruction.rawValue)
        #expect(instruction.exp == Plaza.noon + 600)
    }

    @Test("TAG-05 a tag with an amount says it in the instruction; an open one leaves it to the payer")
    func amounts() async throws {
        let plaza = try await Plaza()
        let fixed = try await plaza.parse(plaza.tag(amount: 450).tag.content)
        #expect(fixed.amount == 450)
        #expect(try plaza.instruction(fixed.statement).amount == 450)
        let open = try await plaza.parse(plaza.tag().tag.content, nonce: "nonce-1234567890")
        #expect(open.amount == nil)
        #expect(try plaza.instruction(open.statement).amount == nil)
    }

    @Test("TAG-08 a tag and a telephone suffice: the merchant sees on the platform that it was paid")
    func noReader() async throws {
        let plaza = try await Plaza()
        let reading = try await plaza.parse(plaza.tag(amount: 450).tag.content)
        _ = try await plaza.platform.takeResult(plaza.result(of: reading.instruction, amount: 450))
        let seen = try await plaza.platform.instructions(of: plaza.merchant.id, limit: 10)
        #expect(seen.map(\.state) == [.paid])
        #expect(seen.first?.result?.amount == 450)
    }

    @Test("TAG-03 content on a tag with another identifier is refused, also when that one is ours")
    func copied() async throws {
        let plaza = try await Plaza()
        let made = try await plaza.tag()
        let other: [UInt8] = [0x04, 0xDE, 0x5F, 0x1E, 0xAC, 0xC0, 0x41]
        #expect(await failure { try await plaza.parse(made.tag.content, tagID: other) } == .tag(.copied))
        _ = try await plaza.platform.makeTag(plaza.order(tagID: other), plaza.asMerchant())
        #expect(await failure { try await plaza.parse(made.tag.content, tagID: other) } == .tag(.copied))
        #expect(await failure { try await plaza.parse(made.tag.content, tagID: [1, 2, 3, 4]) } == .tag(.copied))
    }

    @Test("TAG-02 a tag that nobody has made here is unknown")
    func unknown() async throws {
        let plaza = try await Plaza()
        let elsewhere = try await Plaza().tag()
        #expect(await failure { try await plaza.parse(elsewhere.tag.content) } == .tag(.unknown))
    }

    @Test("TAG-03 no byte of the content can be changed")
    func everyByte() async throws {
        let plaza = try await Plaza()
        let made = try await plaza.tag(amount: 450)
        for index in made.tag.content.indices {
            var content = made.tag.content
            content[index] ^= 0x01
            let error = await failure { try await plaza.parse(content) }
            guard case .tag = error else {
                Issue.record("byte \(index): \(error.map { "\($0)" } ?? "accepted")")
                continue
            }
        }
        #expect(try await plaza.platform.instructions(of: plaza.merchant.id, limit: 10).isEmpty)
    }

    @Test("an address that leads elsewhere, or goes on behind the tag's name, is refused")
    func addresses() async throws {
        let plaza = try await Plaza()
        let made = try await plaza.tag()
        let own = try NDEFMessage(bytes: made.tag.content).records[1]
        let name = made.tag.reference.rawValue
        func refusal(_ uri: String) async -> TagRefusal? {
            let content = NDEFMessage(URIRecord(uri).record, own).bytes
            guard case .tag(let refusal) = await failure({ try await plaza.parse(content) }) else { return nil }
            return refusal
        }
        for uri in [
            "http://plaza.example/t/\(name)", "https://plaza.example.evil/t/\(name)",
            "https://evil.example/t/\(name)", "https://plaza.example@evil.example/t/\(name)",
            "https://plaza.example:444/t/\(name)", "https://PLAZA.example/t/\(name)", "tel:+44207946",
            "https://plaza.exampl\u{0435}/t/\(name)",
        ] { #expect(await refusal(uri) == .foreignAddress, "\(uri)") }
        for uri in [
            "https://plaza.example/t/\(name)/", "https://plaza.example/t/\(name)#x", "https://plaza.example/\(name)",
            "https://plaza.example/t/\(name)?a=1", "https://plaza.example/t/../t/\(name)",
            "https://plaza.example/t/\(name.dropLast())", "https://plaza.example/t/\(name.uppercased())x",
        ] {
            guard case .malformed = await refusal(uri) else {
                Issue.record("\(uri)")
                continue
            }
        }
        // Another host of ours: the signature is over the address that was written.
        #expect(await refusal("https://old.plaza.example/t/\(name)") == .forged)
        #expect(await refusal("https://plaza.example/t/\(String(repeating: "0", count: 20))") == .forged)
        #expect(await refusal("https://plaza.example/t/\(name)") == nil)
    }

    @Test("content that is not the message of a tag of ours is malformed")
    func malformed() async throws {
        let plaza = try await Plaza()
        let made = try await plaza.tag()
        let records = try NDEFMessage(bytes: made.tag.content).records
        let other = ExternalRecord(try ExternalTypeName("example:paytag"), payload: [0x01]).record
        let contents: [[UInt8]] = [
            [0x00], [0xD0, 0x00, 0x00], Array(made.tag.content.dropLast()), made.tag.content + [0x00],
            NDEFMessage(records[0]).bytes, NDEFMessage(records[1]).bytes, NDEFMessage(records[1], records[0]).bytes,
            NDEFMessage(records[0], records[1], records[1]).bytes, NDEFMessage(records[0], other).bytes,
        ]
        for content in contents {
            guard case .tag(.malformed) = await failure({ try await plaza.parse(content) }) else {
                Issue.record("\(content.hex)")
                continue
            }
        }
    }

    @Test("a suspended merchant's tags lead to no payment until it works again")
    func suspended() async throws {
        let plaza = try await Plaza()
        let made = try await plaza.tag()
        _ = try await plaza.platform.setState(.suspended, of: plaza.merchant.id, Plaza.operator())
        #expect(await failure { try await plaza.parse(made.tag.content) } == .tag(.merchantSuspended))
        _ = try await plaza.platform.setState(.active, of: plaza.merchant.id, Plaza.operator())
        _ = try await plaza.parse(made.tag.content)
    }

    @Test("the same reading asked about again gets the same instruction; another nonce another one")
    func idempotent() async throws {
        let plaza = try await Plaza()
        let made = try await plaza.tag()
        let first = try await plaza.parse(made.tag.content)
        plaza.clock.advance(30)
        #expect(try await plaza.parse(made.tag.content) == first)
        let second = try await plaza.parse(made.tag.content, nonce: "nonce-1234567890")
        #expect(second.instruction != first.instruction)
        #expect(try await plaza.platform.instructions(of: plaza.merchant.id, limit: 10).count == 2)
    }

    @Test("a tag is read so often within minutes and no more")
    func bound() async throws {
        let plaza = try await Plaza()
        let made = try await plaza.tag()
        for number in 0..<MerchantPlatform.openReadingsOfTagMax {
            _ = try await plaza.parse(made.tag.content, nonce: "nonce-\(1_000_000_000 + number)")
        }
        let error = await failure { try await plaza.parse(made.tag.content, nonce: "nonce-9999999999") }
        #expect(error == .limit(reason: "the tag was read 1000 times within minutes"))
        plaza.clock.advance(600)
        _ = try await plaza.parse(made.tag.content, nonce: "nonce-9999999999")
    }
}
