import CardCryptography
import ElectronicPurse
import Foundation
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// What `--payment purse` puts on a card: an electronic purse with well-known keys, loaded with 50.00.
struct TestPurse {
    /// Of the test issuer, for all its cards: purchases, loads, transaction authentication codes.
    static let purchaseKey = "0123456789ABCDEFFEDCBA9876543210"
    static let loadKey = "FEDCBA98765432100123456789ABCDEF"
    static let authenticationKey = "89ABCDEF0123456776543210FEDCBA98"
    static let balance: UInt32 = 5_000

    private let personalization: PursePersonalization

    static func issuerKeys() throws -> PurseKeys {
        func key(_ hex: String) throws -> PurseKey { try PurseKey(SecretBytes([UInt8](hex: hex))) }
        return PurseKeys(
            purchase: try key(purchaseKey), load: try key(loadKey), authentication: try key(authenticationKey))
    }

    /// A card with a number of its own.
    init() throws {
        let digits = SystemRandomSource().bytes(11).map { "\($0 % 10)" }.joined()
        personalization = PursePersonalization(
            try PurseApplicationData(
                city: [0x31, 0x00], number: "30031040" + digits, start: [0x20, 0x26, 0x01, 0x01],
                expiry: [0x20, 0x46, 0x12, 0x31]), issuerKeys: try Self.issuerKeys(), priority: 1)
    }

    /// Installs, personalizes and loads it.
    func personalize(
        _ card: inout SecureElement, in domain: AID, keys: SecureChannelKeySet, _ identity: CardIdentity
    ) throws {
        let application = TestApplication(
            aid: PurseFile.transport, package: BuiltInModule.pursePackage, module: BuiltInModule.purse,
            runs: [personalization.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }])
        try [application].install(on: &card, in: domain, keys: keys, identity)
        try load(&card)
        card.reset()
    }

    private func load(_ card: inout SecureElement) throws {
        let terminal = try PurseTerminalNumber([0, 0, 0, 0, 0, 1])
        let moment = PurseMoment(Int64(Date().timeIntervalSince1970))
        _ = card.process(PurseFile.select(PurseFile.transport))
        let begun = try InitializedLoad(
            card.process(InitializeTransaction(for: .load, amount: Self.balance, terminal: terminal).command).data)
        let session = PurseLoad.sessionKey(
            personalization.keys.load, random: begun.random, onlineNumber: begun.onlineNumber)
        let mac = PurseLoad(amount: Self.balance, terminal: terminal).mac2(session, at: moment)
        let answer = card.process(CreditForLoad(moment: moment, mac2: mac).command)
        guard answer.statusWord == .success else {
            throw CommandFailure(.refused, "the card refused to be loaded with \(answer.statusWord)")
        }
    }

    /// What a terminal or an issuer needs to know of it.
    private struct Report: Encodable {
        let number: String
        let serial: String
        let balance: UInt32
        let purchaseKey: String
        let loadKey: String
        let authenticationKey: String
    }

    /// Writes the test keys and the number to a file, as JSON.
    func write(to path: String) throws {
        let report = Report(
            number: personalization.applicationData.number, serial: "\(personalization.applicationData.serial)",
            balance: Self.balance, purchaseKey: Self.purchaseKey, loadKey: Self.loadKey,
            authenticationKey: Self.authenticationKey)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(report).write(to: URL(fileURLWithPath: path))
    }
}
