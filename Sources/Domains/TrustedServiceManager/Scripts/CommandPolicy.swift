import GlobalPlatform
import ISO7816

/// Which commands a provider's script may hold, and which security domain each is for: pure.
struct CommandPolicy: Sendable {
    var file: QueryModule.CardFile
    var service: ServiceDefinition?
    /// The instance that the service has already, under the qualifier in hand.
    var instance: AID?

    /// Where a command goes.
    enum Destination: Hashable, Sendable {
        /// As it stands, outside any session of the central TSM's.
        case plain
        /// Into a session with the provider's SD.
        case securityDomain
        /// Into a session with the central SD, which alone manages content (Table 2).
        case central
    }

    /// Whether the provider's SD has Delegated Management: then the card judges its content commands by their tokens.
    private var isDelegated: Bool { file.delegationPolicy != nil && file.secureElement.approvesDelegation }

    /// The commands by name in §1.7.2: Delete Key, Get Data, Get Status, Put Key, Select, Set Status, Store Data, Install.
    private enum Instruction: UInt8 {
        case select = 0xA4
        case readRecord = 0xB2
        case getData = 0xCA
        case putKey = 0xD8
        case storeData = 0xE2
        case load = 0xE8
        case delete = 0xE4
        case install = 0xE6
        case setStatus = 0xF0
        case getStatus = 0xF2
        case initializeUpdate = 0x50
        case externalAuthenticate = 0x82
    }

    /// Whether the provider wraps the script itself: it then opens the session, too.
    static func isRelayed(_ commands: [CommandAPDU]) -> Bool {
        commands.contains {
            $0.instruction == Instruction.initializeUpdate.rawValue
                || $0.instruction == Instruction.externalAuthenticate.rawValue
                || $0.classByte.indicatesSecureMessaging
        }
    }

    /// Whether the script only asks a card for its challenge, so that the next one can go on with EXTERNAL AUTHENTICATE:
    /// SELECT, INITIALIZE UPDATE.
    static func isOpening(_ commands: [CommandAPDU]) -> Bool {
        commands.map(\.instruction) == [Instruction.select.rawValue, Instruction.initializeUpdate.rawValue]
    }

    /// Judges every command before the first is sent.
    ///
    /// - Throws: `.commandRefused` naming the first command that may not be sent.
    func judge(_ commands: [CommandAPDU]) throws(TSMError) -> [Destination] {
        let isRelayed = Self.isRelayed(commands)
        var destinations: [Destination] = []
        var course = Course()
        for (index, command) in commands.enumerated() {
            do throws(Refusal) {
                if isRelayed {
                    destinations.append(try judgeRelayed(command, isFirst: index == 0))
                } else {
                    destinations.append(try judgePlain(command, &course))
                }
            } catch {
                throw .commandRefused(index: index, reason: error.reason)
            }
        }
        return destinations
    }

    /// What the script's INSTALL [for install] creates, if it has one.
    static func created(by commands: [CommandAPDU]) -> AID? {
        commands.lazy.compactMap { command in
            switch try? InstallCommand(command) {
            case .forInstall(let install), .forInstallAndMakeSelectable(let install): install.application
            default: nil
            }
        }.first
    }

    /// What the commands judged so far amount to.
    private struct Course {
        /// The instance that the script creates.
        var created: AID?
        var hasSelected = false
    }

    private struct Refusal: Error {
        var reason: String
        init(_ reason: String) { self.reason = reason }
    }

    private func instruction(of command: CommandAPDU) throws(Refusal) -> Instruction {
        guard command.classByte.logicalChannel == 0 else { throw Refusal("scripts use the basic logical channel") }
        guard let instruction = Instruction(rawValue: command.instruction) else {
            throw Refusal("instruction \([command.instruction].hex) is not for service providers")
        }
        return instruction
    }

    // MARK: Scripts that the central TSM wraps

    private func judgePlain(_ command: CommandAPDU, _ course: inout Course) throws(Refusal) -> Destination {
        switch try instruction(of: command) {
        case .select:
            try checkSelect(command, course.created)
            course.hasSelected = true
            return .plain
        case .readRecord:
            // What another trip left selected may be another provider's.
            guard course.hasSelected else { throw Refusal("SELECT what the records are to be read from") }
            return .plain
        case .install:
            return try judgeInstall(command, &course)
        case .delete:
            try checkDelete(command)
            return .securityDomain
        case .setStatus:
            try checkSetStatus(command, course.created)
            return .securityDomain
        case .getData, .putKey, .storeData, .getStatus:
            return .securityDomain
        case .load:
            throw Refusal("loading is not for service providers")
        case .initializeUpdate, .externalAuthenticate:
            throw Refusal("the central TSM opens the session for this script")
        }
    }

    /// Instantiation and extradition go to the central SD, personalization to the provider's own.
    private func judgeInstall(_ command: CommandAPDU, _ course: inout Course) throws(Refusal) -> Destination {
        let install: InstallCommand
        do { install = try InstallCommand(command) } catch { throw Refusal("malformed INSTALL: \(error)") }
        switch install {
        case .forPersonalization(let application):
            try checkOwn(application, course.created)
            return .securityDomain
        case .forInstall(let install), .forInstallAndMakeSelectable(let install):
            guard install.executableLoadFile == service?.executableLoadFile,
                install.executableModule == service?.executableModule
            else { throw Refusal("only the package and module of the service may be instantiated") }
            guard install.application.hasPrefix(service?.instanceAIDPrefix ?? []) else {
                throw Refusal("an instance of the service starts with the service's AID prefix")
            }
            guard install.privileges.isEmpty else { throw Refusal("an instance gets no privileges") }
            guard course.created == nil, instance == nil else {
                throw Refusal("a service has one instance under one qualifier")
            }
            course.created = install.application
            return .central
        case .forExtradition(let extradition):
            try checkOwn(extradition.object, course.created)
            guard extradition.securityDomain == file.securityDomain?.aid else {
                throw Refusal("an instance is extradited to the provider's own security domain")
            }
            return .central
        case .forMakeSelectable(let make):
            try checkOwn(make.application, course.created)
            throw Refusal("a service is activated by *activate service*")
        case .forLoad, .forRegistryUpdate:
            throw Refusal("loading and registry updates are not for service providers")
        }
    }

    private func checkDelete(_ command: CommandAPDU) throws(Refusal) {
        guard case .key? = try? DeleteCommand(command) else {
            throw Refusal("only DELETE [key] is for service providers")
        }
    }

    private func checkSetStatus(_ command: CommandAPDU, _ created: AID?) throws(Refusal) {
        switch try? SetStatusCommand(command) {
        case .application(let aid, _), .securityDomainAndApplications(let aid, _): try checkOwn(aid, created)
        default: throw Refusal("only the state of the provider's own objects may be set")
        }
    }

    // MARK: Scripts that the provider wraps

    /// What is wrapped cannot be read here: the card's own rules for an SP SD hold behind this (Table 3).
    ///
    /// It says itself where it goes (TSM-22): it begins with the SELECT of a security domain of the provider's, or goes on
    /// in the session that the script before has asked a challenge for.
    private func judgeRelayed(_ command: CommandAPDU, isFirst: Bool) throws(Refusal) -> Destination {
        let instruction = try instruction(of: command)
        guard !isFirst || instruction == .select || instruction == .externalAuthenticate else {
            throw Refusal(
                "a wrapped script begins with SELECT, or with EXTERNAL AUTHENTICATE after a script that opened")
        }
        switch instruction {
        case .select:
            try checkSelect(command, nil)
        case .install where isDelegated && command.classByte.indicatesSecureMessaging:
            // The card takes it with a token of ours alone (TSM-28).
            break
        case .load:
            guard isDelegated, command.classByte.indicatesSecureMessaging else {
                throw Refusal("loading is for those with Delegated Management")
            }
        case .install:
            guard command.p1 == 0x20 else { throw Refusal("only INSTALL [for personalization] may be relayed") }
            if !command.classByte.indicatesSecureMessaging {
                var course = Course()
                _ = try judgeInstall(command, &course)
            }
        case .initializeUpdate, .externalAuthenticate, .readRecord, .getData, .putKey, .storeData, .delete, .setStatus,
            .getStatus:
            break
        }
        return .plain
    }

    /// TSM-21: the companion applets, PPSE and packages of the central SD are nobody else's business.
    private func checkSelect(_ command: CommandAPDU, _ created: AID?) throws(Refusal) {
        guard command.p1 == 0x04, command.p2 == 0x00, let aid = try? AID(command.data) else {
            throw Refusal("SELECT takes a full AID")
        }
        try checkOwn(aid, created)
    }

    private func checkOwn(_ aid: AID, _ created: AID?) throws(Refusal) {
        if aid == file.securityDomain?.aid || aid == created { return }
        if file.instances.contains(where: { $0.provider == file.provider.id && $0.instance == aid }) { return }
        throw Refusal("\(aid) is no security domain or instance of yours")
    }
}
