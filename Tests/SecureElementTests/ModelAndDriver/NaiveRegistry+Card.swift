import GlobalPlatform
import ISO7816
import SecureChannel

@testable import SecureElement

extension NaiveRegistry {
    /// The registry of a card, in the same plain terms.
    init(_ memory: CardMemory) {
        issuer = memory.issuerSecurityDomain
        figure = memory.rules.figure
        isCardLocked = memory.lifeCycle == .cardLocked
        objects = [:]
        for file in memory.loadFiles {
            objects[file.aid] = Object(
                kind: file.isImmutable ? .builtInPackage : .package, parent: file.securityDomain)
        }
        for application in memory.applications {
            var object = Object(
                kind: memory.rules.companions.contains(application.aid) ? .companion : .application,
                parent: application.securityDomain, privileges: application.privileges,
                state: application.lifeCycle & 0x7F, locker: application.lockedBy, code: application.loadFile)
            if case .securityDomain(let domain) = application.content {
                object.kind = .domain
                object.authority = Authority(domain.role)
                object.data = domain.data
                var versions: [KeyVersionNumber] = []
                for key in domain.keys where !versions.contains(key.version) { versions.append(key.version) }
                object.keys = versions.compactMap { version in
                    domain.keySet(version).map { Key(version: version, keys: $0) }
                }
            }
            objects[application.aid] = object
        }
    }
}

extension NaiveRegistry.Authority {
    fileprivate init(_ role: SecurityDomainRole) {
        self =
            switch role {
            case .central: .everything
            case .issuer: .issuing
            case .managingCentral, .mobileNetwork, .thirdParty: .managing
            case .delegated: .asking
            case .serviceProvider: .providing
            case .controllingAuthority, .mandatedDAP: .serving
            }
    }
}
