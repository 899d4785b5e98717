import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// Sound commands, their names and numbers chosen by the fuzzer.
enum CardTemplates {
    static func command(_ input: inout FuzzInput, under keys: SCP03KeySet?) -> CommandAPDU {
        switch input.number(below: 20) {
        case 0: SelectCommand(name(&input), input.flag() ? .next : .firstOrOnly).command
        case 1: ManageChannelCommand.open(channel: input.flag() ? nil : UInt8(input.number(below: 4))).command
        case 2: ManageChannelCommand.close(channel: UInt8(input.number(below: 4))).command
        case 3: input.choice(of: GetDataCommand.readable).command
        case 4: getStatus(&input)
        case 5: createDomain(name(&input), privileges(&input).union(.securityDomain))
        case 6: instantiate(name(&input), module: name(&input), of: name(&input), privileges(&input))
        case 7: InstallCommand.forMakeSelectable(.init(application: name(&input))).command
        case 8: InstallCommand.forExtradition(.init(securityDomain: name(&input), object: name(&input))).command
        case 9: registryUpdate(&input)
        case 10: InstallCommand.forPersonalization(application: name(&input)).command
        case 11: storeData(&input)
        case 12: SetStatusCommand.lock(name(&input)).command
        case 13: SetStatusCommand.unlock(name(&input)).command
        case 14: setStatus(&input)
        case 15: DeleteCommand.object(name(&input), withRelated: input.flag()).command
        case 16: deleteKey(&input)
        case 17: putKey(&input, under: keys ?? FuzzedCard.keySets[0])
        case 18: applicationCommand(&input)
        default: input.choice(of: personalization(of: name(&input)))
        }
    }

    static func name(_ input: inout FuzzInput) -> AID { input.choice(of: FuzzedCard.names) }

    static func createDomain(_ aid: AID, _ privileges: Privileges = .securityDomain) -> CommandAPDU {
        instantiate(
            aid, module: BuiltInModule.securityDomain, of: BuiltInModule.securityDomainPackage, privileges,
            isSelectable: true)
    }

    static func instantiate(
        _ aid: AID, module: AID = BuiltInModule.payment, of package: AID = BuiltInModule.paymentPackage,
        _ privileges: Privileges = [], isSelectable: Bool = false
    ) -> CommandAPDU {
        let install = InstallCommand.ForInstall(
            executableLoadFile: package, executableModule: module, application: aid, privileges: privileges)
        return (isSelectable ? InstallCommand.forInstallAndMakeSelectable(install) : .forInstall(install)).command
    }

    static func load(_ package: CAPFileBuilder, blockLength: Int = 200) -> [CommandAPDU] {
        let announcement = InstallCommand.forLoad(.init(executableLoadFile: package.package)).command
        do {
            let file = LoadFile(try package.executableLoadFile())
            return [announcement] + (try LoadCommand.blocks(of: file, blockLength: blockLength)).map(\.command)
        } catch {
            preconditionFailure("the builder's packages are sound: \(error)")
        }
    }

    static func putKey(_ new: SCP03KeySet, version: KeyVersionNumber, under keys: SCP03KeySet) -> CommandAPDU {
        putKey([new.enc, new.mac, new.dek], .encryption, version: version, replacing: nil, under: keys)
    }

    static func personalization(of instance: AID) -> [CommandAPDU] {
        let selection = BERTLV(0xA5, [BERTLV(0x50, Array("FUZZ".utf8)), BERTLV(0x87, [0x01])]).bytes
        let record = BERTLV(0x70, [BERTLV(0x5F20, Array("CARDHOLDER".utf8))]).bytes
        let options = BERTLV(0x82, [0x00, 0x00]).bytes + BERTLV(0x94, [0x08, 0x01, 0x01, 0x00]).bytes
        let groupings = [
            DataGrouping(0x0101, record), DataGrouping(0x9102, selection), DataGrouping(0x9104, options),
        ]
        return [InstallCommand.forPersonalization(application: instance).command]
            + StoreDataCommand.blocks(of: groupings, blockLength: 40).map(\.command)
    }

    private static func putKey(
        _ keys: [AESKey], _ first: KeyIdentifier, version: KeyVersionNumber, replacing: KeyVersionNumber?,
        under current: SCP03KeySet
    ) -> CommandAPDU {
        PutKeyCommand(
            replacing: replacing, newVersion: version, firstIdentifier: first,
            keys: keys.map { key in
                .aes(
                    ciphertext: current.encryptKey(key), clearLength: key.size.rawValue,
                    keyCheckValue: key.keyCheckValue, format: .withClearLength)
            }
        ).command
    }

    private static func putKey(_ input: inout FuzzInput, under current: SCP03KeySet) -> CommandAPDU {
        let new = input.choice(of: FuzzedCard.keySets)
        let keys = input.flag() ? [new.enc, new.mac, new.dek] : [new.mac]
        return putKey(
            keys, identifier(&input), version: version(&input), replacing: input.flag() ? version(&input) : nil,
            under: current)
    }

    private static func deleteKey(_ input: inout FuzzInput) -> CommandAPDU {
        DeleteCommand.key(
            identifier: input.flag() ? identifier(&input) : nil, version: input.flag() ? nil : version(&input)
        ).command
    }

    private static func identifier(_ input: inout FuzzInput) -> KeyIdentifier {
        input.choice(of: [.encryption, .mac, .dataEncryption, 0x04])
    }

    private static func version(_ input: inout FuzzInput) -> KeyVersionNumber {
        input.choice(of: [0x01, 0x30, 0x31, 0x73])
    }

    private static func privileges(_ input: inout FuzzInput) -> Privileges {
        let bytes = [input.byte(), input.flag() ? input.byte() : 0, 0]
        return input.flag() ? [] : (try? Privileges(bytes: bytes)) ?? []
    }

    private static func getStatus(_ input: inout FuzzInput) -> CommandAPDU {
        GetStatusCommand(input.choice(of: GetStatusCommand.Subset.allCases), isContinuation: input.flag()).command
    }

    private static func registryUpdate(_ input: inout FuzzInput) -> CommandAPDU {
        InstallCommand.forRegistryUpdate(
            .init(
                securityDomain: input.flag() ? name(&input) : nil, application: name(&input),
                privileges: input.flag() ? privileges(&input) : nil)
        ).command
    }

    private static func storeData(_ input: inout FuzzInput) -> CommandAPDU {
        let tag = input.choice(of: [0x42, 0x45, 0x5F50, 0x9F66, 0x0101, 0x9102, 0x9104, 0x9F67])
        let value = input.lengthPrefixed()
        let isGrouping = input.flag()
        let object = isGrouping ? DataGrouping(UInt16(tag), value).bytes : BERTLV(BERTag(UInt32(tag)), value).bytes
        return StoreDataCommand(
            data: Array(object.prefix(239)), blockNumber: UInt8(input.number(below: 4)), isLastBlock: input.flag(),
            structure: isGrouping ? .dataGroupings : .berTLV
        ).command
    }

    private static func setStatus(_ input: inout FuzzInput) -> CommandAPDU {
        switch input.number(below: 4) {
        case 0:
            SetStatusCommand.card(input.choice(of: [.cardLocked, .secured, .initialized, .terminated])).command
        case 1: SetStatusCommand.application(name(&input), state: input.byte()).command
        default: SetStatusCommand.securityDomainAndApplications(name(&input), state: input.flag() ? 0x80 : 0).command
        }
    }

    /// EMV and file commands: what the built-in applets understand.
    private static func applicationCommand(_ input: inout FuzzInput) -> CommandAPDU {
        let headers: [[UInt8]] = [
            [0x80, 0xA8, 0, 0], [0x80, 0xAE, 0x80, 0], [0x80, 0xAE, 0x40, 0], [0x00, 0xB2, 1, 0x0C],
            [0x00, 0xB0, 0, 0], [0x00, 0xD6, 0, 0], [0x80, 0x30, 0, 0], [0x80, 0x32, 0, 0], [0x80, 0x34, 0, 0],
            [0x80, 0x40, 0, 0], [0x80, 0x42, 0, 0], [0x80, 0x50, 0, 0], [0x80, 0xCA, 0x9F, 0x36],
        ]
        let header = input.choice(of: headers)
        return CommandAPDU(
            ClassByte(header[0]), header[1], header[2], header[3], data: input.lengthPrefixed(), expectedLength: 256)
    }
}
