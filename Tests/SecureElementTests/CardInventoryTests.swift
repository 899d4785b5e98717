import CardCryptography
import Foundation
import ISO7816
import SecureChannel
import SecureElement
import Testing

@Suite("A card's inventory")
struct CardInventoryTests {
    let card: SecureElement

    init() throws {
        let identity = CardIdentity(
            issuerIdentificationNumber: [0x53, 0x45], cardImageNumber: [0x01, 0x02],
            keyDiversificationData: Array(0..<10),
            implementation: SCP03Implementation(mode: .s16, isPseudoRandom: true, responseSecurity: .mac))
        card = try SecureElement.manufacture(identity: identity, keyVersion: 0x30) { _ in
            SCP03KeySet(repeating: try AESKey(Array(0x40...0x4F)))
        }
    }

    @Test("names identity, life cycle and secure channel")
    func head() {
        let inventory = card.inventory
        #expect(inventory.lifeCycle == "SECURED" && inventory.configuration == "embedded (Fig. 5)")
        #expect(inventory.cardImageNumber == "0102")
        #expect(inventory.keyDiversificationData == "00010203040506070809")
        #expect(inventory.secureChannelImplementation == "31")
        #expect(inventory.memory.used > 0 && inventory.memory.used < inventory.memory.capacity)
    }

    @Test("lists the issuer security domain first, with its key versions, and the applications below it")
    func applications() throws {
        let applications = card.inventory.applications
        let issuer = try #require(applications.first)
        #expect(issuer.aid == CardConfiguration.issuerSecurityDomain)
        #expect(issuer.isSecurityDomain && issuer.role == "central, and issuer")
        #expect(issuer.keys.map(\.version) == ["30"])
        #expect(issuer.keys[0].keys.map(\.identifier) == ["01", "02", "03"])
        #expect(issuer.keys[0].keys.allSatisfy { $0.type == "88" && $0.length == 16 })
        let others = applications.dropFirst()
        #expect(!others.isEmpty && others.allSatisfy { $0.role == nil })
        #expect(
            others.allSatisfy { $0.securityDomain == issuer.aid && $0.lifeCycle == "SELECTABLE" && $0.keys.isEmpty })
    }

    @Test("never holds key bytes")
    func noKeys() throws {
        let json = String(decoding: try JSONEncoder().encode(card.inventory), as: UTF8.self)
        #expect(!json.contains("40414243"))
        #expect(card.persistentState.hex.contains("40414243"), "the state has them: the search is able to find them")
    }
}
