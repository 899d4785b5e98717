public import Logging
public import Payments
import SeneschalAPI

/// The server of a payment server: doors for payers' devices, merchant platforms, sellers' terminals and its operator.
public struct PaymentsServer: ListeningServer {
    private let payments: PaymentServer
    private let smartCards: SmartCardDesk
    private let purses: any PurseIssuerKeys
    private let cardPayments: IssuerPaymentDesk?
    public let logger: Logger

    /// - Parameters:
    ///   - purses: the keys of the purses that it issues.
    ///   - cardPayments: `nil` where no line goes to an issuer.
    public init(
        _ payments: PaymentServer, smartCards: SmartCardDesk, purses: any PurseIssuerKeys,
        cardPayments: IssuerPaymentDesk? = nil, logger: Logger
    ) {
        self.payments = payments
        self.smartCards = smartCards
        self.purses = purses
        self.cardPayments = cardPayments
        self.logger = logger
    }

    public var router: RegisteredDoors { RegisteredDoors(doors()) }

    /// All doors, with what they registered.
    func doors() -> DoorRouter {
        var router = DoorRouter(.payments, gatekeeper: PaymentGatekeeper(access: AccessDesk(payments)))
        let orders = OrderDesk(payments)
        PayerDoor(payers: PayerDesk(payments), orders: orders).register(on: &router)
        BillDoor(bills: BillDesk(payments)).register(on: &router)
        SmartCardDoor(cards: smartCards).register(on: &router)
        CardPaymentDoor(cards: cardPayments).register(on: &router)
        PurseDoor(
            purses: PurseDesk(payments, keys: purses), loads: LoadDesk(payments, keys: purses)
        ).register(on: &router)
        ClearingDoor(clearing: ClearingDesk(payments, keys: purses)).register(on: &router)
        PlatformDoor(rewards: RewardDesk(payments), orders: orders).register(on: &router)
        PaymentOperatorDoor(desk: OperatorDesk(payments)).register(on: &router)
        PublicDoor(contract: .payments) { await health($0) }.register(on: &router)
        return router
    }

    private func health(_ visit: RequestVisit) async -> API.Health {
        API.Health(
            store: await healthState(of: "the store", visit) {
                // The ledger is well when both sides of it are equal.
                try await OperatorDesk(payments).snapshot().totals.values.allSatisfy(\.isBalanced)
            },
            // The vault is well when it signs.
            vault: await healthState(of: "the vault", visit) {
                try !payments.keys.sign([], type: "health").isEmpty
            },
            attachedAgents: 0, issuerLine: await issuerLine(visit))
    }

    /// `nil` where there is none; its queue cannot be told when the store fails, which stands in the answer besides.
    private func issuerLine(_ visit: RequestVisit) async -> API.Health.IssuerLine? {
        guard let cardPayments else { return nil }
        do {
            let (leg, reversals, now) = try await cardPayments.state()
            func ago(_ moment: Int64?) -> Int? { moment.map { Int(max(0, now - $0)) } }
            return API.Health.IssuerLine(
                state: leg.upSince == nil ? .down : .signedOn, isEncrypted: leg.isEncrypted,
                signedOnSeconds: ago(leg.upSince), echoSecondsAgo: ago(leg.lastEchoAt),
                silentSeconds: ago(leg.lastHeardAt), waiting: leg.waiting, reversals: reversals)
        } catch {
            visit.logger.error("the queue of reversals cannot be read", metadata: ["error": "\(error)"])
            return nil
        }
    }
}
