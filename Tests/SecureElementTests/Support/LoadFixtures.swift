import CardCryptography
import GlobalPlatform
import ISO7816

@testable import SecureElement

/// A CAP of ours, as it goes over the wire.
struct Package {
    var aid: AID = "F053454E45534348414C7E01"
    var modules: [AID] = ["F053454E45534348414C7E0101"]
    var codeLength = 600
    var securityDomain: AID?
    var hash: [UInt8] = []

    /// Read back from a JAR, as a tool would.
    func file() throws -> ExecutableLoadFile {
        let jar = CAPFileBuilder(package: aid, applets: modules, codeLength: codeLength).jar()
        return try ExecutableLoadFile(file: jar)
    }

    func announcement() -> CommandAPDU {
        InstallCommand.forLoad(
            .init(executableLoadFile: aid, securityDomain: securityDomain, loadFileDataBlockHash: hash)
        ).command
    }

    func blocks() throws -> [CommandAPDU] { try LoadCommand.blocks(of: LoadFile(try file())).map(\.command) }

    func commands() throws -> [CommandAPDU] { [announcement()] + (try blocks()) }

    func with(hash algorithm: Digest.Algorithm) throws -> Package {
        var package = self
        package.hash = Digest.hash(try file().loadFileDataBlock, algorithm)
        return package
    }

    /// INSTALL [for install and make selectable] of the first module.
    func instantiate(_ instance: AID) -> CommandAPDU {
        InstallCommand.forInstallAndMakeSelectable(
            .init(executableLoadFile: aid, executableModule: modules[0], application: instance)
        ).command
    }
}
