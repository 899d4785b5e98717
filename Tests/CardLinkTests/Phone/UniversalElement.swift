import CardCryptography
import CardTesting
import EMV
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// A secure element with both universal instances, as the central TSM leaves it, and card records in them.
enum UniversalElement {
    static let debit: AID = "A00000033301010101"
    static let credit: AID = "A00000033301010201"
    static let cardImageNumber: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

    static func instanceKey(_ type: UniversalPersonalization.CardType) throws -> TripleDESKey {
        try TripleDESKey((0..<16).map { UInt8($0) &* 7 &+ type.rawValue })
    }

    /// - Parameter applications: payment applications beside them, each with its personalization.
    static func make(
        debit debitRecords: [UniversalCardRecord], credit creditRecords: [UniversalCardRecord] = [],
        applications: [(AID, [PersonalizationGrouping])] = []
    ) throws -> SecureElement {
        func key(_ offset: UInt8) -> SecretBytes { SecretBytes((0..<16).map { 0x40 + offset + $0 }) }
        let keys = try SCP03KeySet(enc: key(0), mac: key(1), dek: key(2))
        guard let implementation = SCP03Implementation(rawValue: 0x70) else { throw CardRefused(.incorrectParameters) }
        var element = SecureElement.manufacture(
            CardConfiguration(.embedded, .init(holdsPaymentPackage: true)),
            identity: CardIdentity(
                issuerIdentificationNumber: [0x48, 0x20], cardImageNumber: cardImageNumber,
                keyDiversificationData: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], implementation: implementation),
            random: SeededRandomSource(seed: 9)
        ) { _ in keys }
        let instances: [(AID, UniversalPersonalization.CardType, [UniversalCardRecord])] = [
            (debit, .debit, debitRecords), (credit, .credit, creditRecords),
        ]
        for (aid, type, records) in instances {
            let set = try UniversalPersonalization.onlineOnly(
                type, universalIdentifier: [UInt8](repeating: type.rawValue, count: 16), label: "Universal",
                priority: type.rawValue, instanceKey: instanceKey(type), issuerCountryCode: 276)
            let runs = [set.groupings] + (records.isEmpty ? [] : [records.map(\.grouping)])
            try manage(
                &element, install(aid, BuiltInModule.universalCardPackage, BuiltInModule.universalCard, runs), keys)
        }
        for (aid, groupings) in applications {
            try manage(&element, install(aid, BuiltInModule.paymentPackage, BuiltInModule.payment, [groupings]), keys)
        }
        element.reset()
        return element
    }

    /// INSTALL, and a run of STORE DATA for each list of groupings.
    private static func install(
        _ application: AID, _ package: AID, _ module: AID, _ runs: [[PersonalizationGrouping]]
    ) -> [CommandAPDU] {
        let install = InstallCommand.forInstallAndMakeSelectable(
            .init(executableLoadFile: package, executableModule: module, application: application))
        return [install.command]
            + runs.flatMap { groupings in
                [InstallCommand.forPersonalization(application: application).command]
                    + StoreDataCommand.blocks(
                        of: groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }, blockLength: 220
                    ).map(\.command)
            }
    }

    private static func manage(_ element: inout SecureElement, _ commands: [CommandAPDU], _ keys: SCP03KeySet) throws {
        var session = try HostSession(CardConfiguration.issuerSecurityDomain, keys: keys) { element.process($0) }
        for command in commands {
            let response = try session.send(command) { element.process($0) }
            guard response.statusWord == .success else { throw CardRefused(response.statusWord) }
        }
    }

    /// A card with a token for each function; the reference ends with `number`.
    static func record(
        _ number: UInt8, _ functions: [UniversalCardRecord.Function] = [.nfc, .qr, .online], becomesChosen: Bool = true
    ) throws -> UniversalCardRecord {
        guard let reference = UniversalCardReference([0, 0, 0, 0, 0, 0, 0, number]),
            let expiry = CardExpiry(year: 30, month: 12)
        else { throw CardRefused(.incorrectData) }
        return try UniversalCardRecord(
            reference: reference,
            tokens: functions.map { function in
                UniversalCardRecord.Token(
                    function: function,
                    number: try PrimaryAccountNumber(completing: "6299000\(function.rawValue)0000\(100 + Int(number))"),
                    expiry: expiry, sequenceNumber: 1)
            }, label: "Card \(number)", lastFour: "424\(number)",
            paymentAccountReference: "SENE" + String(repeating: "0", count: 24) + "\(number)",
            becomesChosen: becomesChosen)
    }

    /// Whether a cryptogram is that of a token in an instance.
    static func isValid(
        _ cryptogram: [UInt8], over objects: [BERTag: [UInt8]], _ token: UniversalCardRecord.Token,
        _ type: UniversalPersonalization.CardType
    ) throws -> Bool {
        ApplicationCryptogram.isValid(
            cryptogram, over: try CryptogramInput(objects),
            cardKey: CardKeys.optionA(
                master: try instanceKey(type), number: token.number, sequenceNumber: token.sequenceNumber))
    }
}
