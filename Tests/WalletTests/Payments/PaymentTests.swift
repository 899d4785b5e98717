import CardTesting
import EMV
import ISO7816
import JOSE
import Testing

@testable import Wallet

@Suite("Payments with tokens")
struct PaymentTests {
    /// A card on a phone, ready to pay.
    private struct Scene {
        let bench: WalletBench
        let desk: PaymentDesk
        let account: Account
        let device: Device
        let card: Card
        let credential: Credential
        let tokens: [PaymentFunction: Token]
        let element: BenchCard

        init(mode: Credential.Mode = .universalData, type: UniversalCardType = .first) async throws {
            bench = try WalletBench()
            desk = bench.payments()
            (account, device) = try await bench.user()
            card = try await bench.card(of: account.id, type: type)
            (credential, tokens) = try await bench.credential(of: card, on: device, mode: mode)
            element = try await BenchCard(credential, bench)
        }

        func token(_ function: PaymentFunction = .nfc) throws -> Token { try present(tokens[function]) }

        /// What the audit trail says of the last payment.
        func lastReason() async throws -> String? {
            try await bench.store.auditEntries(of: nil, limit: 1).first?.detail
        }

        func expectRefusal(
            _ request: PaymentRequest, _ reason: PaymentRefusal, _ location: SourceLocation = #_sourceLocation
        ) async throws {
            let asked = bench.issuer.asked.count
            let answer = try await desk.authorize(request)
            #expect(answer == .declined(actionCode: "05"), sourceLocation: location)
            #expect(
                try await lastReason() == "\(request.transaction): \(reason.rawValue)", sourceLocation: location)
            #expect(bench.issuer.asked.count == asked, "the issuer hears nothing of it", sourceLocation: location)
        }
    }

    @Test(
        "a payment with the right token, domain, counter and cryptogram reaches the issuer",
        arguments: [
            Credential.Mode.universalData, .universalIdentifier, .dedicated,
        ])
    func approval(_ mode: Credential.Mode) async throws {
        let scene = try await Scene(mode: mode)
        for (index, function) in PaymentFunction.allCases.enumerated() {
            let token = try scene.token(function)
            let request = try scene.element.payment(
                token, counter: UInt16(index + 1), transaction: "t-\(function.rawValue)")
            #expect(try await scene.desk.authorize(request) == .approved(code: "A1000\(index + 1)"))
            let asked = try present(scene.bench.issuer.asked.last).request
            #expect(asked.issuerCardReference == scene.card.issuerCardReference)
            #expect(asked.secureElement == scene.device.secureElement)
            #expect(asked.function == function)
            #expect(asked.token == token.reference)
            #expect(asked.transactionCounter == index + 1)
            #expect(asked.amount == 1_999 && asked.currency == 978 && asked.merchant == "Corner Shop")
            #expect(try await scene.bench.store.token(token.reference)?.lastCounter == index + 1)
        }
    }

    @Test("the issuer gets a statement of the token service over all that it is asked")
    func assertion() async throws {
        let scene = try await Scene()
        _ = try await scene.desk.authorize(try scene.element.payment(try scene.token()))
        let asked = try present(scene.bench.issuer.asked.last).request
        let key = try await scene.bench.vault.signingKey()
        let payload = try JSONWebSignature.verify(asked.assertion, type: AuthorizationAssertion.type) {
            $0 == key.name ? key.publicKey : nil
        }
        let text = String(decoding: payload, as: UTF8.self)
        for part in [
            #""iss":"test-wallet""#, #""aud":"harbour-bank""#, #""transaction":"quay-acquiring/t-1""#,
            #""amount":1999"#, #""transactionCounter":1"#, #""function":"nfc""#, #""exp":\#(BenchClock.start + 120)"#,
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(!text.contains("4761739001010010") && !asked.assertion.contains("4761739001010010"))
    }

    @Test("a token of another function is refused (PFA-03)")
    func otherFunction() async throws {
        let scene = try await Scene()
        for (asserted, own) in [(PaymentFunction.qr, .nfc), (.nfc, .online), (.online, .qr)]
            as [(PaymentFunction, PaymentFunction)]
        {
            var request = try scene.element.payment(try scene.token(own), transaction: "t-\(own.rawValue)")
            request.function = asserted
            try await scene.expectRefusal(request, .wrongFunction)
        }
    }

    @Test("a counter that is not above the last one is refused, a gap is not (UCI-05)")
    func counters() async throws {
        let scene = try await Scene()
        func pay(_ counter: UInt16, _ transaction: String) throws -> PaymentRequest {
            try scene.element.payment(try scene.token(), counter: counter, transaction: transaction)
        }
        #expect(try await scene.desk.authorize(pay(5, "a")) == .approved(code: "A10001"))
        try await scene.expectRefusal(pay(5, "b"), .counterNotAbove)
        try await scene.expectRefusal(pay(4, "c"), .counterNotAbove)
        #expect(try await scene.desk.authorize(pay(6, "d")) == .approved(code: "A10002"))
        #expect(try await scene.desk.authorize(pay(65_535, "e")) == .approved(code: "A10003"))
        try await scene.expectRefusal(pay(0, "f"), .counterNotAbove)
    }

    @Test(
        "a cryptogram of another secure element, another type or without the share is refused (UCI-04, UCI-05, UPD-03)")
    func otherKeys() async throws {
        let scene = try await Scene()
        let bench = scene.bench
        let elsewhere = try present(SecureElementName("45434E0000000002"))
        let own = scene.element
        let share = try present(own.share)
        let wrong = [
            BenchCard(
                instanceKey: try await bench.vault.instanceKey(on: elsewhere, type: .first), share: share),
            BenchCard(
                instanceKey: try await bench.vault.instanceKey(on: scene.device.secureElement, type: .second),
                share: share),
            BenchCard(instanceKey: own.instanceKey, share: nil),
            BenchCard(
                instanceKey: own.instanceKey, share: try await bench.vault.keyShare(of: .random(bench.random))),
        ]
        for (index, card) in wrong.enumerated() {
            let request = try card.payment(try scene.token(), transaction: "t-\(index)")
            try await scene.expectRefusal(request, .wrongCryptogram)
        }
        // None of them has used the counter up.
        let genuine = try own.payment(try scene.token(), transaction: "genuine")
        #expect(try await scene.desk.authorize(genuine) == .approved(code: "A10001"))
    }

    @Test("any data object that was changed after the cryptogram was made is refused")
    func changedObjects() async throws {
        let scene = try await Scene()
        let covered: [BERTag] = [
            .amountOther, .terminalCountryCode, .terminalVerificationResults, .transactionDate, .transactionType,
            .unpredictableNumber, .applicationInterchangeProfile, .applicationTransactionCounter,
            .issuerApplicationData,
        ]
        for (index, tag) in covered.enumerated() {
            var request = try scene.element.payment(try scene.token(), counter: 9, transaction: "t-\(index)")
            var value = try present(request.objects[tag])
            value[value.count - 1] ^= 0x01
            request.objects[tag] = value
            try await scene.expectRefusal(request, .wrongCryptogram)
        }
        var request = try scene.element.payment(try scene.token(), transaction: "t-mac")
        request.cryptogram[0] ^= 0x80
        try await scene.expectRefusal(request, .wrongCryptogram)
    }

    @Test("a genuine cryptogram with which the card declined, or approved by itself, is no authorization request")
    func cardsOwnDecision() async throws {
        let scene = try await Scene()
        for (index, results) in ([0x80, 0x90, 0xB0] as [UInt8]).enumerated() {
            let request = try scene.element.payment(
                try scene.token(), counter: 9, transaction: "t-\(index)",
                change: { $0[.issuerApplicationData] = [0x06, 0x01, 0x12, 0x03, results, 0x00, 0x00] })
            try await scene.expectRefusal(request, .notOnline)
        }
    }

    @Test("amount and currency of the message are those under the cryptogram")
    func amounts() async throws {
        let scene = try await Scene()
        var request = try scene.element.payment(try scene.token(), transaction: "a")
        request.amount += 1
        try await scene.expectRefusal(request, .wrongAmount)
        request = try scene.element.payment(try scene.token(), transaction: "b")
        request.currency = 840
        try await scene.expectRefusal(request, .wrongCurrency)
        request = try scene.element.payment(try scene.token(), transaction: "c") {
            $0[.amountAuthorized] = [0, 0, 0, 0, 0, 0]
        }
        try await scene.expectRefusal(request, .wrongAmount)
        request = try scene.element.payment(try scene.token(), transaction: "d") {
            $0[.amountAuthorized] = [0, 0, 0, 0, 0x19, 0x9A]
        }
        try await scene.expectRefusal(request, .wrongAmount)
    }

    @Test("a token pays while it, its credential and its card are active, and not after")
    func states() async throws {
        let scene = try await Scene()
        let (store, service) = (scene.bench.store, scene.bench.tokens())
        let token = try scene.token()
        func request(_ transaction: String) throws -> PaymentRequest {
            try scene.element.payment(token, counter: 7, transaction: transaction)
        }
        _ = try await service.suspend(token.reference, by: .user, reason: "")
        try await scene.expectRefusal(request("suspended"), .tokenNotActive)
        _ = try await service.resume(token.reference, by: .user, reason: "")
        for state in Credential.State.allCases where state != .active {
            var credential = try present(try await store.credential(scene.credential.id))
            credential.state = state
            try await store.commit([.credential(credential)])
            try await scene.expectRefusal(request("credential-\(state.rawValue)"), .credentialNotActive)
        }
        var credential = try present(try await store.credential(scene.credential.id))
        credential.state = .active
        var card = scene.card
        card.state = .blocked
        try await store.commit([.credential(credential), .card(card)])
        try await scene.expectRefusal(request("card"), .cardNotActive)
        card = card.committed
        card.state = .active
        try await store.commit([.card(card)])
        #expect(try await scene.desk.authorize(request("fine")) == .approved(code: "A10001"))
        _ = try await service.delete(token.reference, by: .user, reason: "")
        try await scene.expectRefusal(
            scene.element.payment(token, counter: 8, transaction: "deleted"), .tokenNotActive)
    }

    @Test("sequence number and expiry are the token's, and it has not expired")
    func expiries() async throws {
        let scene = try await Scene()
        var request = try scene.element.payment(try scene.token(), transaction: "a")
        request.sequenceNumber += 1
        try await scene.expectRefusal(request, .wrongSequenceNumber)
        request = try scene.element.payment(try scene.token(), transaction: "b")
        request.expiry = try present(CardExpiry(year: 30, month: 12))
        try await scene.expectRefusal(request, .wrongExpiry)
        // The token's last month is December 2029.
        scene.bench.clock.advance(1_893_455_999 - BenchClock.start)
        let last = try scene.element.payment(try scene.token(), transaction: "c")
        #expect(try await scene.desk.authorize(last) == .approved(code: "A10001"))
        scene.bench.clock.advance(1)
        try await scene.expectRefusal(
            scene.element.payment(try scene.token(), counter: 2, transaction: "d"), .expired)
    }

    @Test("an unknown token is refused as everything else is")
    func unknownToken() async throws {
        let scene = try await Scene()
        var request = try scene.element.payment(try scene.token())
        request.token = TokenNumbers.standard.number(at: 5)
        try await scene.expectRefusal(request, .unknownToken)
    }
}
