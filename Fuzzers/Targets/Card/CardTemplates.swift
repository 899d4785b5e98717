import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// Sound commands, their names and numbers chosen by the fuzzer.
enum CardTemplates {
    /// A secret key as PUT KEY carries it, padded to whole blocks.
    typealias Encryption = (SecretBytes) -> [UInt8]

    static func command(_ input: inout FuzzInput, encrypting encrypt: Encryption) -> CommandAPDU {
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
        case 17: putKey(&input, encrypt)
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

    static func putKey(
        _ new: SecureChannelKeySet, version: KeyVersionNumber, _ encrypt: Encryption
    ) -> CommandAPDU {
        PutKeyCommand(
            replacing: nil, newVersion: version, firstIdentifier: .encryption, keys: fields(new, encrypt)
        ).command
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

    private static func putKey(_ input: inout FuzzInput, _ encrypt: Encryption) -> CommandAPDU {
        let set = fields(input.choice(of: FuzzedCard.keySets), encrypt)
        let shape = input.byte()
        let keys: [KeyDataField] =
            switch (shape & 1, shape >> 1 & 3) {
            case (1, _): set
            case (0, 0): [set[1]]
            case (0, 1): [components(&input, encrypt)]
            case (0, 2): [FuzzedCard.rsaKey]
            default: [FuzzedCard.ecKey]
            }
        let first = identifier(&input)
        let new = version(&input)
        return PutKeyCommand(
            replacing: input.flag() ? version(&input) : nil, newVersion: new, firstIdentifier: first, keys: keys
        ).command
    }

    private static func fields(_ keys: SecureChannelKeySet, _ encrypt: Encryption) -> [KeyDataField] {
        let symmetric: [(type: KeyType, bytes: SecretBytes, keyCheckValue: [UInt8])] =
            switch keys {
            case .scp02(let keys): [keys.enc, keys.mac, keys.dek].map { (.des, $0.bytes, $0.keyCheckValue) }
            case .scp03(let keys): [keys.enc, keys.mac, keys.dek].map { (.aes, $0.bytes, $0.keyCheckValue) }
            }
        return symmetric.map { key in
            KeyDataField(
                components: [.init(type: key.type, data: [UInt8(key.bytes.count)] + encrypt(key.bytes))],
                keyCheckValue: key.keyCheckValue)
        }
    }

    /// Any components, those that are secret encrypted as they should be, or not at all.
    private static func components(_ input: inout FuzzInput, _ encrypt: Encryption) -> KeyDataField {
        let components = (0...input.number(below: 3)).map { _ in
            let type = KeyType(rawValue: input.byte() | 0x80)
            let value = input.lengthPrefixed()
            let isEncrypted = type.isSecret && input.flag()
            let data = isEncrypted ? [UInt8(value.count & 0x7F)] + encrypt(SecretBytes(value)) : value
            return KeyDataField.Component(type: type, data: data)
        }
        return KeyDataField(components: components, keyCheckValue: input.flag() ? [1, 2, 3] : [])
    }

    private static func deleteKey(_ input: inout FuzzInput) -> CommandAPDU {
        DeleteCommand.key(
            identifier: input.flag() ? identifier(&input) : nil, version: input.flag() ? nil : version(&input)
        ).command
    }

    private static func identifier(_ input: inout FuzzInput) -> KeyIdentifier {
        input.choice(of: [.encryption, .mac, .dataEncryption, .signature, 0x04])
    }

    private static func version(_ input: inout FuzzInput) -> KeyVersionNumber {
        input.choice(of: [0x01, 0x30, 0x31, 0x73, 0x20, 0x70])
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
