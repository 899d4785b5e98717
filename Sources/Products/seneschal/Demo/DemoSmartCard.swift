import Assembly
import CardCryptography
import CardLink
import Foundation
import GlobalPlatform
import ISO4217
import ISO7816
import JOSE
import SecureElement
import SeneschalAPI
import SeneschalClient
import SmartCardVerification
import Terminal

/// SCV: a card proves its key over the transaction, then its data has to be the account's.
struct DemoSmartCard {
    private let town: PaymentNeighbourhood
    private let application = SmartCardFile.application

    init(_ town: PaymentNeighbourhood) { self.town = town }

    func pay(from ada: DemoPerson, at shop: DemoShop) async throws {
        chapter("A smart card is verified in two stages; a copy of it has the data and not the key (SCV)")
        let enrolled = try await town.paymentOperator.send(
            Endpoints.enrolSmartCard,
            .init(account: ada.account, data: HexBytes(Array("Ada, member since 1815".utf8))))
        let receiver = TransportKeyPair.generate(bitCount: 2_048)
        let made = try await town.paymentOperator.send(
            Endpoints.personalizeSmartCard, .init(transportKey: receiver.publicKey.pem),
            ["card": enrolled.identification])
        let identification = try SmartCardIdentification(text: made.identification)
        let dataFile = try EncryptedCardData(bytes: made.encryptedData.bytes)
        let card = try self.card(
            SmartCardPersonalization(
                identification: identification, key: try SmartCardKey(try receiver.decrypt(made.wrappedKey.bytes)),
                dataFile: dataFile))
        let copy = try self.card(
            SmartCardPersonalization(
                identification: identification, key: try SmartCardKey(.random(count: SmartCardKey.length)),
                dataFile: dataFile))
        let terminal = SmartCardTerminal(
            name: shop.till.name, paymentServer: PaymentNeighbourhood.paymentName, application: application,
            key: shop.till, server: HTTPSmartCardServer(shop.payments))
        let price = Money(minorUnits: 590, currency: try require(Currency(PaymentNeighbourhood.currency)))
        for (name, card) in [("the card            ", card), ("the copy            ", copy)] {
            let prepared = try await terminal.prepare(
                UUID().uuidString, price, with: card.contactless, at: SystemClock().now())
            say("\(name)\(price): \(try await terminal.submit(prepared).inWords)")
        }
    }

    private func card(_ personalization: SmartCardPersonalization) throws -> InProcessCard<SecureElement> {
        var card = try DemoCard()
        try card.install([
            TestApplication(
                aid: application, package: BuiltInModule.smartCardPackage, module: BuiltInModule.smartCard,
                runs: [personalization.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }])
        ])
        return card.inHand()
    }
}

extension CardTransactionAnswer {
    fileprivate var inWords: String {
        switch self {
        case .approved(let transfer): "approved, transfer \(transfer.prefix(8))…"
        case .declined: "declined"
        case .refused: "refused, and why is not said"
        }
    }
}
