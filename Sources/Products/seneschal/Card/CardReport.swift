import ISO7816
import SecureElement

/// A card's inventory as lines of text, the applications as a tree below their security domains.
struct CardReport {
    private let inventory: CardInventory

    init(_ inventory: CardInventory) { self.inventory = inventory }

    var lines: [String] { head + [""] + tree + [""] + packages }

    private var head: [String] {
        [
            "Card     \(inventory.lifeCycle), \(inventory.configuration), SCP03 i=\(inventory.secureChannelImplementation)"
                + (inventory.scp02Implementation.map { ", SCP02 i=\($0)" } ?? ""),
            "IIN      \(inventory.issuerIdentificationNumber)",
            "CIN      \(inventory.cardImageNumber)",
            "KDD      \(inventory.keyDiversificationData)",
            "Memory   \(inventory.memory.used) of \(inventory.memory.capacity) bytes used",
        ]
    }

    private var tree: [String] {
        guard let issuer = inventory.applications.first else { return [] }
        return ["Domains and applications"] + title(issuer, "", "") + branches(below: issuer.aid, indent: "")
    }

    private func branches(below parent: AID, indent: String) -> [String] {
        let children = inventory.applications.filter { $0.securityDomain == parent && $0.aid != parent }
        return children.enumerated().flatMap { index, child in
            let isLast = index == children.count - 1
            let inner = indent + (isLast ? "   " : "│  ")
            return title(child, indent + (isLast ? "└─ " : "├─ "), inner) + branches(below: child.aid, indent: inner)
        }
    }

    private func title(_ application: CardInventory.Application, _ branch: String, _ indent: String) -> [String] {
        let kind = application.isSecurityDomain ? "SD " : "App"
        var lines = ["\(branch)\(kind) \(application.aid.described)  \(application.lifeCycle)"]
        let others = application.privileges.filter { $0 != "Security Domain" }
        if let role = application.role { lines.append("\(indent)       \(role)") }
        if !application.implicitlySelectedOn.isEmpty {
            let channels = application.implicitlySelectedOn.map { "\($0)" }.joined(separator: ", ")
            lines.append("\(indent)       selected on channel \(channels)")
        }
        if application.quota != nil || application.reserved > 0 {
            let quota = application.quota.map { "at most \($0) bytes, " } ?? ""
            lines.append("\(indent)       \(quota)\(application.reserved) bytes set aside")
        }
        if !others.isEmpty { lines.append("\(indent)       \(others.joined(separator: ", "))") }
        lines += application.keys.map { "\(indent)       \($0.described)" }
        return lines
    }

    private var packages: [String] {
        ["Packages"]
            + inventory.loadFiles.flatMap { file in
                let origin = file.isBuiltIn ? "built in" : "\(file.size) bytes, under \(file.securityDomain)"
                return ["\(file.aid.described)  version \(file.version), \(origin)"]
                    + file.modules.map { "   \($0.described)" }
            }
    }
}

extension AID {
    /// The AID, and its text where it is one.
    fileprivate var described: String {
        guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return "\(self)" }
        return "\(self) (\(String(decoding: bytes, as: UTF8.self)))"
    }
}

extension CardInventory.KeyVersion {
    fileprivate var described: String {
        let list = keys.map { "\($0.identifier) (type \($0.type), \($0.length) bytes)" }.joined(separator: ", ")
        return "key version \(version): \(list)" + (sequenceCounter.map { ", sequence counter \($0)" } ?? "")
    }
}
