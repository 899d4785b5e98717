import GlobalPlatform
import ISO7816

/// What a result means for the directory: pure, so that it is the same before and after a restart.
///
/// The card is the truth. Whatever the purpose of an execution, the records of the provider on this card are set to
/// what the reading found; what a session proved is checked against it first.
struct Conclusion: Sendable {
    var file: QueryModule.CardFile
    var snapshot: CardSnapshot
    var result: PlanResult
    var plan: ScriptPlan
    var execution: Execution

    /// The changes that make the directory say what the card says.
    func changes() -> [StoreChange] {
        var changes: [StoreChange] = [.updateSecureElement(updatedSecureElement())]
        guard plan.reading?.securityDomain != nil else { return changes }
        guard let domain = updatedSecurityDomain() else {
            if file.securityDomain != nil {
                changes.append(.deleteSecurityDomain(file.secureElement.id, file.provider.id))
            }
            return changes + instanceChanges(domain: nil)
        }
        changes.append(.putSecurityDomain(domain))
        return changes + instanceChanges(domain: domain)
    }

    private func updatedSecureElement() -> SecureElementRecord {
        var record = file.secureElement
        if let reading = plan.reading { record.absorb(snapshot, readingBegunWith: reading.centralSecurityDomain) }
        return record
    }

    private func updatedSecurityDomain() -> SecurityDomainRecord? {
        guard case .present(let found) = snapshot.securityDomain, let aid = plan.reading?.securityDomain else {
            return nil
        }
        return SecurityDomainRecord(
            secureElement: file.secureElement.id, provider: file.provider.id, aid: aid,
            custody: custody(found.keyVersionNumbers), sequenceCounter: found.sequenceCounter ?? 0)
    }

    private func custody(_ versions: [UInt8]) -> SecurityDomainRecord.Custody {
        guard let first = versions.first else { return .central }
        if case .provider? = file.securityDomain?.custody { return .provider(keyVersionNumber: first) }
        let foreign = versions.first { $0 != TemporaryKeySet.keyVersionNumber }
        // A provider may also have replaced the temporary key set under its own version number.
        if foreign != nil || providerPutKeys() {
            return .provider(keyVersionNumber: foreign ?? TemporaryKeySet.keyVersionNumber)
        }
        return .temporary(TemporaryKeySet.reference(for: file))
    }

    /// Whether a PUT KEY that the provider made took effect.
    private func providerPutKeys() -> Bool {
        let parts: Set<ScriptPlan.Part> = [.script, .rotation]
        return result.legs.contains { leg in
            guard parts.contains(leg.part) else { return false }
            let puts = leg.commands.indices.filter { leg.commands[$0].instruction == PutKeyCommand.instruction }
            return puts.contains { index in
                if index < leg.answers.count { return leg.answers[index].statusWord.isSuccess }
                return isTorn(leg, at: index) && TornCommand(self, leg: leg, index: index).tookEffect
            }
        }
    }

    func isTorn(_ leg: LegResult, at index: Int) -> Bool {
        switch leg.ending {
        case .torn(let torn): torn == index
        case .lost: true
        default: false
        }
    }

    // MARK: Instances

    private func instanceChanges(domain: SecurityDomainRecord?) -> [StoreChange] {
        guard let aid = plan.reading?.instance, let service = execution.service, let qualifier = execution.qualifier
        else { return [] }
        let known = file.instance(of: service, qualifier)
        let found: (securityDomain: AID, progress: PersonalizationProgress)? =
            if case .present(let sp) = snapshot.securityDomain, let progress = sp.personalization[aid], let domain {
                (domain.aid, progress)
            } else if let progress = snapshot.central.personalization[aid] {
                (file.secureElement.centralSecurityDomain.aid, progress)
            } else {
                nil
            }
        guard let found else {
            return known == nil ? [] : [.deleteServiceInstance(file.secureElement.id, service, qualifier)]
        }
        let status = status(of: found.progress, under: found.securityDomain, domain: domain)
        return [
            .putServiceInstance(
                ServiceInstanceRecord(
                    secureElement: file.secureElement.id, provider: file.provider.id, service: service,
                    qualifier: qualifier, instance: aid, securityDomain: found.securityDomain, status: status,
                    statusBeforeLock: status == .locked ? known?.statusBeforeLock ?? known?.status : nil))
        ]
    }

    private func status(
        of progress: PersonalizationProgress, under aid: AID, domain: SecurityDomainRecord?
    ) -> ServiceStatus {
        guard let domain, aid == domain.aid else { return .absent }
        if progress.isLocked { return .locked }
        if snapshot.instanceIsSelectable == true { return .active }
        if progress.isComplete { return .personalized }
        if case .provider = domain.custody { return .keysRotated }
        return .prePersonalized
    }
}

/// The key set that an SP SD gets at pre-personalization, until the provider rotates its own in.
enum TemporaryKeySet {
    static let keyVersionNumber: UInt8 = 0x30

    static func reference(for file: QueryModule.CardFile) -> KeyReference {
        KeyReference(
            masterKeyIndex: file.provider.temporaryMasterKey, keyVersionNumber: keyVersionNumber,
            keyDiversificationData: file.secureElement.centralSecurityDomain.keys.keyDiversificationData)
    }
}
