import CardCryptography
import Foundation
import ISO8583
import Issuing
import JOSE
import Testing
import Wallet

@testable import ISO8583Link

@Suite("Payments with a wallet's token over a line", .serialized)
struct TokenLineTests {
    /// A wallet's way to the issuer over the street, and a card that is bound in it.
    struct Bench: Sendable {
        let street: Street
        let issuer: IssuerUnderTest
        let card: IssuedCard
        let key: NamedPrivateKey
        let wallet: ISO8583TokenConnection

        static let merchant = "Quay Books and Papers"

        func request(
            _ transaction: String = "quay/sale-1", counter: Int = 1, amount: Int64 = 1_250,
            merchant: String = merchant, signed: Int64? = nil, function: PaymentFunction = .nfc
        ) throws -> IssuerAuthorizationRequest {
            let token = try #require(TokenReference(rawValue: "tok_00112233445566778899aabbccddeeff"))
            let element = try #require(SecureElementName(IssuerUnderTest.secureElement))
            let claims = AuthorizationAssertion(
                iss: "lantern", aud: "harbour-bank", transaction: transaction, card: card.card.reference.rawValue,
                secureElement: element.value, function: function.rawValue, token: token.rawValue,
                transactionCounter: counter, amount: signed ?? amount, currency: 978, merchant: merchant,
                iat: NoonClock.noon, exp: NoonClock.noon + 120)
            return IssuerAuthorizationRequest(
                transaction: transaction, begunAt: NoonClock.noon - 30,
                issuerCardReference: card.card.reference.rawValue, secureElement: element, function: function,
                token: token, transactionCounter: counter, amount: amount, currency: 978, merchant: merchant,
                assertion: try JSONWebSignature.sign(
                    Array(JSONEncoder().encode(claims)), type: AuthorizationAssertion.type, key: key))
        }

        func authorize(_ request: IssuerAuthorizationRequest) async throws -> IssuerAuthorizationAnswer {
            await street.line.untilUp()
            return try await wallet.authorize(request, key: "k")
        }

        /// Asks again until there is an answer, as the wallet does.
        func insist(_ request: IssuerAuthorizationRequest) async throws -> IssuerAuthorizationAnswer {
            for _ in 0..<100 {
                await street.line.untilUp()
                do {
                    return try await wallet.authorize(request, key: "k")
                } catch {
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            return try await wallet.authorize(request, key: "k")
        }
    }

    private static func run(
        dialect: Dialect = .binary, timeout: Duration = .seconds(5),
        _ body: @escaping @Sendable (Bench) async throws -> Void
    ) async throws {
        let issuer = try IssuerUnderTest()
        let key = NamedPrivateKey(name: "lantern-key", privateKey: .generate(.p256))
        let card = try await issuer.boundCard(key)
        let agreed = LineProtocol(
            dialect: dialect, authentication: .cmac(try AESKey([UInt8](repeating: 7, count: 16))))
        try await Street.run(issuer, server: agreed, timeout: timeout) { street in
            let wallet = try ISO8583TokenConnection(
                line: street.line, institution: "20000002", others: NoOtherWay(), now: { NoonClock.noon })
            try await body(Bench(street: street, issuer: issuer, card: card, key: key, wallet: wallet))
        }
        try issuer.discard()
    }

    @Test(
        "are approved by the issuer in every dialect, and no card number goes over the line",
        arguments: [Dialect.ascii, .binary, .packed])
    func approved(_ dialect: Dialect) async throws {
        try await Self.run(dialect: dialect) { (bench: Bench) async throws in
            for (counter, function) in zip(1..., PaymentFunction.allCases) {
                let request = try bench.request(
                    "quay/\(function)", counter: counter, amount: 1_000, function: function)
                guard case .approved(let code) = try await bench.authorize(request) else {
                    Issue.record("declined")
                    return
                }
                #expect(code.count == 6)
            }
            #expect(try await bench.issuer.balance(bench.card) == 7_000)
            #expect(bench.street.log.contains("126=‹") && !bench.street.log.contains(" 2="))
        }
    }

    @Test(
        "asked again they are the same message to the issuer: done once, answered alike, also with a word signed anew")
    func repeated() async throws {
        try await Self.run { (bench: Bench) async throws in
            let first = try await bench.authorize(bench.request())
            #expect(try await bench.authorize(bench.request()) == first)
            #expect(try await bench.issuer.balance(bench.card) == 8_750)
        }
    }

    @Test(
        "with an answer that is lost they are asked for again, and the card is charged once",
        arguments: [.cutBeforeRequest, .cutAfterRequest, .loseAnswer, .doubleRequest] as [FaultyWire.Fault])
    func lost(_ fault: FaultyWire.Fault) async throws {
        try await Self.run(timeout: .seconds(1)) { (bench: Bench) async throws in
            await bench.street.line.untilUp()
            bench.street.wire.next(fault)
            guard case .approved = try await bench.insist(bench.request()) else {
                Issue.record("declined")
                return
            }
            #expect(try await bench.issuer.balance(bench.card) == 8_750)
        }
    }

    @Test("the same word in another message is refused, and so is one for another amount or merchant")
    func replayed() async throws {
        try await Self.run { (bench: Bench) async throws in
            let paid = try bench.request()
            _ = try await bench.authorize(paid)
            var replay = paid
            replay.transaction = "quay/sale-2"
            #expect(try await bench.authorize(replay) == .declined(actionCode: "63"))
            replay.transaction = paid.transaction
            replay.begunAt += 1
            #expect(try await bench.authorize(replay) == .declined(actionCode: "63"))
            let more = try bench.request("quay/sale-3", counter: 2, amount: 1_251, signed: 1_250)
            #expect(try await bench.authorize(more) == .declined(actionCode: "63"))
            var other = try bench.request("quay/sale-4", counter: 2)
            other.merchant = "Corner Shop"
            #expect(try await bench.authorize(other) == .declined(actionCode: "63"))
            #expect(try await bench.issuer.balance(bench.card) == 8_750)
            // None of them used the counter up.
            guard case .approved = try await bench.authorize(bench.request("quay/sale-5", counter: 2)) else {
                Issue.record("declined")
                return
            }
        }
    }

    @Test("with the longest names they fit into both fields of private data")
    func longest() async throws {
        try await Self.run { (bench: Bench) async throws in
            let name = String(repeating: "a", count: 32) + "/" + String(repeating: "t", count: 64)
            let request = try bench.request(name, amount: 10_000, merchant: String(repeating: "\u{1}", count: 64))
            #expect(request.assertion.utf8.count > 999)
            guard case .approved = try await bench.authorize(request) else {
                Issue.record("declined")
                return
            }
        }
    }

    @Test("that are reversed give the money back, once; what has not come is declined when it comes")
    func reversed() async throws {
        try await Self.run { (bench: Bench) async throws in
            let request = try bench.request()
            _ = try await bench.authorize(request)
            for _ in 0..<2 {
                let answer = try await bench.wallet.reverse(
                    transaction: request.transaction, begunAt: request.begunAt, key: "r")
                #expect(answer == .reversed)
            }
            #expect(try await bench.issuer.balance(bench.card) == 10_000)
            let unseen = try bench.request("quay/sale-2", counter: 2)
            _ = try await bench.wallet.reverse(transaction: unseen.transaction, begunAt: unseen.begunAt, key: "r")
            #expect(try await bench.authorize(unseen) == .declined(actionCode: "05"))
            #expect(try await bench.issuer.balance(bench.card) == 10_000)
        }
    }

    @Test("whose private data cannot be read, or that have a card's number or chip besides, are answered 30")
    func malformed() async throws {
        try await Self.run { (bench: Bench) async throws in
            var message = Message(.financialRequest)
            try message.set(.processingCode, "000000")
            try message.set(amount: 1_250)
            try message.set(.transmissionTime, "1127120000")
            try message.set(systemTraceAuditNumber: 1)
            try message.set(.pointOfServiceEntryMode, "071")
            try message.set(.acquiringInstitution, "20000002")
            try message.set(.terminal, "TERM0001")
            try message.set(.cardAcceptor, padding: "Quay Books and ")
            try message.set(currency: 978)
            try message.set(.privateData, "AA0002e")
            #expect(try await bench.street.ask(message).responseCode == .formatError)
            try message.set(authorizationAssertion: try bench.request().assertion)
            for (element, value) in [(DataElement.primaryAccountNumber, "4761739001010010"), (.track2, "4=2212")] {
                var both = message
                try both.set(element, value)
                try both.set(systemTraceAuditNumber: element.number)
                #expect(try await bench.street.ask(both).responseCode == .formatError)
            }
            var manual = message
            try manual.set(.pointOfServiceEntryMode, "011")
            #expect(try await bench.street.ask(manual).responseCode == .formatError)
            #expect(try await bench.street.ask(message).responseCode == .approved)
        }
    }

    @Test("over a line that is down are not settled, and nothing was asked")
    func down() async throws {
        let issuer = try IssuerUnderTest()
        let key = NamedPrivateKey(name: "lantern-key", privateKey: .generate(.p256))
        let card = try await issuer.boundCard(key)
        let line = IssuerLine(IssuerLineConfiguration(host: "127.0.0.1", port: 1), now: { NoonClock.noon })
        let wallet = try ISO8583TokenConnection(
            line: line, institution: "20000002", others: NoOtherWay(), now: { NoonClock.noon })
        let log = EventLog()
        let bench = Bench(
            street: Street(line: line, wire: FaultyWire(to: 1), log: log), issuer: issuer, card: card, key: key,
            wallet: wallet)
        await #expect(throws: IssuerConnectionError.unsettled(detail: "the line to the issuer is down")) {
            try await wallet.authorize(bench.request(), key: "k")
        }
        #expect(throws: FieldValueError.self) {
            try ISO8583TokenConnection(
                line: line, institution: "no digits", others: NoOtherWay(), now: { NoonClock.noon })
        }
        try issuer.discard()
    }
}

/// Nothing but payments is asked for here.
private struct NoOtherWay: IssuerConnection {
    private var error: IssuerConnectionError { .unsettled(detail: "there is no other way here") }

    func verify(
        _ request: RealNameVerification, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer { throw error }
    func confirm(
        verification: String, oneTimePassword: String, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer { throw error }
    func bind(
        _ request: IssuerBindingRequest, key: String
    ) async throws(IssuerConnectionError) -> IssuerBinding { throw error }
    func unbind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) { throw error }
    func authorize(
        _ request: IssuerAuthorizationRequest, key: String
    ) async throws(IssuerConnectionError) -> IssuerAuthorizationAnswer { throw error }
    func reverse(
        transaction: String, begunAt: Int64, key: String
    ) async throws(IssuerConnectionError) -> IssuerReversalAnswer { throw error }
}
