import Payments
import SeneschalAPI

/// The door of merchant platforms: rewards, and instructions that are taken back or asked after.
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
        router.on(Endpoints.getInstructionStanding) { _, visit in
            .init(
                try await orders.standing(
                    ofInstruction: visit.parameters["instruction"] ?? "", for: visit.platform()))
        }
    }
}

extension API.InstructionStanding {
    fileprivate init(_ standing: InstructionStanding) {
        switch standing {
        case .unknown: self.init(state: .unknown)
        case .open: self.init(state: .open)
        case .settled(let result): self.init(state: .settled, result: result)
        }
    }
}
