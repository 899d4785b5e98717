import Assembly
import CardCryptography
import CardLink
import ElectronicPurse
import GlobalPlatform
import ISO4217
import ISO7816
import Instructions
import JOSE
import Merchants
import MobileDevice
import SecureChannel
import SecureElement
import SeneschalAPI
import SeneschalClient
import Terminal

/// A merchant with an account, its place on the platform, and a till that signs.
struct DemoShop {
    let name: String
    /// At the payment server.
    let account: String
    /// `mer_…`, at the platform.
    let merchant: String
    /// With the merchant's credential at the platform.
    let platform: SeneschalClient
    /// With the till's credential at the payment server.
    let payments: SeneschalClient
    /// The till's name and key, which signs usage reports too.
    let till: NamedPrivateKey

    init(_ name: String, till: String, in town: PaymentNeighbourhood) async throws {
        self.name = name
        self.till = NamedPrivateKey(name: till, privateKey: .generate(.p256))
        let pem = self.till.privateKey.publicKey.pem
        account = try await town.paymentOperator.openAccount(.merchant, name)
        let terminal = try await town.paymentOperator.send(
            Endpoints.registerPaymentTerminal, .init(name: till, publicKey: pem, payee: account))
        payments = town.paymentClient(terminal.secret)
        let registered = try await town.merchantOperator.send(
            Endpoints.registerMerchant,
            .init(
                name: name, payee: account, rewardAccount: town.rewardAccount, currency: PaymentNeighbourhood.currency,
                category: "5814", keyName: till, publicKey: pem))
        merchant = registered.merchant.merchant
        platform = town.merchantClient(registered.secret)
    }

    func billTerminal() -> BillTerminal {
        BillTerminal(
            name: till.name, paymentServer: PaymentNeighbourhood.paymentName, seller: account, key: till,
            sequence: CountedItems())
    }
}

/// Counts in memory: a demonstration loses no power.
private actor CountedItems: ItemSequence {
    private var last: Int64 = 0

    func next() -> Int64 {
        last += 1
        return last
    }
}

/// Somebody with an account at the payment server, a name on the platform, and a telephone.
struct DemoPerson {
    let name: String
    let account: String
    let payments: SeneschalClient
    let platform: SeneschalClient
    let key: PayerKey
    let telephone: PayerPhone

    init(_ name: String, in town: PaymentNeighbourhood) async throws {
        self.name = name
        let privateKey = ECPrivateKey.generate(.p256)
        let digits = SystemRandomSource().bytes(6).map { "\($0 % 10)" }.joined()
        let opened = try await town.paymentClient(nil).send(
            Endpoints.openPayerAccount,
            .init(
                label: name, currency: PaymentNeighbourhood.currency,
                deviceKey: HexBytes(privateKey.publicKey.uncompressedPoint), pin: digits))
        account = opened.account.account
        payments = town.paymentClient(opened.secret)
        let user = try await town.merchantOperator.send(
            Endpoints.registerPlatformUser, .init(name: name.lowercased(), rewardAccount: account))
        platform = town.merchantClient(user.secret)
        key = PayerKey(
            account: account, server: opened.server,
            key: NamedPrivateKey(name: opened.deviceKeyName, privateKey: privateKey))
        telephone = PayerPhone(
            key: key, payments: HTTPPaymentService(payments), platform: HTTPMerchantPlatformService(platform),
            confirmation: AgreeingOwner(), now: { SystemClock().now() })
    }

    func balance() async throws -> Int { try await payments.send(Endpoints.getPayerAccount, NoBody()).balance }

    // MARK: - Purses

    /// What makes a card a fresh purse of this person's.
    func issuePurse(in town: PaymentNeighbourhood) async throws -> PursePersonalization {
        let purse = try await town.paymentOperator.send(
            Endpoints.issuePurse, .init(currency: PaymentNeighbourhood.currency, owner: account))
        return try await town.paymentOperator.pursePersonalization(purse.card)
    }

    /// Money of the account's goes onto the card.
    func load(_ cents: Int64, onto card: any CardChannel) async throws {
        guard let currency = Currency(PaymentNeighbourhood.currency) else {
            preconditionFailure("a currency of ISO 4217")
        }
        let loader = PurseLoader(
            key: key, loads: HTTPPurseLoads(payments), confirmation: AgreeingOwner(), now: { SystemClock().now() })
        let load = try await loader.begin(Money(minorUnits: cents, currency: currency), onto: card)
        let loaded = try await loader.finish(load, on: card)
        guard loaded.state == .loaded else { throw CommandFailure(.refused, "the purse was not loaded") }
    }

    /// A card of plastic with a purse of this person's.
    func plasticPurse(in town: PaymentNeighbourhood, loadedWith cents: Int64) async throws -> InProcessCard<
        SecureElement
    > {
        var card = try DemoCard()
        try card.install([try await issuePurse(in: town).testApplication])
        let inHand = card.inHand()
        try await load(cents, onto: inHand)
        try await inHand.reset()
        return inHand
    }
}

/// Says yes to what is shown, and shows it to whoever reads along.
struct AgreeingOwner: ConsumerConfirmation {
    func confirm(_ reason: String) async -> Bool {
        Terminal.output("    the owner is shown  “\(reason)” and agrees")
        return true
    }
}

/// A card of the demonstration, with random keys, and applications of ours.
struct DemoCard {
    private var card: SecureElement
    private let keys: SCP03KeySet
    private let identity: CardIdentity
    private let domain: AID

    init() throws {
        let configuration = CardConfiguration(.embedded)
        let keys = SCP03KeySet.random(.aes128)
        guard let implementation = SCP03Implementation(rawValue: 0x70) else {
            preconditionFailure("an implementation of the standard")
        }
        identity = CardIdentity(
            issuerIdentificationNumber: Array("SENE".utf8), cardImageNumber: SystemRandomSource().bytes(8),
            keyDiversificationData: SystemRandomSource().bytes(KeyDiversification.dataLength),
            implementation: implementation)
        card = SecureElement.manufacture(
            configuration, identity: identity, channelKeys: { _ in .scp03(keys) })
        domain = configuration.centralSecurityDomain
        self.keys = keys
    }

    mutating func install(_ applications: [TestApplication]) throws {
        try applications.install(on: &card, in: domain, keys: .scp03(keys), identity)
    }

    /// The card as it is now, in somebody's hand.
    func inHand() -> InProcessCard<SecureElement> { InProcessCard(card) }
}
