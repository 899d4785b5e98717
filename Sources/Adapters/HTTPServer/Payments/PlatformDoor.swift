import Payments
import SeneschalAPI

/// The door of merchant platforms: rewards, and instructions that are taken back.
struct PlatformDoor: Sendable {
    let rewards: RewardDesk
    let orders: OrderDesk

    func register(on router: inout DoorRouter) {
        router.on(Endpoints.payReward) { body, _ in .init(try await rewards.pay(body.instruction)) }
        router.on(Endpoints.cancelInstruction) { _, visit in
            let order = try await orders.cancel(
                instruction: visit.parameters["instruction"] ?? "", by: visit.platform(), visit.paymentRequestKey())
            return .init(order)
        }
    }
}
