import Instructions

extension MerchantPlatform {
    /// Takes in what the payment server says of an instruction (XFER-07); said twice, it is taken in once.
    ///
    /// The payment server holds the money, so its word goes: what has been declined or has expired may be paid after all,
    /// what is paid stays paid.
    public func takeResult(_ compact: String) async throws(MerchantsError) -> IssuedInstruction {
        let server = profile.paymentServer
        let result: PaymentResult
        do {
            result = try reader().read(compact) { name in
                server.keys.first { $0.name == name }?.key.map { (server.name, $0) }
            }
        } catch {
            throw .statement(error)
        }
        return try await store.transact { records throws(MerchantsError) in
            guard let id = InstructionID(rawValue: result.instruction), var issued = try records.instruction(id) else {
                throw .notFound(field: "instruction", reason: "no instruction of this name")
            }
            try check(result, issued.statement)
            let state = IssuedInstruction.State(result.state)
            if issued.state == state, issued.result?.order == result.order { return issued }
            guard issued.state != .paid else {
                throw .wrongState(reason: "the instruction is paid, which does not change any more")
            }
            issued.state = state
            issued.result = IssuedInstruction.Result(order: result.order, amount: result.amount, at: result.at)
            issued.order = try settled(issued.order, state == .paid, records)
            try records.apply(.putInstruction(issued))
            try records.apply(
                .audit(
                    PlatformAuditEntry(
                        at: clock.now(), actor: "payment-server", action: "instruction.\(state)", detail: "\(id)")))
            return issued
        }
    }

    /// A result says what the instruction says.
    private func check(_ result: PaymentResult, _ statement: PaymentInstruction) throws(MerchantsError) {
        guard result.currency == statement.currency else {
            throw .invalid(field: "currency", reason: "the instruction is in \(statement.currency)")
        }
        guard (1...64).contains(result.order.utf8.count) else {
            throw .invalid(field: "order", reason: "1 to 64 bytes")
        }
        if let fixed = statement.amount, let amount = result.amount, amount != fixed {
            throw .invalid(field: "amount", reason: "the instruction says another amount")
        }
        guard result.state != .paid || (result.amount ?? 0) > 0 else {
            throw .invalid(field: "amount", reason: "what is paid has an amount")
        }
    }

    /// Gives back what an order had reserved when it is not paid; takes it again when it is paid after all.
    private func settled(
        _ order: IssuedInstruction.ObjectOrder?, _ isPaid: Bool, _ records: any MerchantTransaction
    ) throws(MerchantsError) -> IssuedInstruction.ObjectOrder? {
        guard var order else { return nil }
        guard order.isReserved != isPaid else { return order }
        if isPaid {
            order.isShort = try !take(order.quantity, of: order.object, records)
            order.isReserved = !order.isShort
        } else {
            try giveBack(order.quantity, of: order.object, records)
            order.isReserved = false
        }
        return order
    }

    /// Lowers the stock; `false` when there is less.
    func take(
        _ quantity: Int64, of id: TargetObjectID, _ records: any MerchantTransaction
    ) throws(MerchantsError) -> Bool {
        guard var object = try records.object(id) else { throw .internal(reason: "the object \(id) is gone") }
        guard let stock = object.stock else { return true }
        guard stock >= quantity else { return false }
        object.stock = stock - quantity
        try records.apply(.putObject(object))
        return true
    }

    func giveBack(
        _ quantity: Int64, of id: TargetObjectID, _ records: any MerchantTransaction
    ) throws(MerchantsError) {
        guard var object = try records.object(id) else { throw .internal(reason: "the object \(id) is gone") }
        guard let stock = object.stock else { return }
        object.stock = stock + quantity
        try records.apply(.putObject(object))
    }
}

extension IssuedInstruction.State {
    init(_ state: PaymentResult.State) {
        self =
            switch state {
            case .paid: .paid
            case .declined: .declined
            case .expired: .expired
            }
    }
}
