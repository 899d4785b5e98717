import Foundation
import Testing

@testable import SecureElement

@Suite("A naive registry beside the card")
struct ModelTests {
    private static let sequencesMax = 100
    private static let stepsMax = 80
    /// Another number is another set of sequences; `SENESCHAL_SEED` replaces it.
    private static let seed: UInt64 = 20_261_121

    @Test(
        "agrees with it after every command and every power cut, and what was refused changed nothing",
        arguments: [
            CardConfiguration.embedded, .uicc, CardConfiguration(.uiccWithThirdParty, .init(hasMandatedDAP: false)),
        ])
    func sequences(_ configuration: CardConfiguration) throws {
        let given = ProcessInfo.processInfo.environment["SENESCHAL_SEED"].flatMap(UInt64.init)
        var tally = RegistryDriver.Tally()
        for number in 0..<(given == nil ? Self.sequencesMax : 1) {
            var driver = try RegistryDriver(configuration, seed: given ?? Self.seed + UInt64(number))
            tally.add(try driver.run(steps: Self.stepsMax))
        }
        guard given == nil else { return }
        #expect(tally.sequences == Self.sequencesMax)
        #expect(tally.commands > 4_000, "\(tally)")
        #expect(tally.refusals > 2_000, "\(tally)")
        #expect(tally.openings > 1_500 && tally.closedDoors > 300, "\(tally)")
        for cut in CutCard.Cut.Moment.allCases { #expect(tally.cuts[cut, default: 0] > 350, "\(tally)") }
        #expect(tally.cutsFoundAfter > 90, "\(tally)")
        #expect(tally.accepted.values.allSatisfy { $0 >= 5 }, "\(tally)")
        // Registry update is not in Table 2.
        #expect(tally.accepted.count == (configuration.figure == .embedded ? 13 : 14), "\(tally)")
    }
}
