public import ElectronicPurse

/// The keys of an issuer of purses. The keys of cards follow from master keys in the vault and are made there, used there
/// and gone; what comes out is meant for one card or one security module.
public protocol PurseIssuerKeys: Sendable {
    /// Which master keys new cards' keys follow from.
    func currentPurseKeyVersion() throws(PaymentsError) -> Int

    /// The authentication code that a card makes of a purchase.
    func tac(
        of purchase: PursePurchase, by card: PurseSerial, keyVersion: Int
    ) throws(PaymentsError) -> PurseMAC

    /// The codes of a load that a card has begun.
    func codes(
        of load: PurseLoad, onto card: PurseSerial, in contact: LoadOrder.Contact, keyVersion: Int
    ) throws(PaymentsError) -> PurseLoadCodes

    /// What makes an instance of the application this card. It goes into a secure channel with the card and nowhere else.
    func personalization(of purse: Purse) throws(PaymentsError) -> PursePersonalization

    /// What a terminal's security module makes its codes with. It goes into the module and nowhere else.
    func purchaseKey(version: Int) throws(PaymentsError) -> PurseKey
}

/// What card and issuer say to each other when a card is loaded.
public struct PurseLoadCodes: Hashable, Sendable {
    /// By the card, when it begins.
    public var mac1: PurseMAC
    /// By the issuer: the card loads itself with it.
    public var mac2: PurseMAC
    /// By the card, when it has loaded itself.
    public var tac: PurseMAC

    public init(mac1: PurseMAC, mac2: PurseMAC, tac: PurseMAC) {
        self.mac1 = mac1
        self.mac2 = mac2
        self.tac = tac
    }
}
