import ElectronicPurse
import Foundation
import ISO7816
import MobileDevice
import SeneschalAPI
import SeneschalClient
import Terminal
import Testing

@Suite("A purse from its issuer to a gate: card, device, gate and payment server, over HTTP", .serialized)
struct PurseStoryTests {
    @Test("FLASH-03 is loaded from an account, pays at a gate once, and the gate's owner has what the card has no more")
    func wholeWay() async throws {
        try await PurseTown.tell { town in
            let load = try await town.load(2_000)
            #expect(load.state == .loaded)
            try await town.expect(ada: 8_000, purse: 2_000, line: 0, card: 2_000)
            var gate = try await town.gate()
            guard case .opened = try await gate.present(town.card, fare: GateFare(200), at: town.now) else {
                Issue.record("the gate stays shut")
                return
            }
            #expect(try await gate.report(to: town.office) == .init(taken: 1))
            #expect(try await gate.report(to: town.office) == .init())
            try await town.expect(ada: 8_000, purse: 1_800, line: 200, card: 1_800)
        }
    }

    @Test(
        "a load is torn at every command, before and after the card has executed it, and the purse is loaded once",
        arguments: [false, true])
    func tornLoads(_ isExecuted: Bool) async throws {
        try await PurseTown.tell { town in
            var loads = 0
            // SELECT, file 15, log, counter, INITIALIZE FOR LOAD, CREDIT FOR LOAD: until nothing is cut any more.
            for cut in 0..<40 {
                town.card.cut(at: cut, isExecuted: isExecuted)
                var load: PurseLoading?
                var hasCut = false
                for _ in 0..<3 {
                    do throws(PurseLoadError) {
                        if load == nil { load = try await town.loader.begin(town.money(100), onto: town.card) }
                        if let known = load {
                            let now = try await town.asked(known)
                            load = try await town.loader.finish(now, on: town.card, pin: town.pin)
                        }
                        break
                    } catch {
                        guard case .taken = error else { throw error }
                        hasCut = true
                        town.card.mend()
                    }
                }
                #expect(load?.state == .loaded, "cut \(cut)")
                loads += 1
                try await town.expect(
                    ada: 10_000 - 100 * loads, purse: 100 * loads, line: 0, card: UInt32(100 * loads))
                if !hasCut { break }
            }
            #expect(loads > 8)
        }
    }

    @Test("FLASH-06 a grey purchase is settled when the card comes to be loaded, and its owner is paid back")
    func grey() async throws {
        for isExecuted in [true, false] {
            try await PurseTown.tell { town in
                _ = try await town.load(2_000)
                var gate = try await town.gate()
                town.card.cut(instruction: 0x54, isExecuted: isExecuted)
                guard case .presentAgain = try await gate.present(town.card, fare: GateFare(200), at: town.now) else {
                    Issue.record("the debit was read")
                    return
                }
                town.card.mend()
                try await gate.expire(at: town.now + 60)
                #expect(try await gate.report(to: town.office) == .init(taken: 1))
                let held = try await town.client(nil).list(Endpoints.listHeldGatePurchases, limit: 9)
                #expect(held.items.map(\.terminalSerial) == [1])
                let left: UInt32 = isExecuted ? 1_800 : 2_000
                try await town.expect(ada: 8_000, purse: 2_000, line: 0, card: left)
                _ = try await town.load(500)
                try await town.expect(
                    ada: isExecuted ? 7_700 : 7_500, purse: Int(left) + 500, line: 0, card: left + 500)
                // The gate hears of it, and the card may pass again.
                #expect(try await gate.report(to: town.office) == .init(settled: 1))
                guard case .opened = try await gate.present(town.card, fare: GateFare(200), at: town.now + 61) else {
                    Issue.record("the gate stays shut")
                    return
                }
            }
        }
    }

    @Test("a gate that cannot reach the payment server opens all the same, and reports later")
    func unreachable() async throws {
        try await PurseTown.tell { town in
            _ = try await town.load(2_000)
            var gate = try await town.gate()
            _ = try await gate.present(town.card, fare: GateFare(200), at: town.now)
            let silent = HTTPGateReports(
                SeneschalClient(try HTTPTransport(server: "http://127.0.0.1:9"), credential: nil))
            let failed = try await gate.report(to: silent)
            #expect(failed.taken == 0 && failed.failure != nil && gate.state.unreported.count == 1)
            #expect(try await gate.report(to: town.office).taken == 1)
            try await town.expect(ada: 8_000, purse: 1_800, line: 200, card: 1_800)
        }
    }
}
