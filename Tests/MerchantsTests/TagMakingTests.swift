import CardCryptography
import ISO7816
import Merchants
import NFCForum
import Testing

@Suite("Tags are made")
struct TagMakingTests {
    @Test("TAG-07 for a registered merchant: the content is an address and a record that binds it, as NDEF has them")
    func content() async throws {
        let plaza = try await Plaza()
        let made = try await plaza.tag(amount: 450)
        let message = try NDEFMessage(bytes: made.tag.content)
        #expect(message.records.count == 2)
        #expect(message.uri == "https://plaza.example/t/\(made.tag.reference)")
        let payload = try #require(message.externalPayload(ExternalTypeName("seneschal:paytag")))
        #expect(payload.count == 96)
        #expect(payload.prefix(6).hex == "010000000001")
        #expect(made.tag.content.count < 254)
        #expect(made.mirror == nil)
        #expect(try await plaza.platform.tag(made.tag.reference) == made.tag)
        let read = try await plaza.parse(made.tag.content)
        #expect(read.merchantName == "Quay Books")
    }

    @Test("TAG-07 the binding is a signature over content and identifier, which anybody can verify")
    func signature() async throws {
        let plaza = try await Plaza()
        let made = try await plaza.tag()
        let message = try NDEFMessage(bytes: made.tag.content)
        let payload = try #require(message.externalPayload(ExternalTypeName("seneschal:paytag")))
        let signed =
            Array("seneschal:paytag".utf8) + [0x00] + payload.prefix(32) + [0x07] + Plaza.tagID
            + Array("https://plaza.example/t/\(made.tag.reference)".utf8)
        let key = try ECPublicKey(pem: plaza.platform.tagContentKey())
        #expect(key.isValid(Array(payload.suffix(64)), over: signed))
        #expect(!key.isValid(Array(payload.suffix(64)), over: signed + [0x00]))
    }

    @Test("TAG-07 not for a merchant that is unknown, suspended or somebody else")
    func merchants() async throws {
        let plaza = try await Plaza()
        let other = try await plaza.otherMerchant()
        let order = try plaza.order()
        let asOther = PlatformRequester(.merchant(other.merchant.id), idempotencyKey: "k")
        #expect(
            await failure { try await plaza.platform.makeTag(order, asOther) }
                == .notFound(field: "operator", reason: "only the operator asks this"))
        let stranger = try PayTagOrder(
            tagID: Plaza.tagID, merchant: #require(MerchantID(rawValue: "mrc_" + String(repeating: "0", count: 32))),
            place: PayTag.Place(label: "Door"))
        #expect(
            await failure { try await plaza.platform.makeTag(stranger, Plaza.operator()) }
                == .notFound(field: "merchant", reason: "no merchant of this name is registered"))
        _ = try await plaza.platform.setState(.suspended, of: plaza.merchant.id, Plaza.operator())
        #expect(
            await failure { try await plaza.tag() } == .wrongState(reason: "the merchant is suspended"))
        #expect(try await plaza.platform.tags(of: plaza.merchant.id, after: nil, limit: 10).isEmpty)
    }

    @Test("TAG-07 one tag is one merchant's")
    func oneMerchant() async throws {
        let plaza = try await Plaza()
        _ = try await plaza.tag()
        let other = try await plaza.otherMerchant()
        let order = try PayTagOrder(
            tagID: Plaza.tagID, merchant: other.merchant.id, place: PayTag.Place(label: "Door"))
        #expect(
            await failure { try await plaza.platform.makeTag(order, Plaza.operator()) }
                == .duplicate(reason: "a tag with this identifier is bound to another merchant"))
    }

    @Test("TAG-09 made anew, a tag has new content; what it held before is refused")
    func anew() async throws {
        let plaza = try await Plaza()
        let first = try await plaza.tag(amount: 450)
        let second = try await plaza.tag(amount: 500)
        #expect(second.tag.reference == first.tag.reference)
        #expect(second.tag.version == 2)
        #expect(await failure { try await plaza.parse(first.tag.content) } == .tag(.outdated))
        #expect(try await plaza.parse(second.tag.content).amount == 500)
    }

    @Test("TAG-09 disabled, a tag is refused until it is enabled; revoked, for good")
    func states() async throws {
        let plaza = try await Plaza()
        let made = try await plaza.tag()
        _ = try await plaza.platform.setState(.disabled, of: made.tag.reference, plaza.asMerchant())
        #expect(await failure { try await plaza.parse(made.tag.content) } == .tag(.disabled))
        _ = try await plaza.platform.setState(.active, of: made.tag.reference, plaza.asMerchant())
        _ = try await plaza.parse(made.tag.content)
        _ = try await plaza.platform.setState(.revoked, of: made.tag.reference, plaza.asMerchant())
        let again = await failure { try await plaza.parse(made.tag.content, nonce: "nonce-9876543210") }
        #expect(again == .tag(.revoked))
        let revoked = MerchantsError.wrongState(reason: "the tag is revoked")
        #expect(
            await failure {
                try await plaza.platform.setState(.active, of: made.tag.reference, plaza.asMerchant())
            } == revoked)
        #expect(await failure { try await plaza.tag() } == revoked)
    }

    @Test("the same request with the same key makes one tag, whose content is told again; another request is refused")
    func once() async throws {
        let plaza = try await Plaza()
        let order = try plaza.order(amount: 450)
        let first = try await plaza.platform.makeTag(order, plaza.asMerchant("one"))
        #expect(try await plaza.platform.makeTag(order, plaza.asMerchant("one")) == first)
        let other = try plaza.order(amount: 451)
        #expect(
            await failure { try await plaza.platform.makeTag(other, plaza.asMerchant("one")) } == .idempotencyConflict)
        #expect(
            await failure {
                try await plaza.platform.makeTag(
                    order, PlatformRequester(.merchant(plaza.merchant.id), idempotencyKey: nil))
            } == .idempotencyKeyMissing)
    }

    @Test("an identifier, an amount or a label that cannot be is named", arguments: [0, 3, 5, 6, 8, 9, 11])
    func bounds(length: Int) async throws {
        let plaza = try await Plaza()
        let bytes = [UInt8](repeating: 1, count: length)
        #expect(throws: MerchantsError.invalid(field: "tagID", reason: "4, 7 or 10 bytes")) {
            try plaza.order(tagID: bytes)
        }
        #expect(throws: MerchantsError.self) { try plaza.order(amount: 0) }
        #expect(throws: MerchantsError.self) { try plaza.order(amount: -1) }
        #expect(throws: MerchantsError.self) { try plaza.order(amount: PayTag.amountMax + 1) }
        #expect(throws: MerchantsError.self) { try plaza.order(label: "") }
        #expect(throws: MerchantsError.self) { try plaza.order(label: "Table\n4") }
        #expect(throws: MerchantsError.self) { try plaza.order(tagID: [1, 2, 3, 4], kind: .secureDynamic) }
        _ = try plaza.order(amount: PayTag.amountMax)
    }
}
