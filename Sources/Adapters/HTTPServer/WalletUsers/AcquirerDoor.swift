import EMV
import ISO7816
import SeneschalAPI
import Wallet

/// The door of acquirers, `/acquirer/v1`.
struct AcquirerDoor: Sendable {
    let payments: PaymentDesk

    func register(on router: inout DoorRouter) {
        router.on(Endpoints.authorizePayment) { body, visit in
            .init(try await payments.authorize(body.domain(acquirer: visit.askingAcquirer())))
        }
        router.on(Endpoints.reversePayment) { body, visit in
            .init(try await payments.reverse(body.transaction, of: visit.askingAcquirer()))
        }
    }
}

extension API.AcquirerAuthorizationRequest {
    fileprivate func domain(acquirer: AcquirerName) throws(WalletError) -> PaymentRequest {
        guard let token = TokenNumber(number) else {
            throw .invalid(field: "number", reason: "sixteen digits with their check digit")
        }
        guard let expiry = CardExpiry(printed: expiry), expiry.description == self.expiry else {
            throw .invalid(field: "expiry", reason: "a month and a year as MM/YY")
        }
        guard let sequenceNumber = UInt8(exactly: sequenceNumber) else {
            throw .invalid(field: "sequenceNumber", reason: "0 to 99")
        }
        return PaymentRequest(
            acquirer: acquirer, transaction: transaction, function: function.domain, token: token,
            sequenceNumber: sequenceNumber, expiry: expiry, amount: Int64(amount), currency: currency,
            merchant: merchant, cryptogram: cryptogram.bytes, objects: try objects())
    }

    private func objects() throws(WalletError) -> [BERTag: [UInt8]] {
        var reader = BERTLVReader(dataObjects.bytes)
        var objects: [BERTag: [UInt8]] = [:]
        do {
            while !reader.isAtEnd {
                let object = try reader.next()
                guard objects.updateValue(object.value, forKey: object.tag) == nil else {
                    throw WalletError.invalid(field: "dataObjects", reason: "\(object.tag) stands there twice")
                }
            }
        } catch let error as WalletError {
            throw error
        } catch {
            throw .invalid(field: "dataObjects", reason: "\(error)")
        }
        return objects
    }
}

extension API.AcquirerReversal {
    fileprivate init(_ reversal: PaymentReversal) {
        switch reversal {
        case .reversed: self.init(outcome: .reversed)
        case .underway: self.init(outcome: .underway)
        case .declinedBefore: self.init(outcome: .declinedBefore)
        case .notSeen: self.init(outcome: .notSeen)
        }
    }
}

extension API.AcquirerAuthorizationAnswer {
    fileprivate init(_ answer: PaymentAnswer) {
        switch answer {
        case .approved(let code): self.init(outcome: .approved, authorizationCode: code)
        case .declined(let code): self.init(outcome: .declined, actionCode: code)
        }
    }
}
