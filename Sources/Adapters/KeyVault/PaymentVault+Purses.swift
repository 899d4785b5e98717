import CardCryptography
public import ElectronicPurse
public import Payments

extension PaymentVault: PurseIssuerKeys {
    /// There is one set of master keys so far.
    private static let purseKeyVersion = 1

    public func currentPurseKeyVersion() throws(PaymentsError) -> Int { Self.purseKeyVersion }

    public func tac(
        of purchase: PursePurchase, by card: PurseSerial, keyVersion: Int
    ) throws(PaymentsError) -> PurseMAC {
        purchase.tac(try authentication(of: card, keyVersion))
    }

    public func codes(
        of load: PurseLoad, onto card: PurseSerial, in contact: LoadOrder.Contact, keyVersion: Int
    ) throws(PaymentsError) -> PurseLoadCodes {
        let session = PurseLoad.sessionKey(
            try masterKey(.load, keyVersion).derived(for: card), random: contact.random,
            onlineNumber: contact.onlineNumber)
        return PurseLoadCodes(
            mac1: load.mac1(session, balance: contact.balance), mac2: load.mac2(session, at: contact.moment),
            tac: load.tac(
                try authentication(of: card, keyVersion), balanceAfter: contact.balance &+ load.amount,
                onlineNumber: contact.onlineNumber, at: contact.moment))
    }

    public func personalization(of purse: Purse) throws(PaymentsError) -> PursePersonalization {
        guard let version = UInt8(exactly: purse.keyVersion) else {
            throw .internal(reason: "a card has no key version \(purse.keyVersion)")
        }
        return PursePersonalization(
            purse.data,
            issuerKeys: PurseKeys(
                purchase: try masterKey(.purchase, purse.keyVersion), load: try masterKey(.load, purse.keyVersion),
                authentication: try masterKey(.authentication, purse.keyVersion)), priority: 1, keyVersion: version)
    }

    public func purchaseKey(version: Int) throws(PaymentsError) -> PurseKey { try masterKey(.purchase, version) }

    private func authentication(of card: PurseSerial, _ version: Int) throws(PaymentsError) -> PurseSessionKey {
        try masterKey(.authentication, version).derived(for: card).transactionAuthentication
    }

    /// In the order of the key ring.
    private enum MasterKey: Int { case purchase, load, authentication }

    private func masterKey(_ kind: MasterKey, _ version: Int) throws(PaymentsError) -> PurseKey {
        guard version == Self.purseKeyVersion else {
            throw .internal(reason: "there are no master keys \(version) of purses")
        }
        let bytes = try open(file.contents.purseMasterKeys[kind.rawValue])
        do { return try PurseKey(bytes) } catch { throw .internal(reason: "\(error)") }
    }
}
