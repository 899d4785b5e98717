import ArgumentParser
import CardCryptography
import GlobalPlatform
import ISO7816
import SecureChannel
import SecureElement

/// An application that a new card is given to try terminals and readers on.
struct TestApplication {
    let aid: AID
    let package: AID
    let module: AID
    /// One run of STORE DATA each.
    let runs: [[DataGrouping]]
}

extension [TestApplication] {
    /// The way of every card: a session with the central security domain, INSTALL and STORE DATA.
    func install(
        on card: inout SecureElement, in domain: AID, keys: SecureChannelKeySet, _ identity: CardIdentity
    ) throws {
        _ = card.process(SelectCommand(domain).command)
        let mode = identity.implementation.mode
        let handshake = try SecureChannelHandshake(
            level: .commandMACAndDecryption, mode: mode, scp02: identity.scp02 ?? .i15,
            hostChallenge: SystemRandomSource().bytes(mode.length), invoker: domain)
        let initializeUpdate = handshake.initializeUpdate
        let pending = try handshake.authenticated(by: card.process(initializeUpdate)) { _ in keys }
        let externalAuthenticate = pending.externalAuthenticate
        var session = try pending.opened(by: card.process(externalAuthenticate))
        for application in self {
            let install = InstallCommand.ForInstall(
                executableLoadFile: application.package, executableModule: application.module,
                application: application.aid)
            var commands = [InstallCommand.forInstallAndMakeSelectable(install).command]
            for run in application.runs {
                commands.append(InstallCommand.forPersonalization(application: application.aid).command)
                commands += StoreDataCommand.blocks(of: run, blockLength: Self.blockLength).map(\.command)
            }
            for command in commands {
                let response = try session.unwrap(card.process(try session.wrap(command)))
                guard response.statusWord == .success else {
                    throw ValidationError("The card refused \(command) with \(response.statusWord).")
                }
            }
        }
        card.reset()
    }

    /// With padding and MAC, it fits a short command in every protocol.
    private static var blockLength: Int { 200 }
}
