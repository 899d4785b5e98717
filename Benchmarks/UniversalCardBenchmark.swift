import CardCryptography
import EMV
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// What the Nth card costs: one card record in a universal card instance, against an application of its own that is
/// installed and personalized whole, without and with a key pair for offline authentication. All in an open session, on
/// the card alone.
func benchmarkUniversalCard() throws -> [Measurement] {
    let offline = try offlineKeys()
    let record = try cost { card, session in
        try card.prepareUniversalCard(&session)
    } commands: { number in
        try recordCommands(number)
    }
    let application = try cost { _, _ in
    } commands: { number in
        try classicCommands(number, nil)
    }
    let signing = try cost { _, _ in
    } commands: { number in
        try classicCommands(number, offline)
    }
    let figures = [("a record", record), ("an application", application), ("an application with key pair", signing)]
    return figures.flatMap { name, cost in
        [
            Measurement("Nth card as \(name): APDUs", Double(cost.commands)),
            Measurement("Nth card as \(name): bytes sent", Double(cost.bytes)),
            Measurement("Nth card as \(name): bytes of card memory", Double(cost.memory)),
            Measurement("Nth card as \(name): time on the card", cost.seconds * 1e6, "µs"),
        ]
    } + ratios(record, application, "an application", goal: 0.75)
        + ratios(record, signing, "an application with key pair", goal: 0.25)
}

private func ratios(_ record: Cost, _ classic: Cost, _ name: String, goal: Double) -> [Measurement] {
    [
        Measurement(
            "Nth card as a record: bytes sent, relative to \(name)", Double(record.bytes) / Double(classic.bytes),
            goal: .atMost(goal)),
        Measurement(
            "Nth card as a record: card memory, relative to \(name)",
            Double(record.memory) / Double(classic.memory), goal: .atMost(goal)),
        Measurement(
            "Nth card as a record: time on the card, relative to \(name)", record.seconds / classic.seconds),
    ]
}

/// Of one card out of so many.
private struct Cost {
    var commands: Int
    var bytes: Int
    var memory: Int
    var seconds: Double
}

/// As many cards as both ways have room for comfortably.
private let cards = 24
private let rounds = 5

private func cost(
    prepare: (inout FurnishedCard, inout SCP03Session) throws -> Void,
    commands: (Int) throws -> [CommandAPDU]
) throws -> Cost {
    var times: [Double] = []
    var total = Cost(commands: 0, bytes: 0, memory: 0, seconds: 0)
    for _ in 0..<rounds {
        var card = try FurnishedCard()
        var session = try card.open()
        try prepare(&card, &session)
        var element = card.element
        let before = element.inventory.memory.used
        let wrapped = try (0..<cards).flatMap { try commands($0) }.map { try session.wrap($0) }
        var successes = 0
        times.append(
            seconds {
                for command in wrapped where element.process(command).statusWord == .success { successes += 1 }
            } / Double(cards))
        precondition(successes == wrapped.count, "every command was accepted")
        total.commands = wrapped.count / cards
        total.bytes = wrapped.reduce(0) { $0 + $1.bytes.count } / cards
        total.memory = (element.inventory.memory.used - before) / cards
    }
    total.seconds = median(times)
    return total
}

// MARK: - As a record

private let instance: AID = "A00000033301010101"

extension FurnishedCard {
    /// The instance and its data set: what was done once, before the first card.
    fileprivate mutating func prepareUniversalCard(_ session: inout SCP03Session) throws {
        let set = try UniversalPersonalization.onlineOnly(
            .debit, universalIdentifier: [UInt8](repeating: 1, count: 16), label: "Universal debit", priority: 1,
            instanceKey: try benchmarkKey(), issuerCountryCode: 250)
        let install = InstallCommand.ForInstall(
            executableLoadFile: BuiltInModule.universalCardPackage, executableModule: BuiltInModule.universalCard,
            application: instance)
        try send(InstallCommand.forInstallAndMakeSelectable(install).command, &session)
        for command in personalization(of: instance, set.groupings) { try send(command, &session) }
    }
}

private func recordCommands(_ number: Int) throws -> [CommandAPDU] {
    guard let reference = UniversalCardReference([0, 0, 0, 0, 0, 0, 0, UInt8(number)]) else {
        preconditionFailure("a reference has eight bytes")
    }
    let tokens = try UniversalCardRecord.Function.allCases.map { function in
        UniversalCardRecord.Token(
            function: function,
            number: try PrimaryAccountNumber(completing: "6299000\(function.rawValue)0000\(100 + number)"),
            expiry: try benchmarkExpiry())
    }
    let record = try UniversalCardRecord(
        reference: reference, tokens: tokens, label: "Card \(number)", lastFour: "0010",
        paymentAccountReference: "SENE" + String(repeating: "0", count: 25))
    return personalization(of: instance, [record.grouping])
}

// MARK: - As an application of its own

private func offlineKeys() throws -> PaymentAccount.OfflineKeys {
    let expiry = try benchmarkExpiry()
    let authority = TestCertificationAuthority.generate(
        registeredIdentifier: [0xA0, 0x00, 0x00, 0x00, 0x03], index: 0xFA, expiry: expiry)
    return PaymentAccount.OfflineKeys(
        issuer: authority.issuer(
            privateKey: .generate(bitCount: 1152, publicExponent: 3), issuerIdentifier: "541333", expiry: expiry),
        card: .generate(bitCount: 1024, publicExponent: 3))
}

private func classicCommands(_ number: Int, _ offline: PaymentAccount.OfflineKeys?) throws -> [CommandAPDU] {
    let aid = try AID([0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10, UInt8(number)])
    let account = PaymentAccount(
        number: try PrimaryAccountNumber(completing: "541333000000\(100 + number)"), expiry: try benchmarkExpiry(),
        label: "Card \(number)", issuerCountryCode: 250)
    let application = try PaymentPersonalization.quick(
        account, masterKey: PaymentAccount.MasterKey(key: try benchmarkKey()), offline: offline)
    let install = InstallCommand.ForInstall(
        executableLoadFile: BuiltInModule.paymentPackage, executableModule: BuiltInModule.payment, application: aid)
    return [InstallCommand.forInstallAndMakeSelectable(install).command]
        + personalization(of: aid, application.groupings)
}

private func personalization(of aid: AID, _ groupings: [PersonalizationGrouping]) -> [CommandAPDU] {
    [InstallCommand.forPersonalization(application: aid).command]
        + StoreDataCommand.blocks(
            of: groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }, blockLength: 220
        ).map(\.command)
}

private func benchmarkKey() throws -> TripleDESKey { try TripleDESKey([UInt8](repeating: 0x4B, count: 16)) }

private func benchmarkExpiry() throws -> CardExpiry {
    guard let expiry = CardExpiry(year: 39, month: 12) else { preconditionFailure("a month") }
    return expiry
}
