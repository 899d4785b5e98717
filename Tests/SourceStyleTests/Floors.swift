/// The house: a target imports targets of the floors below its own (ARCHITECTURE.md, section 2).
enum Floors {
    static let fromTheGround = ["Foundations", "Standards", "Domains", "Adapters", "Products"]

    /// The only imports along a floor: instructions are signed by JOSE in amounts of ISO 4217, a trusted reading opens its
    /// channel by SCP03, the doors and the client share one wire contract, and the executable puts the assembled parts to
    /// work.
    static let neighbours: [String: Set<String>] = [
        "Instructions": ["JOSE", "ISO4217"],
        "TrustedReading": ["SecureChannel"],
        "HTTPServer": ["SeneschalAPI"],
        "SeneschalClient": ["SeneschalAPI"],
        "seneschal": ["Assembly"],
    ]

    /// C libraries are bound once, by the target that gives them a Swift face.
    static let bindings: [String: Set<String>] = [
        "COpenSSL": ["CardCryptography"],
        "CZlib": ["GlobalPlatform"],
        "CPCSC": ["PCSCLink"],
        "CTesseract": ["CardCapture"],
        "CFreeType": ["CardCapture"],
        "CDigitNet": ["CardCapture"],
    ]

    /// Modules of the toolchain. Everything else from outside is an adapter's or a product's business.
    static let toolchain: Set<String> = [
        "Swift", "Foundation", "FoundationEssentials", "FoundationNetworking", "Synchronization", "Dispatch", "Glibc",
        "Musl", "Darwin",
    ]

    /// Every target of `Sources`, with its floor counted from the ground.
    static func targets(of files: [SourceTree.File]) -> [String: Int] {
        var floors: [String: Int] = [
            "COpenSSL": 0, "CZlib": 0, "CPCSC": 0, "CTesseract": 0, "CFreeType": 0, "CDigitNet": 0,
        ]
        for file in files {
            let parts = file.path.split(separator: "/")
            guard parts.count > 3, let floor = fromTheGround.firstIndex(of: String(parts[1])) else { continue }
            floors[String(parts[2])] = floor
        }
        return floors
    }

    static func violations(in file: SourceTree.File, targets: [String: Int]) -> [Violation] {
        let parts = file.path.split(separator: "/")
        guard parts.count > 3, let floor = fromTheGround.firstIndex(of: String(parts[1])) else {
            return [Violation(path: file.path, line: 1, message: "stands on no floor")]
        }
        let target = String(parts[2])
        return imports(of: file).compactMap { line, module in
            refusal(of: module, to: target, onFloor: floor, targets: targets).map {
                Violation(path: file.path, line: line, message: "\(target) imports \(module): \($0)")
            }
        }
    }

    private static func refusal(of module: String, to target: String, onFloor floor: Int, targets: [String: Int])
        -> String?
    {
        if let users = bindings[module] {
            return users.contains(target) ? nil : "only \(users.sorted().joined(separator: ", ")) binds it"
        }
        if let other = targets[module] {
            if other < floor || neighbours[target]?.contains(module) == true { return nil }
            return "it is not on a lower floor"
        }
        if fromTheGround[floor] == "Adapters" || fromTheGround[floor] == "Products" { return nil }
        return toolchain.contains(module) ? nil : "this floor uses nothing from outside"
    }

    /// The modules that a file imports, with their lines.
    static func imports(of file: SourceTree.File) -> [(line: Int, module: String)] {
        file.swift.code.enumerated().compactMap { index, line in
            let words = line.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count,
                words[..<keyword].allSatisfy({ $0.hasPrefix("@") || accessLevels.contains(String($0)) })
            else { return nil }
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let path = kinds.contains(words[keyword + 1]) ? words[keyword + 2] : words[keyword + 1]
            return (index + 1, String(path.split(separator: ".")[0]))
        }
    }

    private static let accessLevels: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
}
