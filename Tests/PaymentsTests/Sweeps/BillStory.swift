import MobileDevice
import Terminal
import Testing

@testable import Payments

/// A whole bill: opened, collected from two sellers' terminals, one item taken off again, closed, confirmed, with the
/// device's and the terminals' own programs, cut at some steps, each made up for as its victim would.
///
/// A step is a commit of the server, at which it dies; a request or its answer on the way to it; a command between a
/// terminal and the device; a number of a terminal's sequence.
struct BillStory: CutStory, CustomStringConvertible {
    enum Kind: CaseIterable, Sendable {
        case byDevice, byPIN
        /// The period is over before the payer closes it.
        case closedByTime
        /// The first confirmation finds too little on the account.
        case depositedLate
    }

    var kind = Kind.byDevice
    var cuts: Cuts = [:]
    var isInFile = false

    var description: String { "\(kind), cut \(cuts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" })" }

    private static let sales =
        [("bakery-1", 300), ("flowers-1", 700), ("bakery-2", 450), ("flowers-1", 999)]
        as [(String, Int64)]
    private static let funds: Int64 = 10_000

    /// Tells the whole story, and checks its end.
    ///
    /// - Returns: how many steps it had.
    @discardableResult
    func play() async throws -> Int {
        let town = try await BillTown(self, holding: kind == .depositedLate ? 1_000 : Self.funds)
        let opened = try await town.open()
        try await collect(town, opened)
        if kind == .closedByTime { try await town.endPeriod() }
        let shown = try await town.insisting { try await town.collector.close(requestKey: "close") }
        var settlement = try await town.confirm(shown)
        if kind == .depositedLate {
            #expect(settlement == .insufficientFunds, "\(self)")
            try await town.deposit(Self.funds - 1_000)
            settlement = try await town.confirm(shown)
        }
        let steps = town.scissors.stepCount
        town.scissors.set(nil)
        guard case .settled(let shares) = settlement else {
            Issue.record("\(self): \(settlement)")
            return steps
        }
        let (baker, florist) = (town.bills.bench.baker.id.rawValue, town.bills.florist.id.rawValue)
        #expect(Set(shares) == [.init(seller: baker, amount: 750), .init(seller: florist, amount: 700)], "\(self)")
        try await town.expectSettledOnce(of: Self.funds, place: "\(self)")
        // The same key, the same answer.
        #expect(try await town.confirm(shown) == settlement, "\(self)")
        #expect(try await town.open() == opened, "\(self)")
        try await town.expectSettledOnce(of: Self.funds, place: "\(self), repeated")
        return steps
    }

    private func collect(_ town: BillTown, _ opened: ActiveBill) async throws {
        var handed: [SignedItem] = []
        for (terminal, amount) in Self.sales { handed.append(try await town.sell(amount, at: terminal)) }
        let deliveries = try await town.deliver()
        #expect(deliveries.allSatisfy { $0.refusal == nil }, "\(self): \(deliveries)")
        let last = try #require(handed.last)
        let removal = try town.terminal("flowers-1").signRemoval(of: last, at: town.now)
        _ = try await town.insisting { try await town.service.remove(removal) }
    }

    /// Tells the story until the device loses something, and then dies, with what it had collected: the payer gives the
    /// bill up on the server. Everybody has been paid, or nobody.
    ///
    /// - Returns: how many steps it had.
    func playUntilDeviceDies() async throws -> Int {
        let town = try await BillTown(self, holding: Self.funds)
        town.isPatient = false
        var steps = 0
        do {
            let opened = try await town.open()
            try await collect(town, opened)
            let shown = try await town.collector.close(requestKey: "close")
            _ = try await town.confirm(shown)
            Issue.record("nothing was cut: \(self)")
        } catch {
            steps = town.scissors.stepCount
            town.scissors.set(nil)
        }
        try await town.giveUp()
        try await town.expectAllOrNothing(of: Self.funds, place: "\(self)")
        return steps
    }
}
