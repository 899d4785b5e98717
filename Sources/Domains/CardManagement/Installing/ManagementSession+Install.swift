import GlobalPlatform
public import ISO7816

/// How far an installation is.
public enum InstallationProgress: Equatable, Sendable {
    case deleting(AID)
    /// LOAD `block` of `count` was accepted; block 0 is INSTALL [for load].
    case loading(block: Int, of: Int)
    case installing(AID)
    case makingSelectable(AID)
    /// The card was lost and is sought for the `attempt`th time.
    case reconnecting(attempt: Int, CardUnreachable)
    case rollingBack
    case finished
}

/// What an installation did.
public struct InstallationOutcome: Equatable, Sendable {
    /// An earlier attempt had begun it.
    public var wasResumed = false
    /// How often the card was lost meanwhile.
    public var reconnections = 0
    public var blocksLoaded = 0
    /// The confirmations of INSTALL and LOAD as they came, with receipts in delegated management.
    public var confirmations: [[UInt8]] = []
}

extension ManagementSession {
    /// What tells the card apart in the journal.
    var journalIdentity: CardIdentifier { card ?? CardIdentifier(diversificationData: diversificationData) }

    /// Carries out what remains of a plan: reads the registry, and goes on from what is there.
    ///
    /// The journal has the intent before the card changes and forgets it when all is done. When the card refuses an
    /// application, the package that was loaded for it goes again. ``CardManager/install(_:in:reconnectionsMax:progress:)``
    /// also comes back after a lost field.
    /// - Throws: ``CardManagementError``.
    public mutating func install(
        _ plan: InstallationPlan, progress: @Sendable (InstallationProgress) -> Void = { _ in }
    ) async throws(CardManagementError) -> InstallationOutcome {
        try plan.check()
        guard let key = InstallationRecord.key(plan.package, on: journalIdentity) else {
            throw .journalFailed(JournalFailure(reason: "the card's name makes no name for a record"))
        }
        let record = try await manager.journal.decoded(InstallationRecord.self, at: key)
        let steps = try plan.remainingSteps(in: try await registry(), after: record)
        let blocks = try plan.loadBlocks(blockLength: commandDataLengthMax)
        var work = InstallationWork(
            plan: plan, blocks: blocks, key: key,
            record: InstallationRecord(
                package: plan.package, digest: plan.digest,
                phase: steps.contains(.deletePackage) ? .replacing : steps.contains(.load) ? .loading : .installing,
                applications: plan.instances.map(\.application), loadsPackage: plan.loadFile != nil))
        work.outcome.wasResumed = record?.digest == plan.digest
        if !steps.isEmpty { try await manager.journal.encode(work.record, at: key) }
        for step in steps {
            do {
                try await carryOut(step, &work, progress)
            } catch {
                guard case .cardRefused = error else { throw error }
                try await undo(after: step, work, progress)
                throw error
            }
        }
        try await manager.journal.forget(key)
        progress(.finished)
        return work.outcome
    }

    private mutating func carryOut(
        _ step: InstallationStep, _ work: inout InstallationWork, _ progress: @Sendable (InstallationProgress) -> Void
    ) async throws(CardManagementError) {
        switch step {
        case .deletePackage:
            progress(.deleting(work.plan.package))
            work.outcome.confirmations.append(try await delete(work.plan.package, withRelated: true))
            work.record.phase = .loading
            try await manager.journal.encode(work.record, at: work.key)
        case .load:
            try await load(&work, progress)
            work.record.phase = .installing
            try await manager.journal.encode(work.record, at: work.key)
        case .install(let instance):
            progress(.installing(instance.application))
            work.outcome.confirmations.append(try await install(instance))
        case .makeSelectable(let instance):
            progress(.makingSelectable(instance.application))
            work.outcome.confirmations.append(
                try await makeSelectable(instance.application, privileges: instance.privileges))
        }
    }

    private mutating func load(
        _ work: inout InstallationWork, _ progress: @Sendable (InstallationProgress) -> Void
    ) async throws(CardManagementError) {
        work.outcome.confirmations.append(
            try await send(work.plan.loadAnnouncement.command, "INSTALL [for load] \(work.plan.package)"))
        progress(.loading(block: 0, of: work.blocks.count))
        for (index, block) in work.blocks.enumerated() {
            let confirmation = try await send(block.command, "LOAD block \(index + 1) of \(work.blocks.count)")
            work.outcome.blocksLoaded += 1
            if block.isLastBlock { work.outcome.confirmations.append(confirmation) }
            progress(.loading(block: index + 1, of: work.blocks.count))
        }
    }

    /// After a refusal nothing half is left: the package goes with what was made from it, unless it is to stay.
    private mutating func undo(
        after step: InstallationStep, _ work: InstallationWork, _ progress: @Sendable (InstallationProgress) -> Void
    ) async throws(CardManagementError) {
        switch step {
        case .deletePackage, .load:
            // Refused as a whole: a load that fails leaves nothing behind (GPC v2.3.1 §9.3.5).
            break
        case .install, .makeSelectable:
            guard work.plan.loadFile != nil, !work.plan.keepsPackageOnFailure else { break }
            progress(.rollingBack)
            try await delete(work.plan.package, withRelated: true)
        }
        try await manager.journal.forget(work.key)
    }

    /// Deletes what an interrupted installation of `package` left on the card, and forgets it.
    ///
    /// - Returns: whether there was a record.
    /// - Throws: ``CardManagementError``.
    @discardableResult
    public mutating func rollBackInstallation(of package: AID) async throws(CardManagementError) -> Bool {
        guard let key = InstallationRecord.key(package, on: journalIdentity),
            let record = try await manager.journal.decoded(InstallationRecord.self, at: key)
        else { return false }
        let registry = try await registry()
        switch record.phase {
        case .replacing:
            // The old package, whole: it was there before.
            break
        case .loading, .installing:
            if record.loadsPackage {
                if registry.loadFile(package) != nil { try await delete(package, withRelated: true) }
            } else {
                for application in record.applications where registry.application(application) != nil {
                    try await delete(application)
                }
            }
        }
        try await manager.journal.forget(key)
        return true
    }
}

/// What carrying out a plan keeps in hand.
struct InstallationWork {
    let plan: InstallationPlan
    let blocks: [LoadCommand]
    let key: JournalKey
    var record: InstallationRecord
    var outcome = InstallationOutcome()
}
