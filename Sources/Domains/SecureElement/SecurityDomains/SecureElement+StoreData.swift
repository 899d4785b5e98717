import GlobalPlatform
import ISO7816
import SecureChannel

extension SecureElement {
    /// INSTALL [for personalization]: the STORE DATAs that follow go to an Application of this SD. GPC v2.3.1 §7.3.3.
    mutating func beginPersonalization(of target: AID, by aid: AID, on channel: Int) throws(Refusal) -> ResponseAPDU {
        guard let application = memory.application(target) else { throw Refusal(.referencedDataNotFound) }
        guard application.securityDomain == aid, !application.isLocked, case .applet = application.content else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        channels[channel]?.personalizationTarget = target
        memory.updateApplet(target) { applet in
            applet.code.beginPersonalization()
            applet.personalization.blocksAccepted = 0
            applet.personalization.isComplete = false
        }
        return ResponseAPDU(.success, data: [0x00])
    }

    /// STORE DATA: for the Application being personalized, or for the security domain itself. §11.11.
    mutating func storeData(
        _ block: StoreDataCommand, of aid: AID, on channel: Int, _ key: SensitiveDataKey
    ) throws(Refusal) -> ResponseAPDU {
        guard let target = channels[channel]?.personalizationTarget else {
            let isForAuthority =
                channels[channel]?.setupMessage.isEmpty == false || ConfidentialSetupMessage.begins(block.data)
            return isForAuthority
                ? try confidentialSetup(block, of: aid, on: channel) : try storeOwnData(block, of: aid)
        }
        guard memory.application(target)?.securityDomain == aid else {
            channels[channel]?.personalizationTarget = nil
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        let block = try block.decrypted(with: key)
        try memory.updateApplet(target) { applet throws(Refusal) in
            guard applet.personalization.blocksAccepted < .max else { throw Refusal(.notEnoughMemory) }
            try applet.code.personalize(block)
            applet.personalization.blocksAccepted += 1
            guard block.isLastBlock else { return }
            applet.personalization.isComplete = true
            applet.personalization.completions = min(applet.personalization.completions, .max - 1) + 1
        }
        try checkMemory()
        if block.isLastBlock { channels[channel]?.personalizationTarget = nil }
        return ResponseAPDU(.success)
    }

    /// Data objects of the security domain: BER-TLV, alone or in DGI 0070 (GPC v2.3.1 §11.11.2.3).
    private mutating func storeOwnData(_ block: StoreDataCommand, of aid: AID) throws(Refusal) -> ResponseAPDU {
        guard let domain = memory.securityDomain(aid) else { throw Refusal(.conditionsOfUseNotSatisfied) }
        // None of these data objects is secret.
        guard block.encryption == .unspecifiedOrClear else { throw Refusal(.incorrectData) }
        var data = domain.data
        for object in try objects(in: block) {
            guard memory.rules.storableTags.contains(object.tag) else { throw Refusal(.incorrectData) }
            guard object.value.count <= SecurityDomain.dataObjectLengthMax else { throw Refusal(.incorrectData) }
            data[object.tag] = object.value
        }
        guard data.count <= SecurityDomain.dataObjectsMax else { throw Refusal(.notEnoughMemory) }
        memory.updateSecurityDomain(aid) { $0.data = data }
        return ResponseAPDU(.success)
    }

    private func objects(in block: StoreDataCommand) throws(Refusal) -> [BERTLV] {
        do {
            switch block.structure {
            case .berTLV, .unspecified:
                return try BERTLV.sequence(block.data)
            case .dataGroupings:
                return try DataGrouping.sequence(block.data).flatMap { grouping in
                    guard grouping.identifier == 0x0070 else { throw Refusal(.incorrectData) }
                    return try BERTLV.sequence(grouping.data)
                }
            }
        } catch {
            throw Refusal(.incorrectData)
        }
    }
}
