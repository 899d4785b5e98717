import GlobalPlatform
import ISO7816

/// What remains to be done of a plan, as the registry and the journal tell it.
enum InstallationStep: Equatable, Sendable {
    /// DELETE the package with all that came from it.
    case deletePackage
    /// INSTALL [for load] and every LOAD: a load that was cut off left nothing behind and starts again. GPC v2.3.1 §9.3.5.
    case load
    case install(ApplicationInstance)
    case makeSelectable(ApplicationInstance)
}

extension InstallationPlan {
    /// The steps from what the card has to what the plan wants.
    ///
    /// - Parameter record: what the journal has of an installation of the same package; `nil` when there was none.
    /// - Throws: ``CardManagementError/notAllowed(_:)`` where the card holds something that is not the plan's.
    func remainingSteps(
        in registry: CardRegistry, after record: InstallationRecord?
    ) throws(CardManagementError) -> [InstallationStep] {
        let isOurs = record?.digest == digest
        guard let _ = loadFile else {
            guard registry.loadFile(package) != nil else {
                throw .notAllowed("there is no package \(package) on the card")
            }
            return try instanceSteps(in: registry, isOurs: isOurs)
        }
        guard registry.loadFile(package) != nil else {
            return [.load] + (try instanceSteps(in: registry, isOurs: false))
        }
        if isOurs, record?.phase != .replacing { return try instanceSteps(in: registry, isOurs: true) }
        // What another plan left half done goes; what nobody began is somebody's.
        let isLeftover = record.map { $0.loadsPackage && $0.phase != .replacing } ?? false
        guard isLeftover || replacesPackage else {
            throw .notAllowed("package \(package) is on the card already: delete it first, or ask to replace it")
        }
        var without = registry
        without.loadFiles.removeAll { $0.aid == package }
        without.applications.removeAll { $0.executableLoadFile == package }
        return [.deletePackage, .load] + (try instanceSteps(in: without, isOurs: false))
    }

    private func instanceSteps(
        in registry: CardRegistry, isOurs: Bool
    ) throws(CardManagementError) -> [InstallationStep] {
        var steps: [InstallationStep] = []
        for instance in instances {
            guard let entry = registry.application(instance.application) else {
                guard registry.loadFile(instance.application) == nil else {
                    throw .notAllowed("\(instance.application) is the name of a package on the card")
                }
                steps.append(.install(instance))
                continue
            }
            // A card that answers in the old format does not tell where an application came from.
            guard isOurs, entry.executableLoadFile == nil || entry.executableLoadFile == package else {
                throw .notAllowed("application \(instance.application) is on the card already: delete it first")
            }
            if instance.isMadeSelectable, entry.lifeCycle == ApplicationLifeCycle.installed.rawValue {
                steps.append(.makeSelectable(instance))
            }
        }
        return steps
    }
}
