import GlobalPlatform
import ISO7816

extension CentralTSM {
    /// Carries out an operator's content order in the management domain's own subtree (TSM-30): the card decides what
    /// belongs to it.
    ///
    /// Every round begins with the card's registry, so a lost answer makes nothing twice and deletes nothing twice. A LOAD
    /// that was torn begins again, because a card forgets half a load file with its power.
    func manageContent(
        _ order: ContentOrder, on id: SecureElementIdentifier, _ context: OperatorContext
    ) async throws(TSMError) -> ContentOutcome {
        let commands = try order.commands()
        return try await operate(on: id, context) { record throws(TSMError) in
            var lastRefusal: PlanRefusal?
            var hasBegun = !record.executions.isEmpty
            for _ in 0..<Self.roundsMax {
                let entry = try await registryEntry(order, on: id)
                if (entry == nil) == order.isDeletion {
                    // What another security domain manages is not in the registry that this one is shown.
                    if order.isDeletion, let lastRefusal { throw lastRefusal.error }
                    if hasBegun { return ContentOutcome(order.object, entry) }
                    if !order.isDeletion { throw .duplicate(reason: "\(order.object) is on the card already") }
                }
                let element = try await query.secureElement(id)
                let audited = audit(context, order.action, on: id, "\(order.object)")
                let leg = ScriptPlan.Leg(
                    part: .content,
                    route: .forecast(session(with: element.centralSecurityDomain), commands: commands.map(\.bytes)))
                let settled = try await run(
                    ScriptPlan(legs: [leg], reading: Self.managementReading(of: element)), as: Assignment(.content),
                    on: element, record: record
                ) { _ in [audited] }
                hasBegun = true
                let refusal = PlanRefusal(settled.result, steps: commands.map { _ in order.action })
                if let refusal, refusal == lastRefusal { throw refusal.error }
                lastRefusal = refusal
            }
            throw .unreachable(reason: "the card was lost again and again; try again")
        }
    }

    private func registryEntry(
        _ order: ContentOrder, on id: SecureElementIdentifier
    ) async throws(TSMError) -> RegistryEntry? {
        switch order {
        case .load(let aid, _): return try await registryEntry(of: aid, .executableLoadFiles, on: id)
        case .install(_, _, let aid, _): return try await registryEntry(of: aid, .applications, on: id)
        case .delete(let aid, _):
            if let entry = try await registryEntry(of: aid, .applications, on: id) { return entry }
            return try await registryEntry(of: aid, .executableLoadFiles, on: id)
        }
    }

    /// Asks the management domain, in a session, what the registry holds under an AID.
    func registryEntry(
        of aid: AID, _ subset: GetStatusCommand.Subset, on id: SecureElementIdentifier
    ) async throws(TSMError) -> RegistryEntry? {
        let search = GetStatusCommand(subset, namePrefix: aid.bytes).command
        return try await inquire(search, on: id).flatMap { data throws(TSMError) in
            try Self.entry(of: aid, in: data)
        }
    }

    private static func entry(of aid: AID, in data: [UInt8]) throws(TSMError) -> RegistryEntry? {
        do {
            return try RegistryEntry.entries(tlv: data).first { $0.aid == aid }
        } catch {
            throw .cardMisbehaved(reason: "GET STATUS: \(error)")
        }
    }

    /// The management domain's counter and state, which every trip of the TSM's own ends with.
    static func managementReading(of element: SecureElementRecord) -> CardReading {
        CardReading(centralSecurityDomain: element.centralSecurityDomain.aid, securityDomain: nil, instance: nil)
    }
}

extension ContentOutcome {
    fileprivate init(_ aid: AID, _ entry: RegistryEntry?) {
        self.init(
            aid: aid, isPresent: entry != nil, lifeCycle: entry?.lifeCycle, securityDomain: entry?.securityDomain)
    }
}

extension ContentOrder {
    fileprivate var isDeletion: Bool { if case .delete = self { true } else { false } }

    /// The commands that carry it out.
    fileprivate func commands() throws(TSMError) -> [CommandAPDU] {
        switch self {
        case .load(let aid, let dataBlock):
            let blocks: [LoadCommand]
            do {
                blocks = try LoadCommand.blocks(of: LoadFile(dataBlock: dataBlock))
            } catch {
                throw .invalid(field: "loadFile", reason: "\(error)")
            }
            return [InstallCommand.forLoad(.init(executableLoadFile: aid)).command] + blocks.map(\.command)
        case .install(let loadFile, let module, let aid, let parameters):
            return [
                InstallCommand.forInstallAndMakeSelectable(
                    .init(
                        executableLoadFile: loadFile, executableModule: module, application: aid,
                        parameters: .applicationSpecific(parameters))
                ).command
            ]
        case .delete(let aid, let withRelated):
            return [DeleteCommand.object(aid, withRelated: withRelated).command]
        }
    }
}
