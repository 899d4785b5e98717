import GlobalPlatform
import ISO7816

extension SecureElement {
    /// DELETE: an Application, a load file, or keys. GPC v2.3.1 §11.2.
    mutating func delete(
        _ command: CommandAPDU, by aid: AID, _ session: OpenKeySet
    ) throws(Refusal) -> ResponseAPDU {
        switch try decode(command, as: DeleteCommand.self) {
        case .key(let identifier, let version):
            return try deleteKeys(identifier: identifier, version: version, of: aid, session)
        case .object(let object, let withRelated, let token):
            let approval = try authorize(
                ContentRequest(receiver: aid, step: .delete(object), command: command, token: token))
            if memory.loadFile(object) != nil {
                try deleteLoadFile(object, withRelated: withRelated, by: aid)
            } else {
                try deleteApplication(object, withRelated: withRelated)
            }
            return ResponseAPDU(.success, data: try confirmation(of: approval))
        }
    }

    private mutating func deleteApplication(_ target: AID, withRelated: Bool) throws(Refusal) {
        var doomed: Set<AID> = [target]
        let related = memory.applications.map(\.aid).filter { $0 != target && memory.isInSubtree($0, of: target) }
        let files = memory.loadFiles.filter { memory.isInSubtree($0.securityDomain, of: target) }
        guard withRelated || (related.isEmpty && files.isEmpty) else { throw Refusal(.conditionsOfUseNotSatisfied) }
        guard !files.contains(where: \.isImmutable) else { throw Refusal(.conditionsOfUseNotSatisfied) }
        doomed.formUnion(related)
        // Code goes only with its last instance.
        let instances = memory.applications.filter { application in files.contains { $0.aid == application.loadFile } }
        guard instances.allSatisfy({ doomed.contains($0.aid) }) else { throw Refusal(.conditionsOfUseNotSatisfied) }
        try remove(doomed)
        memory.loadFiles.removeAll { file in files.contains { $0.aid == file.aid } }
    }

    /// The instances that go along have to be within the deleting SD's reach too, or be its by Global Delete.
    private mutating func deleteLoadFile(_ file: AID, withRelated: Bool, by aid: AID) throws(Refusal) {
        guard memory.loadFile(file)?.isImmutable == false else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let instances = Set(memory.applications.filter { $0.loadFile == file }.map(\.aid))
        guard instances.isEmpty || withRelated else { throw Refusal(.conditionsOfUseNotSatisfied) }
        let isGlobal = privileges(of: aid).contains(.globalDelete)
        guard isGlobal || instances.allSatisfy({ memory.isInSubtree($0, of: aid) }) else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        try remove(instances)
        memory.loadFiles.removeAll { $0.aid == file }
    }

    /// Nothing that is selected on another channel, and no companion, is deleted.
    private mutating func remove(_ doomed: Set<AID>) throws(Refusal) {
        guard !doomed.contains(memory.issuerSecurityDomain), !doomed.contains(where: isCompanion) else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        guard !channels.contains(where: { $0.map { doomed.contains($0.selected) } ?? false }) else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        memory.applications.removeAll { doomed.contains($0.aid) }
        for aid in doomed { workingMemory[aid] = nil }
    }
}
