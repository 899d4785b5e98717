import GlobalPlatform
import ISO7816
import SecureChannel
import Testing

@testable import SecureElement

/// Tables 2, 3, 5, 6, 7, 9, 10 and 11 as a reader of the source would write them down: `Y` allowed, `P` within limits,
/// `T` with a token, `-` refused. Columns as in ``roles``.
private enum CommandMatrix {
    static let roles: [SecurityDomainRole] = [
        .central, .serviceProvider, .issuer, .managingCentral, .thirdParty, .mobileNetwork, .controllingAuthority,
        .mandatedDAP, .delegated,
    ]

    static let rows: [(row: Row, cells: String)] = [
        // ______________________ T2 T3 T5 T6 T6 T7 T9 T10 T11
        (.select, /*           */ "Y  Y  Y  Y  Y  Y  Y  Y  Y"),
        (.secureChannel, /*    */ "Y  Y  Y  Y  Y  Y  Y  Y  Y"),
        (.manageChannel, /*    */ "Y  Y  Y  Y  Y  Y  Y  Y  Y"),
        (.getData, /*          */ "Y  Y  Y  Y  Y  Y  Y  Y  Y"),
        (.getStatus, /*        */ "Y  P  Y  P  P  P  -  -  P"),
        (.putKey, /*           */ "Y  Y  Y  Y  Y  Y  Y  Y  Y"),
        (.deleteKey, /*        */ "Y  Y  Y  Y  Y  Y  Y  Y  Y"),
        (.storeData, /*        */ "Y  Y  Y  Y  Y  Y  Y  Y  Y"),
        (.personalization, /*  */ "Y  P  -  Y  Y  Y  -  -  P"),
        (.load, /*             */ "Y  -  -  Y  Y  Y  -  -  T"),
        (.install, /*          */ "Y  -  P  Y  Y  Y  -  -  T"),
        (.makeSelectable, /*   */ "Y  -  P  Y  Y  Y  -  -  T"),
        (.extradition, /*      */ "Y  -  P  Y  Y  Y  -  -  T"),
        (.registryUpdate, /*   */ "-  -  P  Y  Y  Y  -  -  T"),
        (.deletion, /*         */ "Y  -  P  P  P  P  -  -  T"),
        (.applicationStatus, /**/ "Y  P  Y  P  P  P  -  -  P"),
        (.cardStatus, /*       */ "Y  -  Y  -  -  -  -  -  -"),
    ]

    enum Row: CaseIterable {
        case select, secureChannel, manageChannel, getData, getStatus, putKey, deleteKey, storeData, personalization
        case load, install, makeSelectable, extradition, registryUpdate, deletion, applicationStatus, cardStatus
    }

    struct Cell: CustomTestStringConvertible {
        let row: Row
        let role: SecurityDomainRole
        let support: Character

        var testDescription: String { "\(row), \(role): \(support)" }
    }

    static let cells: [Cell] = rows.flatMap { row, cells in
        zip(roles, cells.split(separator: " ")).map { Cell(row: row, role: $0, support: Character(String($1))) }
    }
}

@Suite("TSM-24 who may do what")
struct CommandMatrixTests {
    @Test("the matrix has 17 rows and 9 roles, 153 cells, and every role has its column")
    func count() {
        #expect(CommandMatrix.cells.count == 153)
        #expect(Set(CommandMatrix.rows.map(\.row)) == Set(CommandMatrix.Row.allCases))
        #expect(Set(CommandMatrix.roles) == Set(SecurityDomainRole.allCases))
        #expect(CommandMatrix.cells.count { $0.support == "-" } == 34)
        #expect(CommandMatrix.cells.count { $0.support == "P" } == 20)
        #expect(CommandMatrix.cells.count { $0.support == "T" } == 6)
    }

    @Test("each of the 153 cells behaves as its letter says", arguments: CommandMatrix.cells)
    fileprivate func cell(_ cell: CommandMatrix.Cell) throws {
        var subject = try MatrixCard(cell.role)
        let commands = try own(cell.row, &subject)
        switch cell.support {
        case "Y":
            try expectSuccess(commands, subject)
            if cell.row == .getStatus { try expectView(subject, all: true) }
            // TSM-30 what is not below it is not its own, however much it may do.
            let isEverywhere = cell.role == .central || cell.role == .issuer
            for command in isEverywhere ? [] : foreign(cell.row, subject) { try expectRefusal([command], subject, nil) }
        case "P":
            try expectSuccess(commands, subject)
            for command in foreign(cell.row, subject) { try expectRefusal([command], subject, nil) }
            if cell.row == .getStatus { try expectView(subject, all: false) }
        case "T":
            try expectRefusal(commands, subject, .conditionsOfUseNotSatisfied)
        default:
            try expectRefusal(commands, subject, .conditionsOfUseNotSatisfied)
        }
    }

    /// Commands of a row on what is the role's own: sound in everything, the last is the one in question.
    private func own(_ row: CommandMatrix.Row, _ subject: inout MatrixCard) throws -> [CommandAPDU] {
        let session = try OpenSession(subject.domain, &subject.card, keys: subject.keys)
        let putKey = session.putKey(TestCard.providerKeys, version: 0x44)
        let application = subject.ownApplication
        switch row {
        case .select: return [SelectCommand(subject.domain).command]
        case .secureChannel: return []
        case .manageChannel: return [ManageChannelCommand.open(channel: 2).command]
        case .getData: return [GetDataCommand.keyInformationTemplate.command]
        case .getStatus: return [GetStatusCommand(.applications).command]
        case .putKey: return [putKey]
        case .deleteKey: return [putKey, DeleteCommand.key(identifier: nil, version: 0x44).command]
        case .storeData:
            return [
                StoreDataCommand(data: [0x42, 0], blockNumber: 0, isLastBlock: true, structure: .berTLV).command
            ]
        case .personalization: return [InstallCommand.forPersonalization(application: application).command]
        case .load:
            return try Package(aid: "F053454E45534348414C7E03", modules: ["F053454E45534348414C7E0301"]).commands()
        case .install: return [TestCard.createDomain("F053454E45534348414C7E0004")]
        case .makeSelectable:
            // The issuer makes a security domain selectable, the others an application.
            guard subject.role == .issuer else {
                return [InstallCommand.forMakeSelectable(.init(application: application)).command]
            }
            let aid: AID = "F053454E45534348414C7E0005"
            let install = InstallCommand.forInstall(
                .init(
                    executableLoadFile: BuiltInModule.securityDomainPackage,
                    executableModule: BuiltInModule.securityDomain, application: aid, privileges: .securityDomain))
            return [install.command, InstallCommand.forMakeSelectable(.init(application: aid)).command]
        case .extradition:
            // The issuer hands a new security domain over, the others an application.
            let isIssuer = subject.role == .issuer
            return [
                InstallCommand.forExtradition(
                    .init(
                        securityDomain: isIssuer ? CardConfiguration.managingCentralSecurityDomain : subject.ownDomain,
                        object: isIssuer ? subject.ownDomain : application)
                ).command
            ]
        case .registryUpdate:
            return [
                InstallCommand.forRegistryUpdate(
                    .init(application: subject.ownDomain, privileges: [.securityDomain, .trustedPath])
                ).command
            ]
        case .deletion: return [DeleteCommand.object(application, withRelated: false).command]
        case .applicationStatus:
            return [SetStatusCommand.lock(application).command, SetStatusCommand.unlock(application).command]
        case .cardStatus: return [SetStatusCommand.card(.cardLocked).command, SetStatusCommand.card(.secured).command]
        }
    }

    /// Commands of a row on what is outside the role's limits.
    private func foreign(_ row: CommandMatrix.Row, _ subject: MatrixCard) -> [CommandAPDU] {
        let object = subject.foreignApplication
        let destination = subject.role == .issuer ? CardConfiguration.thirdPartySecurityDomain : subject.domain
        return switch row {
        case .personalization: [InstallCommand.forPersonalization(application: object).command]
        case .install: [subject.installsForeignCode]
        case .makeSelectable: [InstallCommand.forMakeSelectable(.init(application: object)).command]
        case .extradition:
            [
                InstallCommand.forExtradition(.init(securityDomain: destination, object: object)).command,
                InstallCommand.forExtradition(
                    .init(
                        securityDomain: destination,
                        object: subject.role == .issuer ? CardConfiguration.managingCentralSecurityDomain : object)
                ).command,
            ]
        case .registryUpdate: [InstallCommand.forRegistryUpdate(.init(application: object, privileges: [])).command]
        case .deletion:
            [
                DeleteCommand.object(
                    subject.role == .issuer ? CardConfiguration.walletCompanion : object, withRelated: false
                ).command
            ]
        case .applicationStatus: [SetStatusCommand.lock(object).command]
        default: []
        }
    }

    private func expectSuccess(_ commands: [CommandAPDU], _ subject: MatrixCard) throws {
        var card = subject.card
        for statusWord in try statusWords(commands, &card, subject) {
            #expect(statusWord == .success || statusWord == .moreDataAvailable)
        }
    }

    /// The first refusal is with that status word, and the card is what it was.
    private func expectRefusal(_ commands: [CommandAPDU], _ subject: MatrixCard, _ statusWord: StatusWord?) throws {
        var card = subject.card
        var session = try OpenSession(subject.domain, &card, keys: subject.keys)
        let before = card.element.memory
        let command = commands.first { SecurityDomainOperation($0) != .putKey } ?? commands[0]
        let response = try session.send(command, &card)
        #expect(response.statusWord.isRefusal && response.data.isEmpty, "\(command)")
        if let statusWord { #expect(response.statusWord == statusWord, "\(command)") }
        #expect(card.element.memory == before, "\(command)")
    }

    private func statusWords(
        _ commands: [CommandAPDU], _ card: inout TestCard, _ subject: MatrixCard
    ) throws -> [StatusWord] {
        var session = try OpenSession(subject.domain, &card, keys: subject.keys)
        var words: [StatusWord] = []
        for command in commands {
            words.append(
                command.classByte.isProprietary
                    ? try session.send(command, &card).statusWord : card.transmit(command).statusWord)
        }
        return words
    }

    /// GET STATUS of all four subsets tells exactly what lies below the security domain, or all there is.
    private func expectView(_ subject: MatrixCard, all: Bool) throws {
        var card = subject.card
        let memory = card.element.memory
        func isSeen(_ aid: AID) -> Bool { all || memory.isInSubtree(aid, of: subject.domain) }
        let applications = memory.applications.dropFirst().map(\.aid).filter(isSeen)
        let files = memory.loadFiles.map(\.aid).filter(isSeen)
        #expect(try listed(.applications, &card, subject) == applications)
        #expect(try listed(.executableLoadFiles, &card, subject) == files)
        #expect(try listed(.executableLoadFilesAndModules, &card, subject) == files)
        #expect(try listed(.issuerSecurityDomain, &card, subject) == (all ? [TestCard.central] : []))
        #expect(all || !applications.contains(subject.foreignApplication))
    }

    private func listed(
        _ subset: GetStatusCommand.Subset, _ card: inout TestCard, _ subject: MatrixCard
    ) throws -> [AID] {
        var session = try OpenSession(subject.domain, &card, keys: subject.keys)
        var answer = try session.send(GetStatusCommand(subset).command, &card)
        var data = answer.data
        while answer.statusWord == .moreDataAvailable {
            answer = try session.send(GetStatusCommand(subset, isContinuation: true).command, &card)
            data += answer.data
        }
        if answer.statusWord == .referencedDataNotFound { return [] }
        #expect(answer.statusWord == .success)
        return try RegistryEntry.entries(tlv: data).map(\.aid)
    }
}
