import CardCryptography
import GlobalPlatform
import ISO7816

extension SecureElement {
    /// INSTALL [for load]: announces a load file. GPC v2.3.1 §11.5.2.3.1.
    mutating func beginLoad(
        _ load: InstallCommand.ForLoad, _ request: ContentRequest, on channel: Int
    ) throws(Refusal) -> ResponseAPDU {
        let approval = try authorize(request)
        try checkCanRegister(load.executableLoadFile)
        let hash = load.loadFileDataBlockHash
        guard hash.isEmpty || LoadFileHashAlgorithm(hashLength: hash.count) != nil else {
            throw Refusal(.incorrectData)
        }
        let destination = load.securityDomain.map(registered) ?? request.receiver
        try checkMemory(for: load.parameters, below: destination)
        channels[channel]?.loading = LoadInProgress(
            announcement: load, securityDomain: destination, approval: approval)
        return ResponseAPDU(.success, data: [0x00])
    }

    /// What the announcement says that the code and its applications need has to be there now; it is not set aside.
    private func checkMemory(for parameters: InstallParameters, below securityDomain: AID) throws(Refusal) {
        let needs = try systemParameters(parameters, [.codeMemory, .volatileMemory, .nonVolatileMemory])
        let persistent = (needs.codeMemory ?? 0) + (needs.nonVolatileMemory ?? 0)
        guard persistent <= memory.free(below: securityDomain), needs.volatileMemory ?? 0 <= memory.freeVolatile else {
            throw Refusal(.notEnoughMemory)
        }
    }

    private func checkCanRegister(_ loadFile: AID) throws(Refusal) {
        guard memory.loadFile(loadFile) == nil, memory.application(loadFile) == nil else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
        guard memory.loadFiles.count < CardMemory.loadFilesMax else { throw Refusal(.notEnoughMemory) }
    }

    /// LOAD: one block after the other; the last registers the load file, or nothing is kept. §11.6.
    mutating func load(_ command: LoadCommand, on channel: Int) throws(Refusal) -> ResponseAPDU {
        guard var loading = channels[channel]?.loading else { throw Refusal(.conditionsOfUseNotSatisfied) }
        channels[channel]?.loading = nil
        guard Int(command.blockNumber) == loading.nextBlock else { throw Refusal(.incorrectParameters) }
        let room = min(memory.free(below: loading.securityDomain), ExecutableLoadFile.bytesMax)
        guard loading.bytes.count + command.block.count <= room else { throw Refusal(.notEnoughMemory) }
        loading.bytes += command.block
        loading.nextBlock += 1
        guard command.isLastBlock else {
            channels[channel]?.loading = loading
            return ResponseAPDU(.success)
        }
        try register(loading)
        return ResponseAPDU(.success, data: try confirmation(of: loading.approval))
    }

    /// The announcement is checked again: another channel may have changed the registry in the meantime.
    private mutating func register(_ loading: LoadInProgress) throws(Refusal) {
        try checkCanRegister(loading.announcement.executableLoadFile)
        try checkAccepts(loading.securityDomain, by: loading.approval.request.receiver)
        let file: LoadFile
        do { file = try LoadFile(bytes: loading.bytes) } catch { throw Refusal(error.statusWord) }
        try checkHash(of: file, loading.announcement)
        try verifyDAP(of: file, loading)
        let parsed: ExecutableLoadFile
        do { parsed = try ExecutableLoadFile(components: file.dataBlock) } catch { throw Refusal(.incorrectData) }
        guard parsed.packageAID == loading.announcement.executableLoadFile else { throw Refusal(.incorrectData) }
        guard parsed.modules.allSatisfy({ module in !memory.loadFiles.contains { $0.modules.contains(module) } })
        else { throw Refusal(.incorrectData) }
        memory.loadFiles.append(
            RegisteredLoadFile(
                aid: parsed.packageAID, version: parsed.version.bytes, modules: parsed.modules,
                securityDomain: loading.securityDomain, isImmutable: false, size: file.dataBlock.count))
        try checkMemory()
    }

    /// The Load File Data Block Hash, when the announcement has one (GPC v2.3.1 §C.2).
    private func checkHash(of file: LoadFile, _ announcement: InstallCommand.ForLoad) throws(Refusal) {
        let expected = announcement.loadFileDataBlockHash
        guard !expected.isEmpty else { return }
        let algorithm: Digest.Algorithm =
            switch LoadFileHashAlgorithm(hashLength: expected.count) {
            case .sha1: .sha1
            case .sha384: .sha384
            case .sha512: .sha512
            default: .sha256
            }
        guard Digest.hash(file.dataBlock, algorithm) == expected else { throw Refusal(.incorrectData) }
    }
}
