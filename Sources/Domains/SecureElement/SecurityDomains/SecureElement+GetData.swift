import GlobalPlatform
import ISO7816
import SecureChannel

extension SecureElement {
    /// GET DATA: what anyone may read of a security domain. GPC v2.3.1 §11.3.
    func getData(_ request: GetDataCommand, of aid: AID) throws(Refusal) -> ResponseAPDU {
        guard let domain = memory.securityDomain(aid), let data = object(request, of: aid, domain) else {
            throw Refusal(.referencedDataNotFound)
        }
        return ResponseAPDU(.success, data: data)
    }

    private func object(_ request: GetDataCommand, of aid: AID, _ domain: SecurityDomain) -> [UInt8]? {
        switch request {
        case .cardData: cardRecognitionData.bytes
        case .cardCapabilityInformation: cardCapabilityInformation.bytes
        case .keyInformationTemplate: domain.keyInformation.bytes
        case .sequenceCounter: sequenceCounter(domain)
        case .confirmationCounter: confirmationCounter(of: aid, domain)
        case .keyDerivationData: BERTLV(0xCF, memory.identity.keyDiversificationData).bytes
        case .personalizationRecord: personalizationRecord(of: aid)
        case .authenticationTries: authenticationTries(of: aid)?.bytes
        case .certificateOfAuthority: controllingAuthority?.agreementCertificate
        default: aid == memory.issuerSecurityDomain ? cardObject(request, domain) : stored(request, domain)
        }
    }

    /// What only the issuer security domain tells.
    private func cardObject(_ request: GetDataCommand, _ domain: SecurityDomain) -> [UInt8]? {
        switch request {
        case .issuerIdentificationNumber:
            stored(request, domain) ?? BERTLV(0x42, memory.identity.issuerIdentificationNumber).bytes
        case .cardImageNumber: stored(request, domain) ?? BERTLV(0x45, memory.identity.cardImageNumber).bytes
        case .cardProductionLifeCycleData: memory.identity.productionData.bytes
        case .listOfApplications: listOfApplications
        case .extendedCardResources: extendedCardResources.bytes
        default: stored(request, domain)
        }
    }

    private func stored(_ request: GetDataCommand, _ domain: SecurityDomain) -> [UInt8]? {
        let tag = BERTag(UInt32(request.tag))
        return domain.data[tag].map { BERTLV(tag, $0).bytes }
    }

    /// C1: the counter of the default key set, three bytes; those of SCP02, which has two, begin with zero.
    private func sequenceCounter(_ domain: SecurityDomain) -> [UInt8]? {
        guard let version = domain.defaultKeySet(memory.identity) else { return nil }
        return BERTLV(0xC1, (domain.sequenceCounters[version] ?? .zero).bytes).bytes
    }

    /// C2: the counter of the last receipt, two bytes; of a security domain that makes receipts.
    private func confirmationCounter(of aid: AID, _ domain: SecurityDomain) -> [UInt8]? {
        guard privileges(of: aid).contains(.receiptGeneration) else { return nil }
        let counter = domain.delegation.confirmationCounter
        return BERTLV(0xC2, [UInt8(counter >> 8), UInt8(counter & 0xFF)]).bytes
    }

    /// The protocol of the issuer security domain's default keys comes first.
    var cardRecognitionData: CardRecognitionData {
        var channels = [
            CardRecognitionData.SecureChannelProtocol(
                identifier: 0x03, implementation: memory.identity.implementation.rawValue)
        ]
        if let scp02 = memory.identity.scp02 {
            let issuer = memory.securityDomain(memory.issuerSecurityDomain)
            let version = issuer?.defaultKeySet(memory.identity)
            let isFirst = version.map { issuer?.keySet($0) == nil } ?? false
            channels.insert(
                .init(identifier: 0x02, implementation: scp02.rawValue), at: isFirst ? 0 : channels.endIndex)
        }
        return CardRecognitionData(secureChannels: channels)
    }

    private var cardCapabilityInformation: CardCapabilityInformation {
        var channels = [
            CardCapabilityInformation.SecureChannelCapability(
                identifier: 0x03, implementations: [memory.identity.implementation.rawValue], aesKeySizes: 0x07)
        ]
        if let scp02 = memory.identity.scp02 {
            channels.append(.init(identifier: 0x02, implementations: [scp02.rawValue], aesKeySizes: 0))
        }
        return CardCapabilityInformation(
            secureChannels: channels, securityDomainPrivileges: memory.rules.securityDomainPrivileges,
            applicationPrivileges: memory.rules.applicationPrivileges, loadFileHashAlgorithms: [1, 2, 3, 4])
    }

    /// 61 { 4F } …: Applications that can be selected. 2F00 is the identifier of EF.DIR, and no tag: what is told is
    /// the content of that file (ISO/IEC 7816-4 §12.2.1).
    private var listOfApplications: [UInt8] {
        memory.applications.filter { $0.isSelectable && !$0.isSecurityDomain }
            .map { BERTLV(0x61, [BERTLV(0x4F, $0.aid.bytes)]) }.bytes
    }

    private var extendedCardResources: ExtendedCardResources {
        ExtendedCardResources(
            installedApplications: memory.applications.count { !$0.isSecurityDomain },
            freeNonVolatileBytes: memory.free, freeVolatileBytes: memory.freeVolatile)
    }

    /// Ours: whose record it is, and how far its applications are personalized.
    ///
    ///     DF70 { 4F this security domain
    ///            E3 { 4F application, 80 blocks accepted (2), 81 complete (1), 82 completed personalizations (2),
    ///                 83 life cycle state (1) } … }
    private func personalizationRecord(of aid: AID) -> [UInt8] {
        let entries = memory.applications.compactMap { application -> BERTLV? in
            guard application.securityDomain == aid, case .applet(let applet) = application.content else { return nil }
            let record = applet.personalization
            return BERTLV(
                0xE3,
                [
                    BERTLV(0x4F, application.aid.bytes),
                    BERTLV(0x80, [UInt8(record.blocksAccepted >> 8), UInt8(record.blocksAccepted & 0xFF)]),
                    BERTLV(0x81, [record.isComplete ? 0x01 : 0x00]),
                    BERTLV(0x82, [UInt8(record.completions >> 8), UInt8(record.completions & 0xFF)]),
                    BERTLV(0x83, [application.lifeCycle]),
                ])
        }
        return BERTLV(0xDF70, [BERTLV(0x4F, aid.bytes)] + entries).bytes
    }
}

extension GetDataCommand {
    /// Ours (docs/divergences.md): how far the applications of an SD are personalized.
    static let personalizationRecord = GetDataCommand(0xDF70)
}
