import Instructions

/// What became of an instruction, for the platform that signed it.
public enum InstructionStanding: Hashable, Sendable {
    /// No order was made of it.
    case unknown
    /// Its payer may pay it yet.
    case open
    /// With a `PaymentResult` in compact form, signed anew.
    case settled(result: String)
}

extension OrderDesk {
    /// What became of an instruction: a platform asks that has not heard of it, or may have missed it.
    public func standing(
        ofInstruction instruction: String, for platform: PartyName
    ) async throws(PaymentsError) -> InstructionStanding {
        let order: Order
        do throws(PaymentsError) {
            order = try await self.order(of: platform, instruction: instruction)
        } catch .notFound {
            return .unknown
        }
        guard order.state != .open else { return .open }
        let now = server.clock.now()
        let result = OrderResult(
            instruction: instruction, state: PaymentResult.State(order.state), order: order.id, amount: order.amount,
            currency: order.instruction.currency, at: order.settledAt ?? now)
        let statement = result.statement("standing-\(order.id)", from: server.name, to: platform.value, at: now)
        let payload: [UInt8]
        do { payload = try statement.payload() } catch { throw .internal(reason: "\(error)") }
        return .settled(result: try server.keys.sign(payload, type: PaymentResult.type))
    }
}
