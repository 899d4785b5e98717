import Assembly
import CardCryptography
import ElectronicPurse
import GlobalPlatform
import ISO7816
import SecureElement

/// An electronic purse as its issuer puts it on a card: with a number of its own, and keys that follow from the issuer's.
struct IssuedPurse {
    private let personalization: PursePersonalization

    var applicationData: PurseApplicationData { personalization.applicationData }

    /// - Parameter issuerKeys: of all its cards.
    init(_ issuerKeys: PurseKeys) throws {
        let digits = SystemRandomSource().bytes(11).map { "\($0 % 10)" }.joined()
        personalization = PursePersonalization(
            try PurseApplicationData(
                city: [0x31, 0x00], number: "30031040" + digits, start: [0x20, 0x26, 0x01, 0x01],
                expiry: [0x20, 0x46, 0x12, 0x31]), issuerKeys: issuerKeys, priority: 1)
    }

    var application: TestApplication {
        TestApplication(
            aid: PurseFile.transport, package: BuiltInModule.pursePackage, module: BuiltInModule.purse,
            runs: [personalization.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }])
    }

    /// INITIALIZE FOR LOAD, and CREDIT FOR LOAD with the issuer's MAC.
    func load(_ card: inout SecureElement, _ cents: UInt32) throws {
        let terminal = try PurseTerminalNumber([0, 0, 0, 0, 0, 1])
        let moment = PurseMoment(SystemClock().now())
        _ = card.process(PurseFile.select(PurseFile.transport))
        let begun = try InitializedLoad(
            card.process(InitializeTransaction(for: .load, amount: cents, terminal: terminal).command).data)
        let session = PurseLoad.sessionKey(
            personalization.keys.load, random: begun.random, onlineNumber: begun.onlineNumber)
        let mac = PurseLoad(amount: cents, terminal: terminal).mac2(session, at: moment)
        let answer = card.process(CreditForLoad(moment: moment, mac2: mac).command)
        guard answer.statusWord == .success else {
            throw CommandFailure(.refused, "the card refused to be loaded with \(answer.statusWord)")
        }
    }
}
