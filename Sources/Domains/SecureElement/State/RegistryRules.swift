import GlobalPlatform
import ISO7816

extension CardMemory {
    /// The rules that no command ever breaks: a file that breaks them is no card's.
    func checkRegistry() throws(CardStateError) {
        guard let issuer = applications.first, issuer.securityDomain == issuer.aid, issuer.isSecurityDomain else {
            throw .impossible("there is no issuer security domain")
        }
        guard applications.count <= Self.applicationsMax, loadFiles.count <= Self.loadFilesMax else {
            throw .impossible("the registry holds more entries than a card has room for")
        }
        let names = applications.map(\.aid) + loadFiles.map(\.aid)
        guard Set(names).count == names.count else { throw .impossible("an AID stands twice") }
        for name in names where !isInSubtree(name, of: issuer.aid) {
            throw .impossible("\(name) is not below the issuer security domain")
        }
        for file in loadFiles where securityDomain(file.securityDomain) == nil {
            throw .impossible("the security domain of \(file.aid) does not exist")
        }
        for application in applications { try check(application) }
        try checkRoles(issuer)
        guard fits else { throw .impossible("more is stored than fits") }
    }

    /// The ISD is the central SD in Fig. 5 and nowhere else; nobody beside it is the issuer.
    private func checkRoles(_ issuer: RegisteredApplication) throws(CardStateError) {
        for application in applications where application.isSecurityDomain {
            let role = role(of: application.aid)
            let isIssuer = application.aid == issuer.aid
            let isPossible =
                switch rules.figure {
                case .embedded: isIssuer ? role == .central : role != .issuer
                default: isIssuer == (role == .issuer) && role != .central
                }
            guard isPossible else { throw .impossible("the role of \(application.aid)") }
        }
    }

    private func check(_ application: RegisteredApplication) throws(CardStateError) {
        let aid = application.aid
        guard securityDomain(application.securityDomain) != nil else {
            throw .impossible("the security domain of \(aid) does not exist")
        }
        guard loadFile(application.loadFile)?.modules.contains(application.module) == true else {
            throw .impossible("the module of \(aid) does not exist")
        }
        guard application.privileges.contains(.securityDomain) == application.isSecurityDomain else {
            throw .impossible("the privileges of \(aid)")
        }
        guard application.isLocked == (application.lockedBy != nil) else {
            throw .impossible("nobody, or somebody, has locked \(aid)")
        }
        guard application.allotment.reserved <= application.allotment.quota ?? .max else {
            throw .impossible("more is stored than fits")
        }
        guard !isTaken(application.implicitSelections, by: aid) else {
            throw .impossible("the implicit selection of \(aid)")
        }
        switch application.content {
        case .securityDomain(let domain):
            guard SecurityDomainLifeCycle(rawValue: application.lifeCycle) != nil else {
                throw .impossible("the life cycle state of \(aid)")
            }
            try domain.check(aid)
        case .applet:
            guard ApplicationLifeCycle(rawValue: application.lifeCycle) != nil else {
                throw .impossible("the life cycle state of \(aid)")
            }
        }
    }
}

extension SecurityDomain {
    fileprivate func check(_ aid: AID) throws(CardStateError) {
        guard keys.count <= Self.keysMax, data.count <= Self.dataObjectsMax else {
            throw .impossible("\(aid) holds more than it has room for")
        }
        let names = keys.map { [$0.version.rawValue, $0.identifier.rawValue] }
        guard Set(names).count == names.count else { throw .impossible("a key of \(aid) stands twice") }
        for version in sequenceCounters.keys where !countsSessions(version) {
            throw .impossible("\(aid) counts the sessions of a key set that it does not have")
        }
        guard authority == nil || role == .controllingAuthority else {
            throw .impossible("\(aid) is not the controlling authority's")
        }
        guard data.values.allSatisfy({ $0.count <= Self.dataObjectLengthMax }) else {
            throw .impossible("a data object of \(aid) is too long")
        }
    }
}
