import Assembly
import CardCryptography
import CardLink
import EMV
import Foundation
import GlobalPlatform
import ISO7816
import ISO8583Link
import Issuing
import SecureElement
import SeneschalClient
import Terminal

/// A bank's card pays at a shop: the payment server asks the bank by ISO 8583, once over a line that breaks.
struct DemoCardPayment {
    private let town: PaymentNeighbourhood
    private let application: AID = "A0000000041010"

    private static let balance: Int64 = 5_000

    init(_ town: PaymentNeighbourhood) { self.town = town }

    func pay(at shop: DemoShop) async throws {
        chapter(
            "A card of \(PaymentNeighbourhood.issuerName) is held to the shop's terminal; its issuer answers by ISO 8583"
        )
        let chip = try await town.issueCard(to: "BEN BRUNEL", balance: Self.balance)
        let card = try self.card(chip.personalization)
        let before = try require(try await town.balance(of: shop.account))
        let till = Till(
            terminal: ContactlessTerminal(TerminalProfile(merchant: "Quay Cafe")),
            acquirer: HTTPCardAcquirer(shop.payments))
        await town.payments.issuerLine?.untilUp()
        say("12.50 EUR           \(try await till.pay(1_250, with: card))")
        try await compare(chip, shop, before)
        await town.issuerEnd.breakAfterNextPurchase()
        say("8.00 EUR            the issuer books it, and the line breaks before its answer:")
        say("                    \(try await till.pay(800, with: card))")
        try await compare(chip, shop, before)
        try await town.issuerEnd.mend()
        for _ in 0..<200 where try await town.pending(to: shop.account) != 0 {
            try await Task.sleep(for: .milliseconds(100))
        }
        say("the line is back    the reversal goes out, and the issuer accepts it")
        let (paid, taken) = try await compare(chip, shop, before)
        guard try await town.pending(to: shop.account) == 0, paid == taken else {
            throw CommandFailure(.refused, "issuer and ledger do not agree")
        }
    }

    /// - Returns: what the shop has of cards, and what the card's account is short of.
    @discardableResult
    private func compare(_ chip: IssuedChip, _ shop: DemoShop, _ before: Int) async throws -> (Int64, Int64) {
        let left = try require(try await town.balance(ofCard: chip.reference))
        let paid = Int64(try require(try await town.balance(of: shop.account)) - before)
        let pending = try require(try await town.pending(to: shop.account))
        say(
            "                    cents taken at the issuer \(Self.balance - left), on the ledger \(paid) and \(pending) reserved"
        )
        return (paid, Self.balance - left)
    }

    private func card(_ personalization: PaymentPersonalization) throws -> InProcessCard<SecureElement> {
        var card = try DemoCard()
        try card.install([
            TestApplication(
                aid: application, package: BuiltInModule.paymentPackage, module: BuiltInModule.payment,
                runs: [personalization.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }])
        ])
        return card.inHand()
    }

    /// A terminal, and its way to the payment server.
    private struct Till {
        let terminal: ContactlessTerminal
        let acquirer: HTTPCardAcquirer

        func pay(_ cents: UInt64, with card: InProcessCard<SecureElement>) async throws -> String {
            let data = try await terminal.pay(
                TerminalData(amount: cents, currency: 978, country: 276), with: card.contactless,
                at: SystemClock().now())
            switch try await acquirer.authorize(data, transaction: UUID().uuidString, merchant: "") {
            case .approved(let code):
                return "approved (\(code)), card …\(data.number.lastFour), counter \(data.transactionCounter)"
            case .declined(let code):
                return "not approved (\(code)), card …\(data.number.lastFour), counter \(data.transactionCounter)"
            }
        }
    }
}
