import CardCryptography
import EMV
import ISO7816
public import Issuing
import Payments
import SeneschalAPI
import SeneschalClient
public import SmartCardVerification

extension PaymentNeighbourhood {
    /// Issues a debit card, and what its chip is personalized with: an application of the M/Chip style with the card's key,
    /// as the issuer wraps it for a personalizer.
    ///
    /// - Parameter balance: in minor units.
    public func issueCard(to name: String, balance: Int64) async throws -> IssuedChip {
        let holder = try await issuer.desk.registerCardholder(
            CardholderDetails(name: name, identityNumber: "110101-1815", telephoneNumber: "+44 20 7946 0018"),
            founder())
        let card = try await issuer.desk.issueCard(
            CardOrder(
                cardholder: holder.id, type: .debit, label: "TIDE", enrollment: .direct, balance: balance,
                creditLimit: 0, expiry: nil), founder())
        let personalizer = TransportKeyPair.generate(bitCount: 2_048)
        let chip = try await issuer.desk.personalization(
            of: card.card.reference, transportKey: personalizer.publicKey.pem, founder())
        let key = try TripleDESKey(personalizer.decrypt(chip.cardKey.wrappedKey))
        let account = PaymentAccount(
            number: try PrimaryAccountNumber(card.number), expiry: chip.expiry,
            sequenceNumber: UInt8(chip.sequenceNumber), label: "Tide", issuerCountryCode: 276)
        return IssuedChip(
            reference: card.card.reference, personalization: try .issued(account, cardKey: key))
    }

    /// What is on the card's account at its issuer, in minor units.
    public func balance(ofCard reference: CardAccountReference) async throws -> Int64? {
        try await issuer.desk.card(reference)?.funds.balance
    }

    /// What is on its way to an account and not posted, in minor units.
    public func pending(to account: String) async throws -> Int64? {
        let snapshot = try await OperatorDesk(payments.payments).snapshot()
        return snapshot.accounts.first { $0.id.rawValue == account }?.creditsPending
    }

    private func founder() -> IssuerRequester {
        IssuerRequester(.operator(name: "founder"), idempotencyKey: SystemRandomSource().bytes(16).hex)
    }
}

extension PaymentNeighbourhood {
    /// Enrols a smart card for an account, and answers what makes an instance of the application this card.
    ///
    /// - Parameter data: what only the card carries, 1 to 160 bytes.
    public func enrolSmartCard(of account: String, carrying data: [UInt8]) async throws -> SmartCardPersonalization {
        let enrolled = try await paymentOperator.send(
            Endpoints.enrolSmartCard, .init(account: account, data: HexBytes(data)))
        return try await paymentOperator.smartCardPersonalization(enrolled.identification)
    }
}
