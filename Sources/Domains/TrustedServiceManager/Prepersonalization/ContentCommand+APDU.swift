import CardCryptography
import GlobalPlatform
import ISO7816

extension ContentCommand {
    var apdu: CommandAPDU {
        switch self {
        case .createSecurityDomain(let aid, let privileges):
            InstallCommand.forInstallAndMakeSelectable(
                .init(
                    executableLoadFile: SecurityDomainPackage.executableLoadFile,
                    executableModule: SecurityDomainPackage.executableModule, application: aid,
                    privileges: privileges)
            ).command
        case .instantiate(let service, let aid):
            InstallCommand.forInstall(
                .init(
                    executableLoadFile: service.executableLoadFile, executableModule: service.executableModule,
                    application: aid, parameters: .applicationSpecific(service.installParameters))
            ).command
        case .extradite(let aid, let domain):
            InstallCommand.forExtradition(.init(securityDomain: domain, object: aid)).command
        case .makeSelectable(let aid):
            InstallCommand.forMakeSelectable(.init(application: aid)).command
        case .lock(let aid): SetStatusCommand.lock(aid).command
        case .unlock(let aid): SetStatusCommand.unlock(aid).command
        case .delete(let aid): DeleteCommand.object(aid, withRelated: false).command
        }
    }
}

/// The package that security domains are instances of, as real cards and clients name it (GPC UICC Configuration).
enum SecurityDomainPackage {
    static let executableLoadFile: AID = "A0000001515350"
    static let executableModule: AID = "A000000151535041"
}

extension ScriptPlan.Route {
    /// What the INSTALL [for install] commands of this leg create.
    func installedInstances() throws(TSMError) -> [AID] {
        let commands: [CommandAPDU]
        do { commands = try self.commands() } catch { throw .internal(reason: "a journalled plan: \(error)") }
        return commands.compactMap { command in
            switch try? InstallCommand(command) {
            case .forInstall(let install), .forInstallAndMakeSelectable(let install): install.application
            default: nil
            }
        }
    }
}

// MARK: - Legs of the central TSM's own

extension CentralTSM {
    /// Content management in a session with the central SD.
    func contentLeg(
        _ commands: [ContentCommand], on element: SecureElementRecord, part: ScriptPlan.Part = .content
    ) -> ScriptPlan.Leg {
        ScriptPlan.Leg(
            part: part,
            route: .forecast(centralSession(on: element, sessionsBefore: 0), commands: commands.map(\.apdu.bytes)))
    }

    /// PUT KEY of the temporary key set. The new SD has no keys: those of the central SD open it, counter and all.
    func temporaryKeysLeg(
        _ plan: PrepersonalizationPlan, sessionsBefore: UInt32
    ) async throws(TSMError) -> ScriptPlan.Leg {
        var session = centralSession(on: plan.file.secureElement, sessionsBefore: sessionsBefore)
        session.securityDomain = plan.securityDomain
        let putKey: CommandAPDU
        do {
            putKey = try await keys.putKey(
                TemporaryKeySet.reference(for: plan.file), replacing: nil, encryptedUnder: session.keys)
        } catch {
            throw .internal(reason: "temporary keys: \(error)")
        }
        return ScriptPlan.Leg(part: .keys, route: .forecast(session, commands: [putKey.bytes]))
    }

    /// A session with the central SD, after `sessionsBefore` others in the same trip have moved its counter.
    func centralSession(on element: SecureElementRecord, sessionsBefore: UInt32) -> SessionTerms {
        session(with: element.centralSecurityDomain, sessionsBefore: sessionsBefore)
    }

    /// A session with a security domain that this TSM holds keys of.
    func session(with domain: CentralSecurityDomainRecord, sessionsBefore: UInt32 = 0) -> SessionTerms {
        SessionTerms(
            securityDomain: domain.aid, keys: domain.keys, implementation: domain.implementation,
            sequenceCounter: domain.sequenceCounter + 1 + sessionsBefore,
            hostChallenge: random.bytes(SessionTerms.hostChallengeLength(implementation: domain.implementation)))
    }
}
