import ISO4217
import Instructions
import Merchants
import Synchronization

/// A ledger with the accounts of merchants and users: a transfer moves once under its name, what is created is nothing.
final class RewardLedger: RewardTransfers {
    private let state = Mutex(State())

    private struct State {
        var balances: [String: Int64] = ["acc_quay_rewards": 10_000]
        var moved: [String: RewardTransfer] = [:]
        var fault: Fault?
    }

    enum Fault {
        /// Nothing arrives.
        case unreachable
        /// It is done, and nobody hears of it.
        case answerLost
    }

    var fault: Fault? {
        get { state.withLock { $0.fault } }
        set { state.withLock { $0.fault = newValue } }
    }

    func transfer(_ transfer: RewardTransfer) async throws(MerchantsError) -> RewardTransferAnswer {
        let (answer, fault): (RewardTransferAnswer?, Fault?) = state.withLock { state in
            if state.fault == .unreachable { return (nil, .unreachable) }
            return (Self.answer(transfer, &state), state.fault)
        }
        guard let answer, fault == nil else { throw .unfinished(reason: "no answer") }
        return answer
    }

    private static func answer(_ transfer: RewardTransfer, _ state: inout State) -> RewardTransferAnswer {
        if let known = state.moved[transfer.id] {
            let isSame =
                known.amount == transfer.amount && known.payer == transfer.payer && known.payee == transfer.payee
            return isSame ? .moved : .refused(reason: "another transfer has this name")
        }
        let amount = transfer.amount.minorUnits
        guard state.balances[transfer.payer, default: 0] >= amount else {
            return .refused(reason: "insufficient funds")
        }
        state.balances[transfer.payer, default: 0] -= amount
        state.balances[transfer.payee, default: 0] += amount
        state.moved[transfer.id] = transfer
        return .moved
    }

    func balance(_ account: String) -> Int64 { state.withLock { $0.balances[account, default: 0] } }
    func deposit(_ amount: Int64, _ account: String) { state.withLock { $0.balances[account, default: 0] += amount } }
    var total: Int64 { state.withLock { $0.balances.values.reduce(0, +) } }
    var transfers: [RewardTransfer] { state.withLock { Array($0.moved.values) } }
}
