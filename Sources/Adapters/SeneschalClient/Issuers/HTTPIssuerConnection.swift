public import CardCryptography
import EMV
import JOSE
public import SeneschalAPI
public import Wallet

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One issuer over HTTP, for the wallet's side: with the credential that the issuer's operator gave the wallet.
///
/// What the issuer recognizes its customer and the card by is encrypted to its own key before it goes into a request.
public struct HTTPIssuerConnection: IssuerConnection {
    private let client: SeneschalClient
    private let encryptionKey: (name: String, key: ECPublicKey)

    /// - Parameter key: as the issuer publishes it.
    /// - Throws: ``CryptographyError`` for what is no public key to encrypt to.
    public init(_ client: SeneschalClient, _ key: API.IssuerKey) throws(CryptographyError) {
        self.client = client
        encryptionKey = (key.encryptionKeyName, try ECPublicKey(pem: key.encryptionKey))
    }

    public func verify(
        _ request: RealNameVerification, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer {
        let verification = try encrypted(request)
        let answer = try await asking { () async throws(SeneschalClientError) in
            try await client.verifyCardholder(.init(verification: verification), idempotencyKey: key)
        }
        return try RealNameVerificationAnswer(answer)
    }

    /// Encrypted anew each time: for the issuer the same contents are the same request.
    private func encrypted(_ request: RealNameVerification) throws(IssuerConnectionError) -> String {
        let fields = API.CardholderVerification(
            number: request.number.revealed(), expiry: request.expiry.description,
            cardholderName: request.cardholderName, identityNumber: request.identityNumber,
            telephoneNumber: request.telephoneNumber, user: request.user.rawValue)
        do {
            return try JSONWebEncryption.encrypt(
                SecretBytes(Array(try JSONEncoder().encode(fields))), type: API.CardholderVerification.type,
                to: encryptionKey.key, named: encryptionKey.name)
        } catch {
            throw .refused(code: "encryption", detail: "the verification could not be encrypted")
        }
    }

    public func confirm(
        verification: String, oneTimePassword: String, key: String
    ) async throws(IssuerConnectionError) -> RealNameVerificationAnswer {
        let answer = try await asking { () async throws(SeneschalClientError) in
            try await client.confirmOneTimePassword(
                .init(oneTimePassword: oneTimePassword), of: verification, idempotencyKey: key)
        }
        return try RealNameVerificationAnswer(answer)
    }

    public func bind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) -> IssuerBinding
    {
        let answer = try await asking { () async throws(SeneschalClientError) in
            try await client.bindCard(.init(request), idempotencyKey: key)
        }
        return IssuerBinding(id: answer.bindingId, confirmation: answer.confirmation)
    }

    public func unbind(_ request: IssuerBindingRequest, key: String) async throws(IssuerConnectionError) {
        _ = try await asking { () async throws(SeneschalClientError) in
            try await client.unbindCard(.init(request), idempotencyKey: key)
        }
    }

    public func authorize(
        _ request: IssuerAuthorizationRequest, key: String
    ) async throws(IssuerConnectionError) -> IssuerAuthorizationAnswer {
        guard let amount = Int(exactly: request.amount) else {
            throw .refused(code: ProblemCode.invalidField.rawValue, detail: "amount: there is no such amount")
        }
        let answer = try await asking { () async throws(SeneschalClientError) in
            try await client.authorizeTokenTransaction(
                .init(
                    transaction: request.transaction, card: request.issuerCardReference,
                    secureElement: request.secureElement.value, function: .init(request.function),
                    token: request.token.rawValue, transactionCounter: request.transactionCounter, amount: amount,
                    currency: request.currency, merchant: request.merchant, assertion: request.assertion),
                idempotencyKey: key)
        }
        switch (answer.outcome, answer.authorizationCode, answer.actionCode) {
        case (.approved, let code?, _): return .approved(code: code)
        case (.declined, _, let code?): return .declined(actionCode: code)
        default: throw malformedIssuerAnswer
        }
    }

    public func reverse(
        transaction: String, begunAt: Int64, key: String
    ) async throws(IssuerConnectionError) -> IssuerReversalAnswer {
        let answer = try await asking { () async throws(SeneschalClientError) in
            try await client.reverseTransaction(transaction, idempotencyKey: key)
        }
        switch answer.outcome {
        case .reversed: return .reversed
        case .declinedBefore: return .declinedBefore
        case .notSeen: return .notSeen
        }
    }

    private func asking<Answer>(
        _ question: () async throws(SeneschalClientError) -> Answer
    ) async throws(IssuerConnectionError) -> Answer {
        do throws(SeneschalClientError) {
            return try await question()
        } catch {
            switch error {
            case .problem(let problem) where problem.code.retryAfterSeconds != nil || problem.code == .internal:
                throw .unsettled(detail: "\(problem)")
            case .problem(let problem): throw .refused(code: problem.code.rawValue, detail: "\(problem)")
            // What cannot be read may be the answer to something that was done.
            case .unreachable, .malformedAnswer: throw .unsettled(detail: error.description)
            case .invalidServer: throw .refused(code: "invalidServer", detail: error.description)
            }
        }
    }
}

private let malformedIssuerAnswer = IssuerConnectionError.unsettled(
    detail: "the issuer's answer lacks what its outcome promises")

extension API.IssuerBindingRequest {
    fileprivate init(_ request: IssuerBindingRequest) {
        self.init(
            card: request.issuerCardReference, user: request.user.rawValue,
            secureElement: request.secureElement.value, assertion: request.assertion)
    }
}

extension API.IssuerAuthorizationRequest.CardFunction {
    fileprivate init(_ function: PaymentFunction) {
        switch function {
        case .nfc: self = .nfc
        case .qr: self = .qr
        case .online: self = .online
        }
    }
}

extension RealNameVerificationAnswer {
    fileprivate init(_ answer: API.IssuerVerificationAnswer) throws(IssuerConnectionError) {
        switch (answer.outcome, answer.card, answer.verificationId) {
        case (.verified, let card?, _):
            self = .verified(
                VerifiedCard(
                    issuerCardReference: card.card, type: card.type == .debit ? .first : .second, label: card.label))
        case (.oneTimePasswordSent, _, let id?): self = .oneTimePasswordSent(verification: id)
        case (.referred, _, _): self = .referred
        case (.refused, _, _): self = .refused
        default: throw malformedIssuerAnswer
        }
    }
}
