import Assembly
import CardCryptography
import CardLink
import Foundation
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
    /// - Parameter original: what the copy has all of, but for the key.
    func pay(with telephone: some CardChannel, copied original: SmartCardPersonalization, at shop: DemoShop)
        async throws
    {
        chapter("The smart card is verified in two stages; a copy of it has the data and not the key (SCV)")
        let copy = try card(
            SmartCardPersonalization(
                identification: original.identification,
                key: try SmartCardKey(.random(count: SmartCardKey.length)), dataFile: original.dataFile))
        let terminal = SmartCardTerminal(
            name: shop.till.name, paymentServer: PaymentNeighbourhood.paymentName,
            application: SmartCardCommand.application,
            key: shop.till, server: HTTPSmartCardServer(shop.payments))
        let price = Money(minorUnits: 590, currency: try require(Currency(PaymentNeighbourhood.currency)))
        let cards: [(String, any CardChannel)] = [
            ("the telephone       ", telephone), ("the copy            ", copy.contactless),
        ]
        for (name, card) in cards {
            let prepared = try await terminal.prepare(
                UUID().uuidString, price, with: card, at: SystemClock().now())
            say("\(name)\(price): \(try await terminal.submit(prepared).inWords)")
        }
    }

    private func card(_ personalization: SmartCardPersonalization) throws -> InProcessCard<SecureElement> {
        var card = try DemoCard()
        try card.install([
            TestApplication(
                aid: SmartCardCommand.application, package: BuiltInModule.smartCardPackage,
                module: BuiltInModule.smartCard, runs: [personalization.dataGroupings])
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
