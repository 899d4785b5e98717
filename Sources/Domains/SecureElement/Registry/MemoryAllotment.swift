import GlobalPlatform
import ISO7816

/// What an application may take of the card's memory, and what is set aside for it; for a security domain with all that
/// is associated with it. GPC v2.3.1 §9.7.
struct MemoryAllotment: Equatable, Sendable {
    /// In bytes of persistent memory; `nil` for no limit but the card's.
    var quota: Int?
    /// Persistent memory that nobody else takes.
    var reserved = 0
    /// In bytes of volatile memory; `nil` for no limit but the card's.
    var volatileQuota: Int?
    var volatileReserved = 0

    init() {}

    /// What INSTALL asks for.
    ///
    /// - Throws: `6A80` when more is to be set aside than may be taken.
    init(_ parameters: SystemParameters) throws(Refusal) {
        quota = parameters.nonVolatileMemory
        reserved = parameters.reservedNonVolatileMemory ?? 0
        volatileQuota = parameters.volatileMemory
        volatileReserved = parameters.reservedVolatileMemory ?? 0
        guard reserved <= quota ?? .max, volatileReserved <= volatileQuota ?? .max else {
            throw Refusal(.incorrectData)
        }
    }
}

extension CardMemory {
    /// What is taken, in bytes, counted alike for every card; with what is set aside.
    var used: Int {
        guard applications.contains(where: { $0.allotment.reserved > 0 }) else {
            return loadFiles.reduce(0) { $0 + $1.footprint } + applications.reduce(0) { $0 + $1.size }
        }
        return taken(by: applications[0])
    }

    var free: Int { max(0, capacity - used) }

    /// Volatile memory that nobody has set aside.
    var freeVolatile: Int {
        max(0, rules.volatileCapacity - applications.reduce(0) { $0 + $1.allotment.volatileReserved })
    }

    /// What an application takes of the card: its registry entry, and what it holds or has set aside.
    private func taken(by application: RegisteredApplication) -> Int {
        application.entrySize + max(held(by: application), application.allotment.reserved)
    }

    /// What an application holds; a security domain with everything below it.
    private func held(by application: RegisteredApplication) -> Int {
        var held = application.size - application.entrySize
        if application.isSecurityDomain {
            held += loadFiles.reduce(0) { $0 + ($1.securityDomain == application.aid ? $1.footprint : 0) }
            for child in applications where child.securityDomain == application.aid && child.aid != application.aid {
                held += taken(by: child)
            }
        }
        return held
    }

    /// Whether nobody has more than fits the card, or than its quota lets it.
    var fits: Bool {
        used <= capacity && rules.volatileCapacity >= applications.reduce(0) { $0 + $1.allotment.volatileReserved }
            && applications.allSatisfy { application in
                application.allotment.quota.map { held(by: application) <= $0 } ?? true
            }
    }

    /// What can be put below a security domain: as much as fits the card, its quota, and those of the SDs above it.
    func free(below securityDomain: AID) -> Int {
        var free = free
        var current = securityDomain
        for _ in 0...applications.count {
            guard let application = application(current) else { break }
            if let quota = application.allotment.quota { free = min(free, max(0, quota - held(by: application))) }
            guard application.securityDomain != current else { break }
            current = application.securityDomain
        }
        return free
    }
}

extension RegisteredLoadFile {
    /// Code that came with the card takes nothing of what is there for others.
    fileprivate var footprint: Int { isImmutable ? 0 : size + 64 }
}

extension SecureElement {
    /// - Throws: `6A84` when what a command has made of memory does not fit.
    func checkMemory() throws(Refusal) {
        guard memory.fits else { throw Refusal(.notEnoughMemory) }
    }
}
