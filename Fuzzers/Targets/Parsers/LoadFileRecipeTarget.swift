import GlobalPlatform
import ISO7816

/// Builds a CAP by the fuzzer's decisions, with few flaws or none, bare and in a JAR. One without flaws is accepted.
func fuzzLoadFileRecipe(_ bytes: [UInt8]) throws(FuzzViolation) -> Int {
    var input = FuzzInput(bytes)
    var recipe = LoadFileRecipe(&input)
    let flaws = input.number(below: 4)
    for _ in 0..<flaws { recipe.spoil(&input) }
    if input.flag() { recipe.correctDirectory() }
    let bare = try? ExecutableLoadFile(file: recipe.components)
    var jar = recipe.jar(compressed: input.flag())
    let archiveFlaws = input.number(below: 3)
    for _ in 0..<archiveFlaws { jar = Mutation.apply(to: jar, &input) }
    let packed = try? ExecutableLoadFile(file: jar)
    if let bare { try check(bare) }
    if let packed { try check(packed) }
    guard flaws == 0 else { return bare == nil ? 0 : 1 }
    try require(bare != nil, "a CAP without flaws is accepted")
    guard archiveFlaws == 0 else { return 1 }
    try require(bare == packed, "a CAP is the same bare and in a JAR")
    return 2
}

/// The components of a sound CAP, to be spoiled one flaw at a time.
private struct LoadFileRecipe {
    private struct Component {
        var tag: UInt8
        var info: [UInt8]
        /// What the size field says, when it is not the truth.
        var announced: Int?

        var bytes: [UInt8] {
            let size = announced ?? info.count
            return [tag, UInt8(size >> 8 & 0xFF), UInt8(size & 0xFF)] + info
        }
    }

    private var list: [Component] = []
    private let folder: String

    init(_ input: inout FuzzInput) {
        let package = Array(([0xF0, 0x53, 0x45, 0x4E, 0x45] + input.take(11)).prefix(5 + input.number(below: 12)))
        let applets = (0..<input.number(below: 4)).map { number in
            Array((package.prefix(14) + [UInt8(number), input.byte()]).prefix(16))
        }
        let imports = (0..<input.number(below: 3)).map { _ in
            ExecutableLoadFile.Import(
                package: Self.aid([0xA0, 0, 0, 0, 0x62] + input.take(input.number(below: 12))),
                version: .init(major: input.byte(), minor: input.byte()))
        }
        folder = input.flag() ? "org/seneschal/fuzz" : ""
        var builder = CAPFileBuilder(
            package: Self.aid(package), version: .init(major: input.byte(), minor: input.byte()),
            packageName: folder, applets: applets.map(Self.aid), imports: imports,
            codeLength: input.number(below: 64))
        if folder.isEmpty { builder.packageName = "" }
        var rest = builder.components[...]
        while rest.count >= 3 {
            let head = Array(rest.prefix(3))
            let size = Int(head[1]) << 8 | Int(head[2])
            list.append(Component(tag: head[0], info: Array(rest.dropFirst(3).prefix(size))))
            rest = rest.dropFirst(3 + size)
        }
    }

    private static func aid(_ bytes: [UInt8]) -> AID {
        do { return try AID(Array(bytes.prefix(16))) } catch {
            preconditionFailure("5 to 16 bytes are an AID: \(error)")
        }
    }

    mutating func spoil(_ input: inout FuzzInput) {
        guard !list.isEmpty else { return }
        let index = input.number(below: list.count)
        switch input.number(below: 8) {
        case 0: list.swapAt(index, input.number(below: list.count))
        case 1: list.remove(at: index)
        case 2: list.insert(list[index], at: input.number(below: list.count))
        case 3: list[index].tag = input.byte()
        case 4: list[index].announced = input.uint16()
        default: list[index].info = Mutation.apply(to: list[index].info, &input)
        }
    }

    /// Writes the sizes of the components as they are into Directory, so that a flaw lies deeper than its length.
    mutating func correctDirectory() {
        guard let directory = list.firstIndex(where: { $0.tag == CAPComponent.directory.rawValue }) else { return }
        for component in list where (1...12).contains(component.tag) {
            let offset = 2 * (Int(component.tag) - 1)
            guard offset + 1 < list[directory].info.count else { continue }
            list[directory].info[offset] = UInt8(component.info.count >> 8 & 0xFF)
            list[directory].info[offset + 1] = UInt8(component.info.count & 0xFF)
        }
    }

    var components: [UInt8] { list.flatMap(\.bytes) }

    func jar(compressed: Bool) -> [UInt8] {
        var writer = ZIPWriter()
        for component in list {
            let name = CAPComponent(rawValue: component.tag)?.fileName ?? "Other.cap"
            writer.add(folder.isEmpty ? name : "\(folder)/javacard/\(name)", component.bytes, compressed: compressed)
        }
        return writer.finished()
    }
}
