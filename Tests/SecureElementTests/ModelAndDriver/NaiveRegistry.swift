import GlobalPlatform
import ISO7816
import SecureChannel

@testable import SecureElement

/// What a card's registry should be, kept in the plainest way: a table of objects and the rules in words.
///
/// Written from GPC v2.3.1 and the source's tables, not from the card's code; it knows no commands, sessions or bytes.
struct NaiveRegistry: Equatable {
    var objects: [AID: Object]
    let issuer: AID
    let figure: CardConfiguration.Figure
    var isCardLocked = false

    struct Object: Equatable {
        var kind: Kind
        var parent: AID
        var privileges: Privileges = []
        /// The life cycle state without the lock.
        var state: UInt8 = 0
        var locker: AID?
        /// The load file that it is an instance of.
        var code: AID?
        var authority: Authority?
        var keys: [Key] = []
        var data: [BERTag: [UInt8]] = [:]
    }

    enum Kind { case domain, application, companion, package, builtInPackage }

    /// What a security domain may do by itself.
    enum Authority { case everything, issuing, managing, asking, providing, serving }

    struct Key: Equatable {
        var version: KeyVersionNumber
        var keys: SCP03KeySet
    }

    // MARK: Looking

    func isAt(_ aid: AID, orBelow top: AID) -> Bool {
        var current = aid
        while current != top {
            guard let parent = objects[current]?.parent, parent != current else { return false }
            current = parent
        }
        return true
    }

    func isBelow(_ aid: AID, _ top: AID) -> Bool { objects[aid] != nil && aid != top && isAt(aid, orBelow: top) }

    func isDomain(_ aid: AID) -> Bool { objects[aid]?.kind == .domain }

    func instances(of package: AID) -> [AID] { objects.filter { $0.value.code == package }.map(\.key) }

    /// The keys that open a session: its own, or those of the nearest above that has some; `nil` if it cannot be selected.
    func openingKeys(_ domain: AID) -> SCP03KeySet? {
        guard let object = objects[domain], object.kind == .domain, object.locker == nil, object.state >= 0x07,
            !isCardLocked || domain == issuer
        else { return nil }
        var current = domain
        while objects[current]?.keys.isEmpty == true, current != issuer { current = objects[current]?.parent ?? issuer }
        return objects[current]?.keys.first?.keys
    }

    // MARK: Asking

    /// Does it, or answers that it is refused and does nothing.
    mutating func accepts(_ step: RegistryStep, by actor: AID) -> Bool {
        guard let authority = objects[actor]?.authority else { return false }
        if isCardLocked {
            guard step == .unlockCard, authority == .everything || authority == .issuing else { return false }
            isCardLocked = false
            return true
        }
        switch step {
        case .load(let package, let domain):
            return isManaging(authority) && load(package, into: domain ?? actor, by: actor)
        case .install(let aid, let package, let isSelectable):
            guard isManaging(authority), objects[aid] == nil, objects[package.aid] != nil,
                isAt(package.aid, orBelow: actor)
            else { return false }
            objects[aid] = Object(
                kind: .application, parent: actor, state: isSelectable ? 0x07 : 0x03, code: package.aid)
        case .createDomain(let aid, let privileges, let isSelectable):
            guard isManaging(authority) || authority == .issuing, objects[aid] == nil,
                mayGrant(privileges, toDomain: true, by: actor)
            else { return false }
            objects[aid] = Object(
                kind: .domain, parent: actor, privileges: privileges, state: isSelectable ? 0x07 : 0x03,
                code: BuiltInModule.securityDomainPackage, authority: Self.authority(privileges))
        case .makeSelectable(let aid):
            guard mayChange(aid, authority, by: actor), let object = objects[aid], object.state == 0x03,
                object.locker == nil
            else { return false }
            objects[aid]?.state = 0x07
        case .extradite(let aid, let domain):
            guard isManaging(authority) || (mayChange(aid, authority, by: actor) && isNew(aid)), isBelow(aid, actor)
            else { return false }
            return move(aid, to: domain, by: actor)
        case .updateRegistry(let aid, let domain, let privileges):
            guard authority != .everything, mayChange(aid, authority, by: actor), let kind = objects[aid]?.kind,
                kind != .package, kind != .builtInPackage, domain == nil || isManaging(authority) || isNew(aid)
            else { return false }
            return update(aid, to: domain, privileges, by: actor)
        case .delete(let aid, let withRelated):
            let isReached = authority == .issuing ? objects[aid] != nil : isManaging(authority) && isBelow(aid, actor)
            return isReached && delete(aid, withRelated: withRelated, by: actor)
        case .lock(let aid):
            guard authority != .serving, isBelow(aid, actor), let object = objects[aid], object.locker == nil,
                object.kind == .domain || object.kind == .application
            else { return false }
            objects[aid]?.locker = actor
        case .unlock(let aid):
            guard authority != .serving, isBelow(aid, actor), let locker = objects[aid]?.locker,
                objects[locker] == nil || isAt(locker, orBelow: actor)
            else { return false }
            objects[aid]?.locker = nil
        case .putKeys(let keys, let version, let replaced):
            return putKeys(Key(version: version, keys: keys), replacing: replaced, of: actor)
        case .deleteKeys(let version):
            guard let keys = objects[actor]?.keys, keys.count > 1, keys.contains(where: { $0.version == version })
            else { return false }
            objects[actor]?.keys.removeAll { $0.version == version }
        case .storeData(let tag, let value):
            guard [0x42, 0x45, 0x5F20, 0x5F50, 0x9F66, 0x9F67].contains(tag) else { return false }
            objects[actor]?.data[tag] = value
        case .lockCard:
            guard authority == .everything || authority == .issuing else { return false }
            isCardLocked = true
        case .unlockCard:
            return false
        }
        return true
    }
}

// MARK: - Rules

extension NaiveRegistry {
    private func isManaging(_ authority: Authority) -> Bool { authority == .everything || authority == .managing }

    private func mayChange(_ aid: AID, _ authority: Authority, by actor: AID) -> Bool {
        isBelow(aid, actor)
            && (isManaging(authority) || (authority == .issuing && isDomain(aid) && objects[aid]?.parent == actor))
    }

    /// A security domain that nobody has put anything into.
    private func isNew(_ aid: AID) -> Bool {
        isDomain(aid) && objects[aid]?.keys.isEmpty == true
            && !objects.contains { $0.key != aid && $0.value.parent == aid }
    }

    private func mayReceive(_ domain: AID, from actor: AID) -> Bool {
        isDomain(domain) && isAt(domain, orBelow: actor) && objects[domain]?.locker == nil
    }

    static func authority(_ privileges: Privileges) -> Authority {
        if privileges.contains(.authorizedManagement) { return .managing }
        if !privileges.isDisjoint(with: [.mandatedDAPVerification, .globalService]) { return .serving }
        return privileges.contains(.delegatedManagement) ? .asking : .providing
    }

    private func mayGrant(_ privileges: Privileges, toDomain isDomain: Bool, by actor: AID) -> Bool {
        guard isDomain else { return privileges.isEmpty }
        let everybody: Privileges = [.securityDomain, .dapVerification, .trustedPath]
        let possible: Privileges =
            switch objects[actor]?.authority {
            case .everything: everybody
            case .managing: everybody.union(.delegatedManagement)
            default: everybody.union([.authorizedManagement, .globalService])
            }
        guard privileges.contains(.securityDomain), possible.isSuperset(of: privileges) else { return false }
        return !privileges.contains(.delegatedManagement)
            || objects.contains { $0.value.privileges.contains(.tokenVerification) && isAt(actor, orBelow: $0.key) }
    }

    private mutating func load(_ package: Package.Name, into domain: AID, by actor: AID) -> Bool {
        guard objects[package.aid] == nil, mayReceive(domain, from: actor) else { return false }
        // The driver has no signatures.
        let isSigned =
            objects[domain]?.privileges.contains(.dapVerification) == true
            || objects.contains { $0.value.privileges.contains(.mandatedDAPVerification) }
        guard !isSigned else { return false }
        objects[package.aid] = Object(kind: .package, parent: domain)
        return true
    }

    private mutating func move(_ aid: AID, to domain: AID, by actor: AID) -> Bool {
        guard mayReceive(domain, from: actor), let kind = objects[aid]?.kind else { return false }
        guard kind != .companion, kind != .builtInPackage, !isAt(domain, orBelow: aid) else { return false }
        guard domain != issuer || figure == .embedded || figure == .embeddedWithThirdParty else { return false }
        objects[aid]?.parent = domain
        return true
    }

    private mutating func update(_ aid: AID, to domain: AID?, _ privileges: Privileges?, by actor: AID) -> Bool {
        let before = self
        if let privileges {
            guard mayGrant(privileges, toDomain: isDomain(aid), by: actor) else { return false }
            objects[aid]?.privileges = privileges
            if isDomain(aid) { objects[aid]?.authority = Self.authority(privileges) }
        }
        if let domain, !move(aid, to: domain, by: actor) {
            self = before
            return false
        }
        return true
    }

    private mutating func delete(_ aid: AID, withRelated: Bool, by actor: AID) -> Bool {
        var doomed: Set<AID> = [aid]
        switch objects[aid]?.kind {
        case .package:
            doomed.formUnion(instances(of: aid))
            let isReached = doomed.allSatisfy { isAt($0, orBelow: actor) } || objects[actor]?.authority == .issuing
            guard isReached else { return false }
        case .domain, .application:
            doomed.formUnion(objects.keys.filter { isAt($0, orBelow: aid) })
            let packages = doomed.filter { objects[$0]?.kind == .package }
            guard packages.allSatisfy({ doomed.isSuperset(of: instances(of: $0)) }) else { return false }
        default: return false
        }
        let isKept = doomed.contains { [.companion, .builtInPackage].contains(objects[$0]?.kind) } || aid == issuer
        guard !isKept, withRelated || doomed.count == 1 else { return false }
        for aid in doomed { objects[aid] = nil }
        return true
    }

    private mutating func putKeys(_ key: Key, replacing replaced: KeyVersionNumber?, of actor: AID) -> Bool {
        guard var keys = objects[actor]?.keys else { return false }
        let isThere = keys.contains { $0.version == key.version }
        if let replaced {
            guard let place = keys.firstIndex(where: { $0.version == replaced }) else { return false }
            guard key.version == replaced || !isThere else { return false }
            keys[place] = key
        } else {
            guard !isThere else { return false }
            keys.append(key)
        }
        objects[actor]?.keys = keys
        if objects[actor]?.state == 0x07 { objects[actor]?.state = 0x0F }
        return true
    }
}
