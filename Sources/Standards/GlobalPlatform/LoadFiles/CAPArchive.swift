/// The JAR form of a CAP: one file per component in `…/javacard/`. JCVM 3.0.5 §4.1.3.
enum CAPArchive {
    /// A component: tag, size and at most 65 535 bytes of info.
    static let componentBytesMax = 3 + 65_535

    /// The components in loading order; Debug and everything that is no component is left out.
    static func loadFileDataBlock(jar bytes: [UInt8]) throws(LoadFileError) -> [UInt8] {
        let archive: ZIPArchive
        do { archive = try ZIPArchive(bytes) } catch { throw .archive(error) }
        var entries: [CAPComponent: ZIPArchive.Entry] = [:]
        var folder: String?
        for entry in archive.entries {
            let parts = entry.name.split(separator: "/", omittingEmptySubsequences: false)
            guard let last = parts.last,
                let component = CAPComponent.allCases.first(where: { $0.fileName == last })
            else { continue }
            let path = parts.dropLast().joined(separator: "/")
            if let folder, folder != path { throw .componentsInSeveralFolders(folder, path) }
            folder = path
            guard entries.updateValue(entry, forKey: component) == nil else { throw .componentTwice(component) }
        }
        var block: [UInt8] = []
        for component in CAPComponent.loadingOrder {
            guard let entry = entries[component] else { continue }
            let content: [UInt8]
            do {
                content = try archive.content(of: entry, bytesMax: componentBytesMax)
            } catch { throw .archive(error) }
            guard let tag = content.first, tag == component.rawValue else {
                throw .componentNameMismatch(name: entry.name, tag: content.first ?? 0)
            }
            block += content
            guard block.count <= ExecutableLoadFile.bytesMax else {
                throw .tooLarge(count: block.count, max: ExecutableLoadFile.bytesMax)
            }
        }
        return block
    }
}
