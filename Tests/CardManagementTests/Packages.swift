import CardManagement
import GlobalPlatform
import ISO7816

/// CAPs of ours and the plans to install them.
enum Packages {
    static let aid: AID = "F053454E45534348414C7E01"
    static let modules: [AID] = ["F053454E45534348414C7E0101", "F053454E45534348414C7E0102"]
    static let instance: AID = "F053454E45534348414C7E010101"
    static let secondInstance: AID = "F053454E45534348414C7E010201"

    static func file(codeLength: Int = 900) throws -> ExecutableLoadFile {
        try ExecutableLoadFile(
            file: CAPFileBuilder(package: aid, applets: modules, codeLength: codeLength).jar())
    }

    /// Two applications, the second left INSTALLED.
    static func plan(codeLength: Int = 900) throws -> InstallationPlan {
        var plan = InstallationPlan(try file(codeLength: codeLength), hash: .sha256)
        plan.instances = [
            ApplicationInstance(package: aid, module: modules[0], application: instance),
            ApplicationInstance(
                package: aid, module: modules[1], application: secondInstance, isMadeSelectable: false),
        ]
        return plan
    }
}
