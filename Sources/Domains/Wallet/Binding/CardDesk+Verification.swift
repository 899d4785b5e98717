public import EMV
import Foundation
import JOSE

/// What a person's bank is to recognize it and its card by; from a photograph, from the person, and from the device's
/// own settings (PHOTO). It prints as nothing.
public struct CardVerification: Sendable, CustomStringConvertible {
    public var number: PrimaryAccountNumber
    public var expiry: CardExpiry
    public var cardholderName: String
    public var identityNumber: String
    public var telephoneNumber: String

    public init(
        number: PrimaryAccountNumber, expiry: CardExpiry, cardholderName: String, identityNumber: String,
        telephoneNumber: String
    ) {
        self.number = number
        self.expiry = expiry
        self.cardholderName = cardholderName
        self.identityNumber = identityNumber
        self.telephoneNumber = telephoneNumber
    }

    public var description: String { "‹card verification›" }
}

/// How a verification ended, or did not yet.
enum VerificationOutcome {
    case verified(Card)
    /// What the person sends back together with the one-time password.
    case oneTimePasswordSent(verification: String)
    case referred
    case refused
}

extension CardDesk {
    /// *Real-name verification* with the issuer that the card's number names; passed, the card is in the wallet.
    ///
    /// The number is sealed before it is stored, and goes nowhere but to its issuer.
    ///
    /// - Parameter isRepetition: whether the request has been begun before.
    func verify(
        _ verification: CardVerification, functions: [PaymentFunction], _ request: UserRequest, isRepetition: Bool
    ) async throws(WalletError) -> VerificationOutcome {
        try await tried(request) { () async throws(WalletError) in
            try await asked(verification, functions, request, isRepetition: isRepetition)
        }
    }

    private func asked(
        _ verification: CardVerification, _ functions: [PaymentFunction], _ request: UserRequest, isRepetition: Bool
    ) async throws(WalletError) -> VerificationOutcome {
        guard !tokens.policy.numbers.contains(verification.number),
            let issuer = issuers.issuer(of: verification.number)
        else { throw .unknownIssuer }
        guard verification.expiry >= CardExpiry(at: clock.now()) else {
            throw .invalid(field: "expiry", reason: "the card has expired")
        }
        if let known = try await known(verification.number, request.user) {
            let here = try await liveCredential(of: known.reference, on: request.device.secureElement)
            // A request that comes again may find its own work.
            if here?.state == .active, !isRepetition { throw .alreadyBound }
        } else {
            try await refuseFullWallet(request)
        }
        let answer = try await asking { () async throws(IssuerConnectionError) in
            try await issuer.connection.verify(
                RealNameVerification(
                    number: verification.number, expiry: verification.expiry,
                    cardholderName: verification.cardholderName, identityNumber: verification.identityNumber,
                    telephoneNumber: verification.telephoneNumber, user: request.user),
                key: Self.issuerKey("verify", request))
        }
        let pending = PendingVerification(
            issuer: issuer.name, id: "", number: verification.number.revealed(), expiry: verification.expiry,
            functions: functions, expiresAt: clock.now() + PendingVerification.lifetimeSeconds)
        return try await conclude(answer, pending, request)
    }

    /// The one-time password that the issuer sent goes back to it.
    func confirm(
        _ sealed: String, oneTimePassword: String, _ request: UserRequest
    ) async throws(WalletError) -> (VerificationOutcome, functions: [PaymentFunction]) {
        let pending = try await opened(sealed, request)
        guard pending.expiresAt > clock.now() else {
            throw .conflict(reason: "the verification has expired; begin it again")
        }
        guard let issuer = issuers[pending.issuer] else { throw .notFound(kind: "verification") }
        let outcome = try await tried(request) { () async throws(WalletError) in
            let answer = try await asking { () async throws(IssuerConnectionError) in
                try await issuer.connection.confirm(
                    verification: pending.id, oneTimePassword: oneTimePassword,
                    key: Self.issuerKey("confirm", request))
            }
            return try await conclude(answer, pending, request)
        }
        return (outcome, pending.functions)
    }

    private func conclude(
        _ answer: RealNameVerificationAnswer, _ pending: PendingVerification, _ request: UserRequest
    ) async throws(WalletError) -> VerificationOutcome {
        switch answer {
        case .verified(let verified):
            return .verified(try await card(verified, pending, request))
        case .oneTimePasswordSent(let id):
            var pending = pending
            pending.id = id
            return .oneTimePasswordSent(verification: try await sealed(pending, request))
        case .referred:
            try await commit([audit(request, Self.verificationFailed, pending.issuer.value, "referred")])
            return .referred
        case .refused:
            try await commit([audit(request, Self.verificationFailed, pending.issuer.value, "refused")])
            return .refused
        }
    }

    /// The card in the wallet: the one that is there, or a new one.
    private func card(
        _ verified: VerifiedCard, _ pending: PendingVerification, _ request: UserRequest
    ) async throws(WalletError) -> Card {
        guard let number = try? PrimaryAccountNumber(pending.number) else {
            throw .internal(reason: "a verified number is none")
        }
        if let known = try await known(number, request.user) { return known }
        let (reference, now) = (CardReference.random(random), clock.now())
        let card = try await kept { () async throws(WalletVaultError) in
            Card(
                reference: reference, user: request.user, issuer: pending.issuer,
                issuerCardReference: verified.issuerCardReference,
                sealedNumber: try await vault.seal(number, of: reference),
                lookupTag: try await vault.lookupTag(of: number), issuerIdentification: number.issuerIdentification,
                lastFour: number.lastFour, expiry: pending.expiry, type: verified.type, label: verified.label,
                accountReference: try await vault.accountReference(of: number), createdAt: now, updatedAt: now)
        }
        try await commit([.card(card), audit(request, "card verified", "\(reference)", pending.issuer.value)])
        return card.committed
    }

    private func known(_ number: PrimaryAccountNumber, _ user: UserID) async throws(WalletError) -> Card? {
        let tag = try await kept { () async throws(WalletVaultError) in try await vault.lookupTag(of: number) }
        return try await stored { () async throws(WalletStoreError) in
            try await store.card(of: user, lookupTag: tag)
        }
    }

    // MARK: - Bounds

    private func refuseFullWallet(_ request: UserRequest) async throws(WalletError) {
        let cards = try await stored { () async throws(WalletStoreError) in try await store.cards(of: request.user) }
        guard cards.count(where: { $0.state != .removed }) < policy.cardsMax else {
            throw .tooMany(kind: "cards", max: policy.cardsMax)
        }
    }

    // MARK: - Between request and one-time password

    private func sealed(_ pending: PendingVerification, _ request: UserRequest) async throws(WalletError) -> String {
        let bytes: [UInt8]
        do { bytes = Array(try JSONEncoder().encode(pending)) } catch { throw .internal(reason: "\(error)") }
        let sealed = try await kept { () async throws(WalletVaultError) in
            try await vault.seal(answer: bytes, name: Self.verificationName(request))
        }
        return Base64URL.encode(sealed)
    }

    private func opened(_ text: String, _ request: UserRequest) async throws(WalletError) -> PendingVerification {
        guard let sealed = Base64URL.decode(text),
            let bytes = try? await vault.open(answer: sealed, name: Self.verificationName(request)),
            let pending = try? JSONDecoder().decode(PendingVerification.self, from: Data(bytes))
        else { throw .notFound(kind: "verification") }
        return pending
    }

    /// Good for the user and the device that began it.
    private static func verificationName(_ request: UserRequest) -> String {
        "verification \(request.user) \(request.device.id)"
    }
}

/// What the wallet must know again when the one-time password comes. It travels sealed with the person's device, so that
/// a number that is not verified is never stored.
private struct PendingVerification: Codable {
    static let lifetimeSeconds: Int64 = 600

    var issuer: IssuerName
    /// The issuer's name of the verification.
    var id: String
    var number: String
    var expiry: CardExpiry
    var functions: [PaymentFunction]
    var expiresAt: Int64
}
