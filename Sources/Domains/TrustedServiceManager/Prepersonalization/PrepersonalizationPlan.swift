import CardCryptography
import GlobalPlatform
import ISO7816

/// What is missing on a card for a service: pure, from what the directory knows.
struct PrepersonalizationPlan: Sendable {
    var file: QueryModule.CardFile
    var service: ServiceDefinition
    var request: PrePersonalizationRequest

    /// The commands that the central SD has to process, in order; empty when nothing is missing there.
    var content: [ContentCommand] {
        var commands: [ContentCommand] = []
        let wanted = request.commands.isEmpty ? PrePersonalizationRequest.Command.allCases : request.commands
        if file.securityDomain == nil, wanted.contains(.createSecurityDomain) {
            commands.append(.createSecurityDomain(securityDomain, privileges))
        }
        if known == nil, wanted.contains(.instantiate) { commands.append(.instantiate(service, instance)) }
        if !isExtradited, wanted.contains(.extradite) { commands.append(.extradite(instance, to: securityDomain)) }
        return commands
    }

    /// Whether the SP SD still has to get its temporary key set.
    var needsTemporaryKeys: Bool {
        guard let domain = file.securityDomain else {
            return request.commands.isEmpty || request.commands.contains(.createSecurityDomain)
        }
        return domain.custody == .central
    }

    var isSatisfied: Bool { content.isEmpty && !needsTemporaryKeys }

    var securityDomain: AID {
        file.securityDomain?.aid
            ?? Self.securityDomainAID(number: file.provider.number, on: file.secureElement)
    }

    var instance: AID { known?.instance ?? nextInstance }

    /// Tables 1, 4, 8.2 and 12.2: outside of the embedded configuration an SP SD may open a trusted path.
    private var privileges: Privileges {
        guard file.secureElement.configuration.hasIssuerSecurityDomainApart else { return [.securityDomain] }
        let isDelegated = file.delegationPolicy != nil && file.secureElement.approvesDelegation
        return isDelegated ? [.securityDomain, .delegatedManagement, .trustedPath] : [.securityDomain, .trustedPath]
    }

    private var known: ServiceInstanceRecord? { file.instance(of: service.identifier, request.service.qualifier) }

    private var isExtradited: Bool { known.map { $0.securityDomain == securityDomain } ?? false }

    /// The lowest number that no instance of this service has on the card.
    private var nextInstance: AID {
        let taken = Set(file.instances.map(\.instance))
        for number in UInt16(1)...UInt16.max {
            let candidate = Self.aid(service.instanceAIDPrefix, number)
            if !taken.contains(candidate) { return candidate }
        }
        preconditionFailure("a card's registry holds far fewer than 65 535 instances")
    }

    /// `F0 "SENESCHAL" "SD"` and the provider's number: the SD of one provider has the same AID on every card. TSMs that
    /// share a card count their providers each on its own, so another than the central one adds two bytes that follow
    /// from its management domain.
    static func securityDomainAID(number: UInt16, on element: SecureElementRecord) -> AID {
        let prefix = [0xF0] + Array("SENESCHALSD".utf8)
        guard element.managementRole != .central else { return aid(prefix, number) }
        return aid(prefix + Digest.hash(element.centralSecurityDomain.aid.bytes).prefix(2), number)
    }

    private static func aid(_ prefix: [UInt8], _ number: UInt16) -> AID {
        do {
            return try AID(prefix + [UInt8(number >> 8), UInt8(number & 0xFF)])
        } catch {
            preconditionFailure("a prefix of 5 to 14 bytes and two more make an AID: \(error)")
        }
    }
}

/// One step of content management on behalf of a provider.
enum ContentCommand: Hashable, Sendable {
    case createSecurityDomain(AID, Privileges)
    case instantiate(ServiceDefinition, AID)
    case extradite(AID, to: AID)
    case makeSelectable(AID)
    case lock(AID)
    case unlock(AID)
    case delete(AID)

    /// For messages to people.
    var step: String {
        switch self {
        case .createSecurityDomain: "create security domain"
        case .instantiate: "install application"
        case .extradite: "extradite application"
        case .makeSelectable: "make application selectable"
        case .lock: "lock application"
        case .unlock: "unlock application"
        case .delete: "delete"
        }
    }
}
