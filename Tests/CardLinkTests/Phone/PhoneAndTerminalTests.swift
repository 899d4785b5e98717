import CardCryptography
import CardLink
import CardTesting
import EMV
import ISO7816
import MobileDevice
import SecureElement
import Synchronization
import Terminal
import Testing

/// A phone with a secure element, and a merchant's terminal: over the air and by code.
@Suite struct PhoneAndTerminalTests {
    private static let now: Int64 = 1_795_780_800
    private static let purchase = TerminalData(amount: 1_250, currency: 978, country: 276)
    private static let profile = TerminalProfile(merchant: "Corner Shop")

    private let terminal = ContactlessTerminal(Self.profile, random: SeededRandomSource(seed: 3))

    @Test("a terminal in the air is paid with the nfc token, and a code in the same session with the qr token (PFA-08)")
    func nfcAndCodeInOneSession() async throws {
        let record = try UniversalElement.record(1)
        let card = InProcessCard(try UniversalElement.make(debit: [record]))
        let air = try UDPAir(card.contactless, controller: NFCController(random: SeededRandomSource(seed: 4)))
            .listen(port: 0)
        let reader = try AirReader(port: air.port)
        let element = WalletSecureElement(card)
        let device = try #require(try await element.cards().first)

        // Between the terminal's commands the phone shows a code: neither disturbs the other.
        var conversation = try PaymentConversation(
            Self.purchase, Self.profile, at: Self.now, random: SeededRandomSource(seed: 3))
        var step = conversation.begin()
        var codes: [String] = []
        while case .transmit(let command) = step {
            let shown = try await element.generateCryptogram(
                try #require(purchase(.qr)), with: device.reference, type: device.type, isConfirmed: true)
            codes.append(try shown.code(label: device.label))
            step = conversation.received(try await reader.transmit(command))
        }
        guard case .finished(let tapped) = step else { return #expect(Bool(false), "\(step)") }
        let scanned = try ScannedCode(try #require(codes.last)).authorizationData(for: Self.purchase, Self.profile)

        let (nfc, qr) = (try #require(record.token(for: .nfc)), try #require(record.token(for: .qr)))
        #expect(tapped.entry == .contactless && tapped.number == nfc.number)
        #expect(scanned.entry == .code && scanned.number == qr.number)
        #expect(try UniversalElement.isValid(tapped.cryptogram, over: tapped.objects, nfc, .debit))
        #expect(try UniversalElement.isValid(scanned.cryptogram, over: scanned.objects, qr, .debit))
        #expect(tapped.transactionCounter != scanned.transactionCounter)
        air.stop()
        await air.stopped()
    }

    @Test("each function's token is good for nothing else: the other's cryptogram is not its own (PFA-03)")
    func tokensApart() async throws {
        let record = try UniversalElement.record(1)
        let element = WalletSecureElement(InProcessCard(try UniversalElement.make(debit: [record])))
        for function in [CardFunction.qr, .online] {
            let made = try await element.generateCryptogram(
                try #require(purchase(function, amount: 1_250)), with: record.reference, type: 1, isConfirmed: false)
            let data = try ScannedCode(try made.code(label: "Card 1")).authorizationData(
                for: Self.purchase, Self.profile, entry: function == .qr ? .code : .remote)
            for other in record.tokens {
                #expect(
                    try UniversalElement.isValid(data.cryptogram, over: data.objects, other, .debit)
                        == (other.function.rawValue == function.code))
            }
        }
    }

    @Test("the device sees its cards without their tokens, and a terminal reaches the chosen one")
    func cards() async throws {
        let records = try [1, 2].map { try UniversalElement.record($0) }
        let credit = try UniversalElement.record(3, [.qr])
        let card = InProcessCard(try UniversalElement.make(debit: records, credit: [credit]))
        let element = WalletSecureElement(card)
        #expect(try await element.name() == UniversalElement.cardImageNumber.hex)
        let cards = try await element.cards()
        #expect(cards.map(\.type) == [1, 1, 2])
        #expect(
            cards.map(\.label) == ["Card 1", "Card 2", "Card 3"] && cards.map(\.lastFour) == ["4241", "4242", "4243"])
        #expect(cards.map(\.functions) == [Set(CardFunction.allCases), Set(CardFunction.allCases), [.qr]])
        #expect(cards.map(\.fingerprint) == (records + [credit]).map(\.fingerprint))
        #expect(cards.map(\.isChosen) == [true, false, true])

        try await element.choose(cards[1].reference, type: 1)
        let paid = try await terminal.pay(Self.purchase, with: card.contactless, at: Self.now)
        #expect(paid.number == records[1].token(for: .nfc)?.number)
        #expect(paid.application == UniversalElement.debit)
        try await element.choose(nil, type: 1)
        await #expect(throws: TerminalError.noApplication) {
            try await terminal.pay(Self.purchase, with: card.contactless, at: Self.now)
        }
    }

    @Test("the owner's confirmation goes with the next payment only")
    func confirmation() async throws {
        let record = try UniversalElement.record(1)
        let card = InProcessCard(try UniversalElement.make(debit: [record]))
        try await WalletSecureElement(card).confirmConsumer(type: 1)
        let confirmed = try await terminal.pay(Self.purchase, with: card.contactless, at: Self.now)
        let plain = try await terminal.pay(Self.purchase, with: card.contactless, at: Self.now)
        #expect(confirmed.objects[.issuerApplicationData] != plain.objects[.issuerApplicationData])
    }

    @Test("a code holds the time it was made, under its cryptogram; another amount or currency is refused")
    func codes() async throws {
        let record = try UniversalElement.record(1)
        let element = WalletSecureElement(InProcessCard(try UniversalElement.make(debit: [record])))
        func scanned(_ amount: UInt64) async throws -> ScannedCode {
            let made = try await element.generateCryptogram(
                try #require(purchase(.qr, amount: amount)), with: record.reference, type: 1, isConfirmed: true)
            return try ScannedCode(try made.code(label: "Card 1"))
        }
        let open = try await scanned(0).authorizationData(for: Self.purchase, Self.profile)
        #expect(open.objects[.transactionTime]?.hex == "120000" && open.objects[.transactionDate]?.hex == "261127")
        #expect(open.objects[.unpredictableNumber]?.prefix(3).hex == "120000")
        #expect(open.transaction == Self.purchase)
        _ = try await scanned(1_250).authorizationData(for: Self.purchase, Self.profile)
        let other = try await scanned(1_251)
        #expect(throws: TerminalError.code("it is for another amount")) {
            try other.authorizationData(for: Self.purchase, Self.profile)
        }
        let dollars = TerminalData(amount: 1_251, currency: 840, country: 276)
        #expect(throws: TerminalError.code("it is for another currency")) {
            try other.authorizationData(for: dollars, Self.profile)
        }
        #expect(throws: TerminalError.noApplication) {
            try other.authorizationData(for: Self.purchase, TerminalProfile(merchant: "", applications: ["F000000001"]))
        }
        let remote = try await scanned(0)
        #expect(throws: TerminalError.code("it is for another amount"), "only a code leaves the amount open") {
            try remote.authorizationData(for: Self.purchase, Self.profile, entry: .remote)
        }
        #expect(throws: TerminalError.code("the code is not base64")) { try ScannedCode("no code") }
    }

    @Test("whichever frame between phone and terminal is lost, the payment is counted once")
    func lostFrames() async throws {
        let record = try UniversalElement.record(1)
        for lost in 0..<12 {
            let card = InProcessCard(try UniversalElement.make(debit: [record]))
            let air = try UDPAir(card.contactless, controller: NFCController(random: SeededRandomSource(seed: 4)))
                .listen(port: 0)
            let frames = FrameCounter(losing: lost)
            let reader = try AirReader(port: air.port, link: AirLink { _, frame in frames.arrives(frame) })
            let paid = try await terminal.pay(Self.purchase, with: reader, at: Self.now)
            #expect(paid.transactionCounter == 1, "frame \(lost)")
            air.stop()
            await air.stopped()
        }
    }

    @Test("the card of another is read by holding it to the phone: number and expiry, and nothing is paid")
    func cardInField() async throws {
        let record = try UniversalElement.record(1)
        let card = InProcessCard(try UniversalElement.make(debit: [record]))
        let read = try await CardInField(card.contactless).read()
        #expect(read.number == record.token(for: .nfc)?.number)
        #expect(read.expiry == CardExpiry(year: 30, month: 12))
    }

    private func purchase(_ function: CardFunction, amount: UInt64 = 0) -> RemotePurchase? {
        RemotePurchase(
            function, amount: amount, currency: 978, country: 276, at: Self.now, random: SeededRandomSource(seed: 5))
    }
}

/// Loses one block, after the activation.
private final class FrameCounter: Sendable {
    private let state: Mutex<(count: Int, lost: Int)>

    init(losing lost: Int) { state = Mutex((0, lost)) }

    func arrives(_ frame: [UInt8]) -> Bool {
        // Activation has no retransmission: the field comes on again.
        guard frame.first.map({ $0 & 0xE2 == 0x02 || $0 & 0xE6 == 0xA2 }) ?? false else { return true }
        return state.withLock { state in
            defer { state.count += 1 }
            return state.count != state.lost
        }
    }
}
