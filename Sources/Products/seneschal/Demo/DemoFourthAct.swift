import Assembly
import CardCryptography
import CardLink
import Foundation
import HTTPServer
import ISO4217
import ISO7816
import Instructions
import Logging
import MobileDevice
import NFCForum
import SeneschalAPI
import SeneschalClient
import Terminal
import TrustedReading

/// A day of payments: a tag, an object, a bill, a gate, a smart card, a bank's card, a coupon, and a card that a trusted
/// application reads.
struct DemoFourthAct {
    let stage: DemoStage
    let folder: URL
    let showsAPDUs: Bool

    func tell() async throws {
        let logger = Logger(label: "seneschal") { JSONLinesLogHandler(label: $0, logLevel: .critical) }
        let town = try await PaymentNeighbourhood(in: folder.appending(path: "town").path, logger: logger)
        chapter(
            "A payment server at \(town.paymentServer.address) and a merchant platform at \(town.merchantServer.address)"
        )
        do {
            let telephone = try await DemoHandset(stage, folder, showsAPDUs: showsAPDUs)
            do {
                try await spendTheDay(in: town, with: telephone)
            } catch {
                await telephone.close()
                throw error
            }
            await telephone.close()
        } catch {
            await town.close()
            throw error
        }
        await town.close()
    }

    private func spendTheDay(in town: PaymentNeighbourhood, with telephone: DemoHandset) async throws {
        let ada = try await DemoPerson("Ada", in: town)
        let ben = try await DemoPerson("Ben", in: town)
        try await town.fund(ada.account, 10_000)
        try await town.fund(ben.account, 100)
        try await town.fund(town.rewardAccount, 2_000)
        let cafe = try await DemoShop("Quay Café", till: "cafe-till", in: town)
        let bakery = try await DemoShop("Corner Bakery", till: "bakery-till", in: town)
        try await tapATag(ada, cafe)
        try await orderAnObject(ada, bakery)
        try await collectOnABill(ada, [cafe, bakery], telephone)
        telephone.introduce()
        try await telephone.bringPurse(of: ada, in: town, loadedWith: DemoGate.loaded)
        let smartCard = try await town.enrolSmartCard(of: ada.account, carrying: Array("Ada, member since 1815".utf8))
        try await telephone.bringSmartCard(smartCard)
        let readingKeys = ReadingKeys.random()
        let reading = try await telephone.bringTrustedReading(readingKeys)
        let other = try await ben.plasticPurse(in: town, loadedWith: 50)
        try await DemoGate(town: town, other: other.contactless).pass(telephone.contactless)
        try await DemoSmartCard().pay(with: telephone.contactless, copied: smartCard, at: bakery)
        try await DemoCardPayment(town).pay(at: cafe)
        try await DemoCoupon(town).share(from: ada, to: ben, of: cafe)
        try await DemoTrustedReading(telephone.product.card, reading, readingKeys)
            .read(try await ada.plasticPurse(in: town, loadedWith: 1_234))
        try await closeTheBooks(town)
    }

    // MARK: - A tag

    /// TAG: made by the platform, written as NDEF, read by a telephone; no merchant's reader takes part.
    private func tapATag(_ ada: DemoPerson, _ cafe: DemoShop) async throws {
        chapter("Ada holds her telephone to a tag on a table (TAG)")
        let identifier = try require(TagIdentifier([0x04] + SystemRandomSource().bytes(6)))
        let made = try await cafe.platform.send(
            Endpoints.makeTag, .init(tagId: HexBytes(identifier.bytes), label: "Table 4", amount: 450))
        let tag = InProcessCard(try Type4Tag(identifier: identifier))
        let content = try NDEFMessage(bytes: made.tag.content.bytes)
        try await Type4TagReader(tag).write(content)
        say("written             \(content.bytes.count) bytes for tag \(identifier)")
        let air = try UDPAir(
            tag, controller: NFCController(identifier: try require(NFCIdentifier(identifier.bytes)))
        ).listen(port: 0)
        let reading = try require(try await AirReader(port: air.port).readTag())
        let order = try await ada.telephone.order(of: reading, amount: nil)
        let paid = try await ada.telephone.pay(order)
        say("paid                \(paid.amount) to \(paid.merchantName), \(paid.description): \(paid.state.rawValue)")
        air.stop()
        await air.stopped()
        let copy = TagReading(identifier: [0x04] + SystemRandomSource().bytes(6), content: reading.content)
        do {
            _ = try await ada.telephone.order(of: copy, amount: nil)
        } catch {
            say("the content copied  \(error)")
        }
    }

    // MARK: - An object

    /// XFER: the provider has no client and no server; platform and transfer server see half each.
    private func orderAnObject(_ ada: DemoPerson, _ bakery: DemoShop) async throws {
        chapter("She orders bread that the bakery has published, with no server of its own (XFER)")
        let now = SystemClock().now()
        let object = try await bakery.platform.send(
            Endpoints.publishObject,
            .init(
                title: "Rye bread", price: 320, stock: 5, start: Timestamp(secondsSince1970: now - 60),
                end: Timestamp(secondsSince1970: now + 86_400)))
        let order = try await ada.telephone.order(ofObject: object.object, quantity: 2)
        let paid = try await ada.telephone.pay(order)
        say("paid                \(paid.amount) to \(paid.merchantName): \(paid.state.rawValue)")
        let again = try await ada.telephone.pay(order)
        say("asked for again     \(again.state.rawValue), once; \(try await ada.balance()) cents are left")
    }

    // MARK: - A bill

    /// VBILL: several sellers' terminals put items on one bill, which is confirmed once.
    private func collectOnABill(
        _ ada: DemoPerson, _ shops: [DemoShop], _ telephone: DemoHandset
    ) async throws {
        chapter("Three purchases at two sellers go on one bill, with one confirmation (VBILL)")
        let emulation = HostCardEmulation(telephone.contactless)
        let collector = BillCollector(HTTPBillService(ada.payments), emulation: emulation, key: ada.key)
        _ = try await collector.open(periodSeconds: 3_600, limit: nil, requestKey: UUID().uuidString)
        let euro = try require(Currency(PaymentNeighbourhood.currency))
        let terminals = shops.map { $0.billTerminal() }
        for (terminal, name, cents) in [
            (terminals[0], "Espresso", Int64(240)), (terminals[1], "Plum cake", 380), (terminals[0], "Lemonade", 310),
        ] {
            let item = try await terminal.sign(
                Sale(name, Money(minorUnits: cents, currency: euro)), for: emulation, at: SystemClock().now())
            try await terminal.hand(item, to: emulation)
            say("at a terminal       \(name), \(Money(minorUnits: cents, currency: euro)), over close proximity")
        }
        let delivered = try await collector.deliver()
        let shown = try await collector.close(requestKey: UUID().uuidString)
        say("to be confirmed     \(delivered.count) items, \(shown.list.money)")
        let settlement = try await collector.confirm(
            shown, userVerified: true, pin: nil, at: SystemClock().now())
        guard case .settled(let shares) = settlement else {
            throw CommandFailure(.refused, "the bill was not settled: \(settlement)")
        }
        say(
            "one linked batch    "
                + shares.map { "\(Money(minorUnits: $0.amount, currency: euro)) to \($0.seller.suffix(4))" }
                .joined(separator: ", "))
    }

    // MARK: - The evening

    private func closeTheBooks(_ town: PaymentNeighbourhood) async throws {
        chapter("In the evening both sides of the ledger are equal")
        let trial = try await town.paymentOperator.send(Endpoints.getTrialBalance, NoBody())
        for total in trial.currencies {
            say("\(total.currency)                 debits \(total.debits), credits \(total.credits)")
            guard total.debits == total.credits else {
                throw CommandFailure(.refused, "the ledger does not balance")
            }
        }
    }
}
