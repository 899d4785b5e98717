import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel

extension CardIdentity {
    private enum Tag {
        static let issuerIdentificationNumber: BERTag = 0x42
        static let cardImageNumber: BERTag = 0x45
        static let diversificationData: BERTag = 0x80
        static let productionData: BERTag = 0x81
        static let implementation: BERTag = 0x82
        static let failuresMax: BERTag = 0x83
        static let scp02: BERTag = 0x84
    }

    var state: [UInt8] {
        [
            BERTLV(Tag.issuerIdentificationNumber, issuerIdentificationNumber),
            BERTLV(Tag.cardImageNumber, cardImageNumber), BERTLV(Tag.diversificationData, keyDiversificationData),
            BERTLV(Tag.productionData, productionData.bytes), BERTLV(Tag.implementation, [implementation.rawValue]),
            BERTLV(Tag.failuresMax, authenticationFailuresMax.map { UInt32(clamping: $0).bigEndianBytes } ?? []),
        ].bytes + (scp02.map { BERTLV(Tag.scp02, [$0.rawValue]).bytes } ?? [])
    }

    init(state: [UInt8]) throws(CardStateError) {
        var reader = try StateReader(state)
        issuerIdentificationNumber = try reader.value(Tag.issuerIdentificationNumber)
        cardImageNumber = try reader.value(Tag.cardImageNumber)
        keyDiversificationData = try reader.value(Tag.diversificationData)
        guard keyDiversificationData.count == KeyDiversification.dataLength else {
            throw .impossible("key diversification data")
        }
        do {
            productionData = try CardProductionLifeCycleData(bytes: try reader.value(Tag.productionData))
        } catch {
            throw .malformed("production data: \(error)")
        }
        guard let implementation = SCP03Implementation(rawValue: try reader.byte(Tag.implementation)) else {
            throw .impossible("i parameter")
        }
        self.implementation = implementation
        let max = try reader.value(Tag.failuresMax)
        guard max.isEmpty || max.count == 4 else { throw .malformed("authentication failures, at most") }
        authenticationFailuresMax = max.isEmpty ? nil : Int(max.reduce(0) { $0 << 8 | UInt32($1) })
        if let value = try reader.valueIfPresent(Tag.scp02) {
            guard value.count == 1, let scp02 = SCP02Implementation(rawValue: value[0]) else {
                throw .impossible("i parameter of SCP02")
            }
            self.scp02 = scp02
        }
        try reader.finish()
    }
}

extension CardRules {
    /// The number of the figure, and a byte of choices: b1 for DAP Verification, b2 for the file system of a card that
    /// is no UICC.
    var state: [UInt8] {
        let isChosen = hasFileSystem && !Self.isUICC(figure)
        return [figure.rawValue, (serviceProvidersVerifyDAP ? 0x01 : 0x00) | (isChosen ? 0x02 : 0x00)]
    }

    init(state: [UInt8]) throws(CardStateError) {
        guard state.count == 2, let figure = CardConfiguration.Figure(rawValue: state[0]), state[1] & ~0x03 == 0,
            state[1] & 0x02 == 0 || !Self.isUICC(figure)
        else { throw .malformed("rules") }
        self.init(
            figure, serviceProvidersVerifyDAP: state[1] & 0x01 != 0,
            hasFileSystem: state[1] & 0x02 != 0 ? true : nil)
    }
}

extension RegisteredLoadFile {
    private enum Tag {
        static let aid: BERTag = 0x4F
        static let version: BERTag = 0x80
        static let securityDomain: BERTag = 0x81
        static let isImmutable: BERTag = 0x82
        static let size: BERTag = 0x83
        static let module: BERTag = 0x84
    }

    var state: [UInt8] {
        ([
            BERTLV(Tag.aid, aid.bytes), BERTLV(Tag.version, version),
            BERTLV(Tag.securityDomain, securityDomain.bytes), BERTLV(Tag.isImmutable, [isImmutable ? 1 : 0]),
            BERTLV(Tag.size, UInt32(size).bigEndianBytes),
        ] + modules.map { BERTLV(Tag.module, $0.bytes) }).bytes
    }

    init(state: [UInt8]) throws(CardStateError) {
        var reader = try StateReader(state)
        aid = try reader.aid(Tag.aid)
        version = try reader.value(Tag.version)
        securityDomain = try reader.aid(Tag.securityDomain)
        isImmutable = try reader.byte(Tag.isImmutable) != 0
        size = Int(try reader.uint32(Tag.size))
        modules = []
        while let value = try reader.valueIfPresent(Tag.module) {
            do { modules.append(try AID(value)) } catch { throw .malformed("module: \(error)") }
        }
        try reader.finish()
    }
}

extension RegisteredApplication {
    private enum Tag {
        static let aid: BERTag = 0x4F
        static let loadFile: BERTag = 0x80
        static let module: BERTag = 0x81
        static let lifeCycle: BERTag = 0x82
        static let privileges: BERTag = 0x83
        static let securityDomain: BERTag = 0x84
        static let lockedBy: BERTag = 0x85
        static let domain: BERTag = 0xA6
        static let applet: BERTag = 0xA7
        static let record: BERTag = 0x88
        static let code: BERTag = 0xA9
        static let allotment: BERTag = 0xAA
        static let implicitSelections: BERTag = 0x8B
    }

    var state: [UInt8] {
        var extras: [BERTLV] = []
        if allotment != MemoryAllotment() { extras.append(BERTLV(Tag.allotment, allotment.state)) }
        if !implicitSelections.isEmpty {
            extras.append(BERTLV(Tag.implicitSelections, implicitSelections.map(\.rawValue)))
        }
        let head = [
            BERTLV(Tag.aid, aid.bytes), BERTLV(Tag.loadFile, loadFile.bytes), BERTLV(Tag.module, module.bytes),
            BERTLV(Tag.lifeCycle, [lifeCycle]), BERTLV(Tag.privileges, privileges.bytes),
            BERTLV(Tag.securityDomain, securityDomain.bytes), BERTLV(Tag.lockedBy, lockedBy?.bytes ?? []),
        ]
        switch content {
        case .securityDomain(let domain):
            return (head + [BERTLV(Tag.domain, domain.state)] + extras).bytes
        case .applet(let applet):
            let record = applet.personalization
            return
                (head + [
                    BERTLV(
                        Tag.applet,
                        [
                            BERTLV(
                                Tag.record,
                                [
                                    UInt8(record.blocksAccepted >> 8), UInt8(record.blocksAccepted & 0xFF),
                                    record.isComplete ? 1 : 0, UInt8(record.completions >> 8),
                                    UInt8(record.completions & 0xFF),
                                ]),
                            BERTLV(Tag.code, applet.code.persistentState),
                        ])
                ] + extras).bytes
        }
    }

    init(state: [UInt8]) throws(CardStateError) {
        var reader = try StateReader(state)
        aid = try reader.aid(Tag.aid)
        loadFile = try reader.aid(Tag.loadFile)
        module = try reader.aid(Tag.module)
        lifeCycle = try reader.byte(Tag.lifeCycle)
        do { privileges = try Privileges(bytes: try reader.value(Tag.privileges)) } catch {
            throw .malformed("privileges: \(error)")
        }
        securityDomain = try reader.aid(Tag.securityDomain)
        let locker = try reader.value(Tag.lockedBy)
        do { lockedBy = locker.isEmpty ? nil : try AID(locker) } catch { throw .malformed("locked by: \(error)") }
        if let domain = try reader.valueIfPresent(Tag.domain) {
            content = .securityDomain(try SecurityDomain(state: domain))
        } else {
            content = .applet(try InstalledApplet(state: try reader.value(Tag.applet), module: module))
        }
        if let value = try reader.valueIfPresent(Tag.allotment) { allotment = try MemoryAllotment(state: value) }
        for byte in try reader.valueIfPresent(Tag.implicitSelections) ?? [] {
            guard let selection = ImplicitSelection(rawValue: byte) else { throw .malformed("implicit selection") }
            implicitSelections.append(selection)
        }
        try reader.finish()
    }
}

extension MemoryAllotment {
    private enum Tag {
        static let quota: BERTag = 0x80
        static let reserved: BERTag = 0x81
        static let volatileQuota: BERTag = 0x82
        static let volatileReserved: BERTag = 0x83
    }

    var state: [UInt8] {
        func object(_ tag: BERTag, _ value: Int?) -> BERTLV? {
            value.map { BERTLV(tag, UInt32(clamping: $0).bigEndianBytes) }
        }
        return [
            object(Tag.quota, quota), object(Tag.reserved, reserved), object(Tag.volatileQuota, volatileQuota),
            object(Tag.volatileReserved, volatileReserved),
        ].compactMap { $0 }.bytes
    }

    init(state: [UInt8]) throws(CardStateError) {
        var reader = try StateReader(state)
        self.init()
        quota = try reader.uint32IfPresent(Tag.quota)
        reserved = Int(try reader.uint32(Tag.reserved))
        volatileQuota = try reader.uint32IfPresent(Tag.volatileQuota)
        volatileReserved = Int(try reader.uint32(Tag.volatileReserved))
        try reader.finish()
    }
}

extension InstalledApplet {
    init(state: [UInt8], module: AID) throws(CardStateError) {
        var reader = try StateReader(state)
        let record = try reader.value(0x88)
        guard record.count == 5 else { throw .malformed("a personalization record has 5 bytes") }
        let personalization = PersonalizationRecord(
            blocksAccepted: UInt16(record[0]) << 8 | UInt16(record[1]), isComplete: record[2] == 1,
            completions: UInt16(record[3]) << 8 | UInt16(record[4]))
        let objects: [BERTLV]
        do { objects = try BERTLV.sequence(try reader.value(0xA9)) } catch { throw .malformed("applet: \(error)") }
        let code: AppletCode
        do { code = try AppletCode(module: module, persistentState: objects) } catch { throw .malformed("\(error)") }
        try reader.finish()
        self.init(code: code, personalization: personalization)
    }
}

extension SecurityDomain {
    private enum Tag {
        /// version, identifier, type, key bytes
        static let key: BERTag = 0x80
        /// version, counter (3)
        static let counter: BERTag = 0x81
        static let failures: BERTag = 0x82
        /// tag (4), value
        static let data: BERTag = 0x83
        static let role: BERTag = 0x84
        static let authority: BERTag = 0xA5
        static let pendingSetup: BERTag = 0xA6
    }

    var state: [UInt8] {
        let keys = keys.map {
            BERTLV(Tag.key, [$0.version.rawValue, $0.identifier.rawValue, $0.type.rawValue] + $0.bytes.revealed())
        }
        let counters = sequenceCounters.sorted { $0.key < $1.key }.map {
            BERTLV(Tag.counter, [$0.key.rawValue] + $0.value.bytes)
        }
        let objects = data.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            BERTLV(Tag.data, $0.key.rawValue.bigEndianBytes + $0.value)
        }
        return
            ([BERTLV(Tag.role, [role.rawValue])] + keys + counters
            + [BERTLV(Tag.failures, UInt32(authenticationFailures).bigEndianBytes)] + objects
            + (authority.map { [BERTLV(Tag.authority, $0.state)] } ?? [])
            + (pendingSetup.map { [BERTLV(Tag.pendingSetup, $0.state)] } ?? []) + delegation.state).bytes
    }

    init(state: [UInt8]) throws(CardStateError) {
        var reader = try StateReader(state)
        self.init(role: .serviceProvider)
        if let value = try reader.valueIfPresent(Tag.role) {
            guard value.count == 1, let role = SecurityDomainRole(rawValue: value[0]) else {
                throw .malformed("a role")
            }
            self.role = role
        }
        while let value = try reader.valueIfPresent(Tag.key) {
            guard value.count > 3, let version = KeyVersionNumber(rawValue: value[0]),
                let identifier = KeyIdentifier(rawValue: value[1])
            else { throw .malformed("a key") }
            keys.append(
                StoredKey(
                    version: version, identifier: identifier, type: KeyType(rawValue: value[2]),
                    bytes: SecretBytes(value.dropFirst(3))))
        }
        while let value = try reader.valueIfPresent(Tag.counter) {
            guard value.count == 4, let version = KeyVersionNumber(rawValue: value[0]),
                let counter = SequenceCounter(rawValue: value.dropFirst().reduce(0) { $0 << 8 | UInt32($1) })
            else { throw .malformed("a sequence counter") }
            sequenceCounters[version] = counter
        }
        authenticationFailures = Int(try reader.uint32(Tag.failures))
        while let value = try reader.valueIfPresent(Tag.data) {
            guard value.count >= 4 else { throw .malformed("a data object") }
            data[BERTag(value.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })] = Array(value.dropFirst(4))
        }
        authority = try reader.valueIfPresent(Tag.authority).map(ControllingAuthority.init(state:))
        pendingSetup = try reader.valueIfPresent(Tag.pendingSetup).map(PendingSetup.init(state:))
        delegation = try DelegationRecord(&reader)
        try reader.finish()
    }
}
