import Assembly
import CardCryptography
import CardLink
import ElectronicPurse
import Foundation
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

    private let purse: PursePersonalization

    static func issuer() throws -> PurseIssuer {
        func key(_ hex: String) throws -> PurseKey { try PurseKey(SecretBytes([UInt8](hex: hex))) }
        return PurseIssuer(
            PurseKeys(
                purchase: try key(purchaseKey), load: try key(loadKey), authentication: try key(authenticationKey)))
    }

    /// A card with a number of its own.
    init() throws { purse = try Self.issuer().issue() }

    /// Installs, personalizes and loads it.
    func personalize(
        _ card: inout SecureElement, in domain: AID, keys: SecureChannelKeySet, _ identity: CardIdentity
    ) async throws {
        try [purse.testApplication].install(on: &card, in: domain, keys: keys, identity)
        let powered = InProcessCard(card)
        try await Self.issuer().load(Self.balance, into: powered)
        card = await powered.card
        card.reset()
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
            number: purse.applicationData.number, serial: "\(purse.applicationData.serial)",
            balance: Self.balance, purchaseKey: Self.purchaseKey, loadKey: Self.loadKey,
            authenticationKey: Self.authenticationKey)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(report).write(to: URL(fileURLWithPath: path))
    }
}

extension PursePersonalization {
    /// For a card that it is put on directly.
    var testApplication: TestApplication {
        TestApplication(
            aid: PurseFile.transport, package: BuiltInModule.pursePackage, module: BuiltInModule.purse,
            runs: [dataGroupings])
    }
}
