import CardCryptography
import EMV
import Foundation
import Issuing
import JOSE
import MobileDevice
import SeneschalAPI
import SeneschalClient
import Testing
import Wallet

@testable import HTTPServer

/// The two sides speak the same JSON: the wallet's own types at one end, the issuer's at the other.
@Suite("An issuer as the wallet reaches it")
struct IssuerConnectionTests {
    private func user() throws -> UserID { try #require(UserID(rawValue: TestIssuer.user)) }
    private func secureElement() throws -> SecureElementName {
        try #require(SecureElementName(TestIssuer.secureElement))
    }

    private func sign(_ claims: some Encodable, _ type: String, _ issuer: TestIssuer) throws -> String {
        try JSONWebSignature.sign(Array(JSONEncoder().encode(claims)), type: type, key: issuer.walletKey)
    }

    private func card(of issuer: TestIssuer, _ client: SeneschalClient) async throws -> API.IssuedCard {
        let cardholder = try await client.registerCardholder(
            .init(name: "Ada Byron", identityNumber: "110101-1815", telephoneNumber: "+44 20 7946 0018"))
        return try await client.issueCard(
            .init(
                cardholder: cardholder.id, type: .credit, label: "HARBOUR", enrollment: .direct, creditLimit: 5_000))
    }

    private func request(_ card: API.IssuedCard) throws -> RealNameVerification {
        RealNameVerification(
            number: try PrimaryAccountNumber(card.number),
            expiry: try #require(CardExpiry(printed: card.account.expiry)),
            cardholderName: "Ada Byron", identityNumber: "110101-1815", telephoneNumber: "+44 20 7946 0018",
            user: try user())
    }

    @Test("the wallet's statements are believed, and the wallet believes the issuer's (BIND-03, BIND-05)")
    func wholeWay() async throws {
        let issuer = try await TestIssuer()
        try await issuer.live { port in
            let card = try await issuer.withClient(on: port, as: issuer.operator) {
                try await self.card(of: issuer, $0)
            }
            try await issuer.withClient(on: port, as: issuer.wallet) { client in
                let connection: any IssuerConnection = try HTTPIssuerConnection(client, issuer.publishedKey())
                guard case .verified(let verified) = try await connection.verify(self.request(card), key: "1") else {
                    Issue.record("not verified")
                    return
                }
                #expect(verified.type == .second && verified.label == "HARBOUR")
                let binding = try await bind(verified, issuer, connection)
                let key = try await client.issuerKey()
                #expect(try key.encryptionKey == issuer.publishedKey().encryptionKey)
                let publicKey = try ECPublicKey(pem: key.publicKey)
                let payload = try JSONWebSignature.verify(binding.confirmation, type: BindingConfirmation.type) {
                    $0 == key.keyName ? publicKey : nil
                }
                let confirmation = try JSONDecoder().decode(BindingConfirmation.self, from: Data(payload))
                #expect(confirmation.iss == "harbour-bank" && confirmation.binding == binding.id)
                #expect(confirmation.card == verified.issuerCardReference && confirmation.sub == TestIssuer.user)

                let payment = try self.payment(verified, "t-1", amount: 5_000, issuer)
                let approved = try await connection.authorize(payment, key: "2")
                guard case .approved = approved else {
                    Issue.record("\(approved)")
                    return
                }
                #expect(try await connection.authorize(payment, key: "3") == approved)
                let more = try self.payment(verified, "t-2", counter: 2, amount: 1, issuer)
                #expect(try await connection.authorize(more, key: "4") == .declined(actionCode: "51"))
                try await connection.unbind(self.bindingRequest(verified, issuer), key: "5")
                let late = try self.payment(verified, "t-3", counter: 3, amount: 1, issuer)
                #expect(try await connection.authorize(late, key: "6") == .declined(actionCode: "57"))
            }
        }
    }

    @Test("a wrong field, a one-time password and a refused assertion reach the wallet as what they are")
    func refusals() async throws {
        let issuer = try await TestIssuer()
        try await issuer.live { port in
            let card = try await issuer.withClient(on: port, as: issuer.operator) {
                try await self.card(of: issuer, $0)
            }
            try await issuer.withClient(on: port, as: issuer.wallet) { client in
                let connection = try HTTPIssuerConnection(client, issuer.publishedKey())
                var wrong = try self.request(card)
                wrong.identityNumber = "000000"
                #expect(try await connection.verify(wrong, key: "1") == .refused)
                guard case .verified(let verified) = try await connection.verify(self.request(card), key: "2") else {
                    Issue.record("not verified")
                    return
                }
                var request = try self.bindingRequest(verified, issuer)
                request.secureElement = try #require(SecureElementName("45434E0000000002"))
                await #expect(throws: IssuerConnectionError.self) { try await connection.bind(request, key: "3") }
                do throws(IssuerConnectionError) {
                    _ = try await connection.confirm(
                        verification: "ver_00000000000000000000000000000000", oneTimePassword: "1", key: "4")
                } catch .refused(let code, _) {
                    #expect(code == "notFound")
                } catch {
                    Issue.record("\(error)")
                }
            }
        }
    }

    @Test(
        "a device binds with nothing but the wallet's assertion, and finds each issuer by its name (BIND-02, BIND-04)")
    func device() async throws {
        let issuer = try await TestIssuer()
        try await issuer.live { port in
            let card = try await issuer.withClient(on: port, as: issuer.operator) {
                try await self.card(of: issuer, $0)
            }
            let answer = try await issuer.withClient(on: port, as: issuer.wallet) {
                try await HTTPIssuerConnection($0, issuer.publishedKey()).verify(self.request(card), key: "1")
            }
            guard case .verified(let verified) = answer else {
                Issue.record("not verified")
                return
            }
            try await issuer.withClient(on: port, as: nil) { client in
                let directory = HTTPCardIssuerDirectory(["harbour-bank": HTTPCardIssuerService(client)])
                #expect(directory.issuer(named: "tide-bank") == nil)
                let service = try #require(directory.issuer(named: "harbour-bank"))
                var request = CardBindingRequest(
                    issuerCardReference: verified.issuerCardReference, user: TestIssuer.user,
                    secureElement: TestIssuer.secureElement,
                    assertion: try self.bindingRequest(verified, issuer).assertion)
                let bound = try await service.bind(request, key: "2")
                #expect(try await service.bind(request, key: "3").binding == bound.binding)
                request.secureElement = "45434E0000000002"
                do throws(CardIssuerError) {
                    _ = try await service.bind(request, key: "4")
                    Issue.record("bound")
                } catch {
                    guard case .refused("assertionRefused", _) = error else {
                        Issue.record("\(error)")
                        return
                    }
                }
            }
        }
    }

    @Test("two issuers at once keep to themselves: what is signed for one is refused by the other (BIND-04)")
    func twoIssuers() async throws {
        let harbour = try await TestIssuer()
        let tide = try await TestIssuer(name: "tide-bank", bin: "54133300")
        try await tide.live { port in
            let card = try await tide.withClient(on: port, as: tide.operator) { try await self.card(of: tide, $0) }
            #expect(card.number.hasPrefix("54133300"))
            try await tide.withClient(on: port, as: harbour.wallet) { client in
                await #expect(throws: SeneschalClientError.self) {
                    _ = try await client.reverseTransaction("t")
                }
                return
            }
            try await tide.withClient(on: port, as: tide.wallet) { client in
                let connection = try HTTPIssuerConnection(client, tide.publishedKey())
                guard case .verified(let verified) = try await connection.verify(self.request(card), key: "1") else {
                    Issue.record("not verified")
                    return
                }
                // The statement says `harbour-bank`.
                let request = try self.bindingRequest(verified, tide)
                do throws(IssuerConnectionError) {
                    _ = try await connection.bind(request, key: "2")
                    Issue.record("bound")
                } catch .refused(let code, _) {
                    #expect(code == "assertionRefused")
                }
            }
        }
    }

    @Test("an issuer that cannot be reached leaves the matter unsettled")
    func unreachable() async throws {
        let issuer = try await TestIssuer()
        let transport = try HTTPTransport(server: "http://127.0.0.1:1")
        let connection = try HTTPIssuerConnection(
            SeneschalClient(transport, credential: nil, retries: .none), issuer.publishedKey())
        do throws(IssuerConnectionError) {
            _ = try await connection.confirm(verification: "ver_", oneTimePassword: "1", key: "1")
        } catch {
            guard case .unsettled = error else {
                Issue.record("\(error)")
                return
            }
        }
        await transport.close()
    }

    private func bindingRequest(_ card: VerifiedCard, _ issuer: TestIssuer) throws -> IssuerBindingRequest {
        let now = MachineClock().now()
        let claims = BindingAssertion(
            iss: "lantern", aud: "harbour-bank", sub: TestIssuer.user, card: card.issuerCardReference,
            secureElement: TestIssuer.secureElement, iat: now, exp: now + BindingAssertion.lifetimeSeconds,
            jti: UUID().uuidString)
        return IssuerBindingRequest(
            issuerCardReference: card.issuerCardReference, user: try user(), secureElement: try secureElement(),
            assertion: try sign(claims, BindingAssertion.type, issuer))
    }

    private func bind(
        _ card: VerifiedCard, _ issuer: TestIssuer, _ connection: any IssuerConnection
    ) async throws -> IssuerBinding { try await connection.bind(bindingRequest(card, issuer), key: "bind") }

    private func payment(
        _ card: VerifiedCard, _ transaction: String, counter: Int = 1, amount: Int64, _ issuer: TestIssuer
    ) throws -> IssuerAuthorizationRequest {
        let now = MachineClock().now()
        let token = try #require(TokenReference(rawValue: "tok_00112233445566778899aabbccddeeff"))
        let claims = AuthorizationAssertion(
            iss: "lantern", aud: "harbour-bank", transaction: transaction, card: card.issuerCardReference,
            secureElement: TestIssuer.secureElement, function: PaymentFunction.nfc.rawValue, token: token.rawValue,
            transactionCounter: counter, amount: amount, currency: 978, merchant: "Quay Books", iat: now,
            exp: now + AuthorizationAssertion.lifetimeSeconds)
        return IssuerAuthorizationRequest(
            transaction: transaction, begunAt: now, issuerCardReference: card.issuerCardReference,
            secureElement: try secureElement(), function: .nfc, token: token, transactionCounter: counter,
            amount: amount, currency: 978, merchant: "Quay Books",
            assertion: try sign(claims, AuthorizationAssertion.type, issuer))
    }
}
