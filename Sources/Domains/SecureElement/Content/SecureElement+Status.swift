import GlobalPlatform
import ISO7816
import SecureChannel

extension SecureElement {
    /// GET STATUS: the part of the GlobalPlatform Registry that the SD may see. GPC v2.3.1 §11.4.
    mutating func getStatus(
        _ command: CommandAPDU, on channel: Int, by aid: AID, _ session: SessionInForce
    ) throws(Refusal) -> ResponseAPDU {
        let request = try decode(command, as: GetStatusCommand.self)
        let pending: PendingStatus
        if request.isContinuation {
            guard let rest = channels[channel]?.pendingStatus, rest.continues(request) else {
                throw Refusal(.conditionsOfUseNotSatisfied)
            }
            pending = rest
        } else {
            pending = PendingStatus(
                request: request, entries: try entries(request, seenBy: aid))
        }
        guard !pending.entries.isEmpty else { throw Refusal(.referencedDataNotFound) }
        return answer(
            pending, on: channel, lengthMax: session.responseDataLengthMax)
    }

    /// As many whole entries as fit one response; `6310` when more are to come.
    private mutating func answer(_ status: PendingStatus, on channel: Int, lengthMax: Int) -> ResponseAPDU {
        var data: [UInt8] = []
        var rest = status.entries[...]
        while let next = rest.first, data.isEmpty || data.count + next.count <= lengthMax {
            data += next
            rest = rest.dropFirst()
        }
        var status = status
        status.entries = Array(rest)
        channels[channel]?.pendingStatus = rest.isEmpty ? nil : status
        return ResponseAPDU(rest.isEmpty ? .success : .moreDataAvailable, data: data)
    }

    private func entries(_ request: GetStatusCommand, seenBy aid: AID) throws(Refusal) -> [[UInt8]] {
        let tags: [BERTag]?
        do { tags = try request.requestedTags() } catch { throw Refusal(error.statusWord) }
        // Other search criteria than the AID are optional (Table 11-35), and leaving one out would tell too much.
        guard request.otherCriteria.allSatisfy({ $0.tag == 0x5C }) else { throw Refusal(.incorrectData) }
        let withModules = request.subset == .executableLoadFilesAndModules
        return registryEntries(request.subset, seenBy: aid)
            .filter { $0.aid.hasPrefix(request.namePrefix) }
            .map { request.format == .tlv ? $0.bytes(tags: tags) : $0.legacyBytes(withModules: withModules) }
    }

    /// Whether GET STATUS tells an SD of an object: of itself and what lies below it; the ISD of everything by its Global
    /// Registry, or without it of what it has created.
    private func isVisible(_ object: AID, to aid: AID) -> Bool {
        guard memory.role(of: aid).support(.getStatus) == .byGlobalRegistry else {
            return memory.isInSubtree(object, of: aid)
        }
        let parent = memory.application(object)?.securityDomain ?? memory.loadFile(object)?.securityDomain
        return privileges(of: aid).contains(.globalRegistry) || parent == aid
    }

    private func registryEntries(_ subset: GetStatusCommand.Subset, seenBy aid: AID) -> [RegistryEntry] {
        switch subset {
        case .issuerSecurityDomain:
            guard aid == memory.issuerSecurityDomain else { return [] }
            var entry = memory.applications[0].registryEntry
            entry.lifeCycle = memory.lifeCycle.rawValue
            return [entry]
        case .applications:
            return memory.applications.dropFirst().filter { isVisible($0.aid, to: aid) }.map(\.registryEntry)
        case .executableLoadFiles, .executableLoadFilesAndModules:
            return memory.loadFiles.filter { isVisible($0.aid, to: aid) }.map { file in
                RegistryEntry(
                    aid: file.aid, lifeCycle: ExecutableLoadFileLifeCycle.loaded.rawValue, version: file.version,
                    modules: subset == .executableLoadFilesAndModules ? file.modules : [],
                    securityDomain: file.securityDomain)
            }
        }
    }

    /// SET STATUS: of the card, an Application, or a Security Domain with all its Applications. §11.10.
    mutating func setStatus(
        _ command: SetStatusCommand, by aid: AID, on channel: Int
    ) throws(Refusal) -> ResponseAPDU {
        switch command {
        case .card(let state):
            try setCardStatus(state, by: aid, on: channel)
        case .application(let target, let state):
            try setApplicationStatus(target, state, by: aid)
        case .securityDomainAndApplications(let target, let state):
            guard memory.securityDomain(target) != nil else { throw Refusal(.referencedDataNotFound) }
            let below = memory.applications.map(\.aid).filter { $0 != target && memory.isInSubtree($0, of: target) }
            try setApplicationStatus(target, state, by: aid)
            for application in below where memory.application(application)?.isLocked != (state & 0x80 != 0) {
                try setApplicationStatus(application, state & 0x80, by: aid)
            }
        }
        return ResponseAPDU(.success)
    }

    private mutating func setCardStatus(
        _ state: CardLifeCycle, by aid: AID, on channel: Int
    ) throws(Refusal) {
        let privileges = memory.application(aid)?.privileges ?? []
        let needed: Privileges = state == .terminated ? .cardTerminate : .cardLock
        let isAdvance = state == .initialized || (state == .secured && memory.lifeCycle != .cardLocked)
        guard isAdvance || privileges.contains(needed) else { throw Refusal(.conditionsOfUseNotSatisfied) }
        guard memory.lifeCycle.canTransition(to: state) else { throw Refusal(.conditionsOfUseNotSatisfied) }
        memory.lifeCycle = state
        switch state {
        case .cardLocked: leaveOnly(channel)
        case .terminated: reset()
        default: return
        }
    }

    /// The supplementary channels close and the basic one falls back to the issuer security domain, but for the channel
    /// that the card is being locked on: no Application runs on a locked card (GPC v2.3.1 §5.1.1.4).
    private mutating func leaveOnly(_ channel: Int) {
        let current = channels[channel]
        reset()
        channels[channel] = current
    }

    /// The position of an object whose life `aid` may change: below it, or by Global Lock anywhere; never itself.
    private func managed(_ target: AID, by aid: AID) throws(Refusal) -> Int {
        let isGlobal = memory.role(of: aid).support(.setStatus) == .byGlobalLock
        guard !isGlobal || privileges(of: aid).contains(.globalLock) else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        guard let index = memory.index(of: target), target != aid, isGlobal || memory.isInSubtree(target, of: aid)
        else { throw Refusal(.referencedDataNotFound) }
        return index
    }

    private mutating func setApplicationStatus(_ target: AID, _ state: UInt8, by aid: AID) throws(Refusal) {
        if target == aid { return try advanceOwnStatus(of: target, to: state) }
        let index = try managed(target, by: aid)
        let application = memory.applications[index]
        if state & 0x80 != 0 {
            guard !application.isLocked, !isCompanion(target) else { throw Refusal(.conditionsOfUseNotSatisfied) }
            memory.applications[index].lifeCycle |= 0x80
            memory.applications[index].lockedBy = aid
            for channel in channels.indices where channels[channel]?.selected == target {
                channels[channel] = LogicalChannel(selected: memory.implicitlySelected(on: channel))
            }
        } else {
            // Whoever locked it unlocks it, or an SD above that one does (the source leaves it open, TSM-20).
            guard let locker = application.lockedBy,
                memory.index(of: locker) == nil || memory.isInSubtree(locker, of: aid)
            else { throw Refusal(.conditionsOfUseNotSatisfied) }
            memory.applications[index].lifeCycle &= 0x7F
            memory.applications[index].lockedBy = nil
        }
    }

    /// An SD may say of itself that it is personalized.
    private mutating func advanceOwnStatus(of aid: AID, to state: UInt8) throws(Refusal) {
        guard let index = memory.index(of: aid), aid != memory.issuerSecurityDomain,
            let current = SecurityDomainLifeCycle(rawValue: memory.applications[index].lifeCycle),
            let next = SecurityDomainLifeCycle(rawValue: state), !next.isLocked, current.canTransition(to: next)
        else { throw Refusal(.conditionsOfUseNotSatisfied) }
        memory.applications[index].lifeCycle = next.rawValue
    }
}
