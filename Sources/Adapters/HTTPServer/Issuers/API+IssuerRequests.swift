import CardCryptography
import EMV
import Issuing
import SeneschalAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension API.IssuerVerificationRequest {
    private static let field = "verification"

    /// What the wallet encrypted to the issuer, as its schema says; nothing of it is in any answer or log.
    func opened(by issuer: CardIssuer) throws -> API.CardholderVerification {
        let payload = try issuer.opened(verification, type: API.CardholderVerification.type, field: Self.field)
        let bytes = payload.revealed()
        guard let value = try? JSONValue(parsing: bytes) else {
            throw Problem(.invalidField, detail: "what is encrypted is no JSON", field: Self.field)
        }
        do throws(SchemaViolation) {
            try API.CardholderVerification.schema.check(value, field: Self.field)
        } catch {
            throw Problem(.invalidField, detail: error.reason, field: error.field)
        }
        do {
            return try JSONDecoder().decode(API.CardholderVerification.self, from: Data(bytes))
        } catch {
            throw Problem(.invalidField, detail: "what is encrypted cannot be read", field: Self.field)
        }
    }
}

extension API.CardholderVerification {
    func domain() throws(Problem) -> VerificationRequest {
        VerificationRequest(
            number: try cardNumber(number, "verification.number"),
            expiry: try cardExpiry(expiry, "verification.expiry"), cardholderName: cardholderName,
            identityNumber: identityNumber, telephoneNumber: telephoneNumber, user: user)
    }
}

extension API.IssuerBindingRequest {
    func domain() throws(Problem) -> BindingRequest {
        BindingRequest(
            card: try cardReference(card), user: user, secureElement: secureElement, assertion: assertion)
    }
}

extension API.IssuerAuthorizationRequest {
    func domain() throws -> TokenAuthorizationRequest {
        try TokenAuthorizationRequest(
            transaction: transaction, card: try cardReference(card), secureElement: secureElement,
            function: function.domain, token: token, transactionCounter: transactionCounter, amount: Int64(amount),
            currency: currency, merchant: merchant, assertion: assertion)
    }
}

extension API.IssuerAuthorizationRequest.CardFunction {
    fileprivate var domain: TokenFunction {
        switch self {
        case .nfc: .nfc
        case .qr: .qr
        case .online: .online
        }
    }
}

extension API.ChipAuthorizationRequest {
    func domain() throws -> ChipAuthorizationRequest {
        guard let sequenceNumber = UInt8(exactly: sequenceNumber) else {
            throw Problem(.invalidField, detail: "0 to 99", field: "sequenceNumber")
        }
        return try ChipAuthorizationRequest(
            transaction: transaction, number: try cardNumber(number, "number"), sequenceNumber: sequenceNumber,
            amount: Int64(amount), currency: currency, merchant: merchant, chipData: chipData.bytes)
    }
}

extension API.IssueCardRequest {
    func domain() throws -> CardOrder {
        guard let cardholder = CardholderID(rawValue: cardholder) else {
            throw Problem(.invalidField, detail: "`hld_` and 32 hex digits", field: "cardholder")
        }
        return try CardOrder(
            cardholder: cardholder, type: type == .debit ? .debit : .credit, label: label,
            enrollment: (enrollment ?? .oneTimePassword).domain, balance: Int64(balance ?? 0),
            creditLimit: Int64(creditLimit ?? 0),
            expiry: try expiry.map { text throws(Problem) in try cardExpiry(text, "expiry") },
            number: try number.map { text throws(Problem) in try cardNumber(text, "number") }
        )
    }
}

extension API.CardEnrollment {
    fileprivate var domain: CardAccount.Enrollment {
        switch self {
        case .oneTimePassword: .oneTimePassword
        case .direct: .direct
        case .referral: .referral
        }
    }
}

extension API.CardAccountState {
    var domain: CardAccount.State {
        switch self {
        case .active: .active
        case .blocked: .blocked
        case .closed: .closed
        }
    }
}

private func cardReference(_ text: String) throws(Problem) -> CardAccountReference {
    guard let reference = CardAccountReference(rawValue: text) else {
        throw Problem(.invalidField, detail: "`acc_` and 32 hex digits", field: "card")
    }
    return reference
}

private func cardNumber(_ text: String, _ field: String) throws(Problem) -> PrimaryAccountNumber {
    do { return try PrimaryAccountNumber(text) } catch {
        throw Problem(.invalidField, detail: error.description, field: field)
    }
}

private func cardExpiry(_ text: String, _ field: String) throws(Problem) -> CardExpiry {
    guard let expiry = CardExpiry(printed: text), expiry.description == text else {
        throw Problem(.invalidField, detail: "a month and a year as MM/YY", field: field)
    }
    return expiry
}
