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
        purchase.tac(try masterKeys(keyVersion).authentication.derived(for: card).transactionAuthentication)
    }

    public func codes(
        of load: PurseLoad, onto card: PurseSerial, in contact: LoadOrder.Contact, keyVersion: Int
    ) throws(PaymentsError) -> PurseLoadCodes {
        let keys = try masterKeys(keyVersion)
        let session = PurseLoad.sessionKey(
            keys.load.derived(for: card), random: contact.random, onlineNumber: contact.onlineNumber)
        return PurseLoadCodes(
            mac1: load.mac1(session, balance: contact.balance), mac2: load.mac2(session, at: contact.moment),
            tac: load.tac(
                keys.authentication.derived(for: card).transactionAuthentication,
                balanceAfter: contact.balance &+ load.amount, onlineNumber: contact.onlineNumber, at: contact.moment))
    }

    public func personalization(of purse: Purse) throws(PaymentsError) -> PursePersonalization {
        guard let version = UInt8(exactly: purse.keyVersion) else {
            throw .internal(reason: "a card has no key version \(purse.keyVersion)")
        }
        return PursePersonalization(
            purse.data, issuerKeys: try masterKeys(purse.keyVersion), priority: 1, keyVersion: version)
    }

    public func purchaseKey(version: Int) throws(PaymentsError) -> PurseKey { try masterKeys(version).purchase }

    private func masterKeys(_ version: Int) throws(PaymentsError) -> PurseKeys {
        guard version == Self.purseKeyVersion else {
            throw .internal(reason: "there are no master keys \(version) of purses")
        }
        var keys: [PurseKey] = []
        for bytes in file.contents.purseMasterKeys {
            let bytes = try open(bytes)
            do { keys.append(try PurseKey(bytes)) } catch { throw .internal(reason: "\(error)") }
        }
        guard keys.count == 3 else { throw .internal(reason: "a purse has three keys") }
        return PurseKeys(purchase: keys[0], load: keys[1], authentication: keys[2])
    }
}
