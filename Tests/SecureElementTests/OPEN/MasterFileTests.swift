import GlobalPlatform
import ISO7816
import Testing

@testable import SecureElement

@Suite("The root of a UICC's file system")
struct MasterFileTests {
    /// What pySim makes a file system of.
    private static let parameters = "621B8202782183023F008A01058B032F0601C60990010083010183010A"

    private func select(_ card: inout TestCard, _ hex: String) throws -> ResponseAPDU {
        card.transmit(try CommandAPDU(hex: hex))
    }

    @Test("SELECT 3F00 by identifier or path answers its FCP, and leaves application and session as they are")
    func root() throws {
        for configuration in [CardConfiguration.uicc, .uiccWithThirdParty] {
            var card = try TestCard(configuration)
            let central = CardConfiguration.managingCentralSecurityDomain
            var session = try OpenSession(central, &card, keys: TestCard.keys(of: central))
            for hex in ["00A40004023F0000", "00A40104023F0000", "00A40804023F0000", "00A4000400"] {
                let answer = try select(&card, hex)
                #expect(answer.statusWord == .success && answer.data.hex == Self.parameters, "\(hex)")
            }
            #expect(try select(&card, "00A4000C023F00") == ResponseAPDU(.success))
            #expect(try session.send(GetStatusCommand(.applications).command, &card).statusWord.isRefusal == false)
        }
    }

    @Test("files that are not there are 6A82, other ways to select 6A86, GSM's class 6E00")
    func refusals() throws {
        var card = try TestCard(.uicc)
        for file in ["2FE2", "2F00", "7F10", "7FFF", "3F01"] {
            try card.expectRefusal("00A4000402\(file)00", .fileNotFound)
        }
        try card.expectRefusal("00A40804042F006F0700", .fileNotFound)
        for hex in ["00A40000023F0000", "00A40304023F0000", "00A40006023F0000", "00A40904023F0000"] {
            try card.expectRefusal(hex, .incorrectParameters)
        }
        try card.expectRefusal("A0A40000023F00", .classNotSupported)
        try card.expectSuccess(card.manage([SetStatusCommand.card(.cardLocked).command]))
        try card.expectRefusal("00A40004023F0000", .fileNotFound)
    }

    @Test("an embedded secure element has one when it was made with it, and after a restart")
    func chosen() throws {
        var card = try TestCard(CardConfiguration(.embedded, .init(hasFileSystem: true)))
        card.element = try SecureElement(persistentState: card.element.persistentState)
        #expect(try select(&card, "00A40004023F0000").data.hex == Self.parameters)
    }

    @Test("an embedded secure element has none: 6A86")
    func embedded() throws {
        for configuration in [CardConfiguration.embedded, .embeddedWithThirdParty] {
            var card = try TestCard(configuration)
            try card.expectRefusal("00A40004023F0000", .incorrectParameters)
        }
    }
}
