import EMV
import Issuing
import SeneschalAPI

extension API.IssuerVerificationRequest {
    func domain() throws(Problem) -> VerificationRequest {
        VerificationRequest(
            number: try cardNumber(number), expiry: try cardExpiry(expiry), cardholderName: cardholderName,
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
            transaction: transaction, number: try cardNumber(number), sequenceNumber: sequenceNumber,
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
            creditLimit: Int64(creditLimit ?? 0), expiry: try expiry.map(cardExpiry), number: try number.map(cardNumber)
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

private func cardNumber(_ text: String) throws(Problem) -> PrimaryAccountNumber {
    do { return try PrimaryAccountNumber(text) } catch {
        throw Problem(.invalidField, detail: error.description, field: "number")
    }
}

private func cardExpiry(_ text: String) throws(Problem) -> CardExpiry {
    guard let expiry = CardExpiry(printed: text), expiry.description == text else {
        throw Problem(.invalidField, detail: "a month and a year as MM/YY", field: "expiry")
    }
    return expiry
}
