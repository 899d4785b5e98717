import CardCryptography
import CardLink
import CardTesting
import ElectronicPurse
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement
import Terminal

/// A secure element with a loaded purse, and the security module of a terminal that takes it.
enum PurseElement {
    static let terminal: PurseTerminalNumber = {
        do { return try PurseTerminalNumber(hex: "A10000000001") } catch { preconditionFailure("six bytes") }
    }()

    private static func key(_ first: UInt8) throws -> PurseKey {
        try PurseKey(SecretBytes((0..<16).map { first + $0 }))
    }

    static func module() throws -> PurchaseSAM { PurchaseSAM(terminal: terminal, key: try key(0x10)) }

    static func make(balance: UInt32) throws -> SecureElement {
        let data = try PurseApplicationData(
            number: "3003104000012345678", start: [0x20, 0x26, 0x01, 0x01], expiry: [0x20, 0x36, 0x12, 0x31])
        let personalization = PursePersonalization(
            data, issuerKeys: PurseKeys(purchase: try key(0x10), load: try key(0x30), authentication: try key(0x50)),
            priority: 1)
        let keys = try SCP03KeySet(
            enc: SecretBytes([UInt8](repeating: 1, count: 16)), mac: SecretBytes([UInt8](repeating: 2, count: 16)),
            dek: SecretBytes([UInt8](repeating: 3, count: 16)))
        guard let implementation = SCP03Implementation(rawValue: 0x70) else { throw CardRefused(.incorrectParameters) }
        var element = SecureElement.manufacture(
            identity: CardIdentity(
                issuerIdentificationNumber: [1], cardImageNumber: [2], keyDiversificationData: Array(0..<10),
                implementation: implementation), random: SeededRandomSource(seed: 9)
        ) { _ in keys }
        var session = try HostSession(CardConfiguration.issuerSecurityDomain, keys: keys) { element.process($0) }
        let install = InstallCommand.ForInstall(
            executableLoadFile: BuiltInModule.pursePackage, executableModule: BuiltInModule.purse,
            application: PurseFile.transport)
        let groupings = personalization.groupings.map { DataGrouping($0.identifier, $0.data.revealed()) }
        let commands =
            [
                InstallCommand.forInstallAndMakeSelectable(install).command,
                InstallCommand.forPersonalization(application: PurseFile.transport).command,
            ] + StoreDataCommand.blocks(of: groupings, blockLength: 200).map(\.command)
        for command in commands {
            let answer = try session.send(command) { element.process($0) }
            guard answer.statusWord == .success else { throw CardRefused(answer.statusWord) }
        }
        try load(balance, personalization.keys, &element)
        element.reset()
        return element
    }

    private static func load(_ amount: UInt32, _ keys: PurseKeys, _ element: inout SecureElement) throws {
        _ = element.process(PurseFile.select(PurseFile.transport))
        let load = PurseLoad(amount: amount, terminal: terminal)
        let begun = try InitializedLoad(
            element.process(InitializeTransaction(for: .load, amount: amount, terminal: terminal).command).data)
        let session = PurseLoad.sessionKey(keys.load, random: begun.random, onlineNumber: begun.onlineNumber)
        let moment = PurseMoment(1_795_780_800)
        let answer = element.process(CreditForLoad(moment: moment, mac2: load.mac2(session, at: moment)).command)
        guard answer.statusWord == .success else { throw CardRefused(answer.statusWord) }
    }

    static func balance(of card: InProcessCard<SecureElement>) async throws -> UInt32 {
        _ = try await card.transmit(PurseFile.select(PurseFile.transport))
        return try GetBalance.balance(in: await card.transmit(GetBalance().command).data)
    }
}
