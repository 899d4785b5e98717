import GlobalPlatform
import ISO7816

extension SecureElement {
    /// The one door of card content management: every load, installation, making selectable, extradition, registry
    /// update and deletion passes here, once, before anything changes.
    ///
    /// The receiver's role decides (``CommandSupport``): an SD with Authorized Management works on what is its own and
    /// below it; the ISD does what its policy leaves it; an SD with Delegated Management needs a token.
    ///
    /// - Throws: `6985` for what the receiver may not do at all, `6A88` for what is not within its reach.
    mutating func authorize(_ request: ContentRequest) throws(Refusal) -> ContentApproval {
        try checkExtraditionToIssuer(request)
        let receiver = request.receiver
        switch memory.role(of: receiver).support(request.operation) {
        case .refused, .byGlobalLock, .byGlobalRegistry:
            throw Refusal(.conditionsOfUseNotSatisfied)
        case .allowed:
            try checkManages(receiver)
            try checkReach(request, of: receiver, codeOf: receiver)
            return ContentApproval(request: request)
        case .onSecurityDomains, .onNewSecurityDomains:
            guard isIssuersOwn(request.step, receiver) else { throw Refusal(.conditionsOfUseNotSatisfied) }
            try checkReach(request, of: receiver, codeOf: receiver)
            return ContentApproval(request: request)
        case .byGlobalDelete:
            guard privileges(of: receiver).contains(.globalDelete) else {
                throw Refusal(.conditionsOfUseNotSatisfied)
            }
            try checkExists(request)
            return ContentApproval(request: request)
        case .withToken:
            return try authorizeDelegated(request)
        }
    }

    /// Delegated Management: the nearest SD above with Token Verification must have approved the very command.
    private mutating func authorizeDelegated(_ request: ContentRequest) throws(Refusal) -> ContentApproval {
        let receiver = request.receiver
        guard privileges(of: receiver).contains(.delegatedManagement),
            let verifier = memory.nearest(.tokenVerification, from: receiver)
        else { throw Refusal(.conditionsOfUseNotSatisfied) }
        try checkReach(request, of: receiver, codeOf: verifier)
        try verifyToken(request, by: verifier)
        return ContentApproval(
            request: request, verifier: verifier, formerSecurityDomain: memory.parent(of: request.step.object))
    }
}

// MARK: - Rules

extension SecureElement {
    func privileges(of aid: AID) -> Privileges { memory.application(aid)?.privileges ?? [] }

    /// Authorized Management. In Fig. 5 it goes without saying: GlobalPlatform 2.1.1 has no such privilege, and the
    /// issuer security domain manages.
    private func checkManages(_ aid: AID) throws(Refusal) {
        guard memory.role(of: aid) == .central || privileges(of: aid).contains(.authorizedManagement) else {
            throw Refusal(.conditionsOfUseNotSatisfied)
        }
    }

    /// UICC Configuration 1.0.1: nothing is extradited to the ISD, by whomever.
    private func checkExtraditionToIssuer(_ request: ContentRequest) throws(Refusal) {
        guard memory.rules.refusesExtraditionToIssuer else { return }
        switch request.step {
        case .extradite(_, to: memory.issuerSecurityDomain), .updateRegistry(_, to: memory.issuerSecurityDomain?):
            throw Refusal(.conditionsOfUseNotSatisfied)
        default: return
        }
    }

    /// - Parameter owner: whose code may be used: the receiver's, or for a token the SD's that approves of it.
    private func checkReach(
        _ request: ContentRequest, of receiver: AID, codeOf owner: AID
    ) throws(Refusal) {
        switch request.step {
        case .load(_, let destination):
            try checkAccepts(destination, by: receiver)
        case .install(_, let loadFile, let isSecurityDomain):
            // Any security domain that may create security domains uses the issuer's code for them.
            guard isSecurityDomain || memory.isInSubtree(loadFile, of: owner) else {
                throw Refusal(.referencedDataNotFound)
            }
        case .makeSelectable(let target):
            try checkIsBelow(target, receiver)
        case .extradite(let object, let destination):
            try checkAccepts(destination, by: owner)
            try checkIsBelow(object, receiver)
        case .updateRegistry(let target, let destination):
            try checkIsBelow(target, receiver)
            if let destination { try checkAccepts(destination, by: owner) }
        case .delete(let object):
            try checkIsBelow(object, receiver)
        }
    }

    /// An object that `aid` manages: in its subtree, and not itself.
    private func checkIsBelow(_ object: AID, _ aid: AID) throws(Refusal) {
        guard memory.index(of: object) != nil || memory.loadFile(object) != nil, object != aid,
            memory.isInSubtree(object, of: aid)
        else { throw Refusal(.referencedDataNotFound) }
    }

    private func checkExists(_ request: ContentRequest) throws(Refusal) {
        guard case .delete(let object) = request.step,
            memory.index(of: object) != nil || memory.loadFile(object) != nil
        else { throw Refusal(.referencedDataNotFound) }
    }

    /// Whether a security domain that `aid` reaches can be given something.
    func checkAccepts(_ destination: AID, by aid: AID) throws(Refusal) {
        guard memory.securityDomain(destination) != nil, memory.isInSubtree(destination, of: aid) else {
            throw Refusal(.referencedDataNotFound)
        }
        guard memory.application(destination)?.isLocked == false else { throw Refusal(.conditionsOfUseNotSatisfied) }
    }

    /// A step that creates a security domain, or concerns one that the issuer has created and not handed over: that it
    /// does, by extradition or registry update, only while the SD is new.
    private func isIssuersOwn(_ step: ContentRequest.Step, _ issuer: AID) -> Bool {
        func isOwn(_ aid: AID) -> Bool {
            aid != issuer && memory.securityDomain(aid) != nil && memory.application(aid)?.securityDomain == issuer
        }
        switch step {
        case .install(_, _, let isSecurityDomain): return isSecurityDomain
        case .makeSelectable(let aid): return isOwn(aid)
        case .extradite(let aid, _): return isOwn(aid) && isNewSecurityDomain(aid)
        case .updateRegistry(let aid, let destination):
            return isOwn(aid) && (destination == nil || isNewSecurityDomain(aid))
        case .load, .delete: return false
        }
    }

    /// A security domain that nobody has put anything into.
    private func isNewSecurityDomain(_ aid: AID) -> Bool {
        guard let domain = memory.securityDomain(aid), domain.keys.isEmpty else { return false }
        return !memory.applications.contains { $0.aid != aid && $0.securityDomain == aid }
            && !memory.loadFiles.contains { $0.securityDomain == aid }
    }
}
