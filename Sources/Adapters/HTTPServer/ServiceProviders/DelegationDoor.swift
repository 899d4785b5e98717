import ISO7816
import SeneschalAPI
import TrustedServiceManager

/// The door of service providers with Delegated Management, `/provider/v1`: tokens out, receipts in.
struct DelegationDoor: Sendable {
    let tsm: CentralTSM

    func register(on router: inout DoorRouter) {
        router.on(Endpoints.requestTokens) { body, visit in
            .init(try await tsm.approve(body.domain(), visit.providerContext()))
        }
        router.on(Endpoints.returnReceipts) { body, visit in
            .init(
                try await tsm.acceptReceipts(
                    body.receipts.map {
                        ReturnedReceipt(
                            tokenNumber: UInt64(clamping: $0.tokenNumber), answer: $0.answer.bytes)
                    }, of: ApprovalID(rawValue: body.approvalId), visit.providerContext()))
        }
        router.on(Endpoints.settleTokens) { body, visit in
            .init(
                try await tsm.settleApproval(ApprovalID(rawValue: body.approvalId), visit.providerContext()))
        }
        router.on(Endpoints.delegatedContent) { body, visit in
            let content = try await tsm.delegatedContent(
                on: body.seId.domain(), of: body.msi.domain(), for: visit.serviceProvider())
            return .init(objects: content.map(API.DelegatedContentResponse.Object.init))
        }
    }
}

extension API.TokenRequest {
    fileprivate func domain() throws(Problem) -> ApprovalRequest {
        ApprovalRequest(
            secureElement: try seId.domain(), msi: try msi.domain(),
            commands: try API.ProcessScriptRequest(apdus: apdus).commands())
    }
}

extension API.Approval {
    fileprivate init(_ domain: Approval) {
        self.init(
            approvalId: domain.id.rawValue, state: .init(domain.state),
            tokens: domain.tokens.map {
                Token(
                    number: Int(clamping: $0.number), apdu: HexBytes($0.command), object: HexBytes($0.step.object),
                    state: .init($0.state))
            }, expiry: Timestamp(secondsSince1970: domain.expiresAt))
    }
}

extension API.Approval.State {
    fileprivate init(_ domain: Approval.State) {
        self =
            switch domain {
            case .open: .open
            case .closed: .closed
            }
    }
}

extension API.Approval.Token.State {
    fileprivate init(_ domain: Approval.Token.State) {
        self =
            switch domain {
            case .issued: .issued
            case .confirmed: .confirmed
            case .used: .used
            case .unused: .unused
            }
    }
}

extension API.DelegatedContentResponse.Object {
    fileprivate init(_ domain: DelegatedContent) {
        let kind: Kind =
            switch domain.kind {
            case .loadFile: .loadFile
            case .application: .application
            }
        self.init(
            aid: HexBytes(domain.aid), kind: kind, securityDomain: HexBytes(domain.securityDomain),
            loadFile: domain.loadFile.map { HexBytes($0) }, isSelectable: domain.isSelectable)
    }
}

// MARK: - The operator's side

extension OperatorDoor {
    func registerDelegation(on router: inout DoorRouter) {
        router.on(Endpoints.setDelegationPolicy) { body, visit in
            .init(try await desk.setDelegationPolicy(body.domain(), visit.operatorContext()))
        }
        router.on(Endpoints.listDelegationPolicies) { _, visit in
            visit.page(of: try await store.delegationPolicies().map(API.DelegationPolicy.init), by: \.providerId)
        }
        router.on(Endpoints.putTokenKeys) { _, visit in
            let keys = try await desk.putTokenKeys(on: visit.secureElement("seId"), visit.operatorContext())
            return .init(
                seId: .init(keys.secureElement), isOnCard: keys.isOnCard,
                lastTokenNumber: Int(clamping: keys.lastTokenNumber),
                confirmationCounter: Int(keys.confirmationCounter))
        }
        router.on(Endpoints.listApprovals) { _, visit in
            API.Page(items: try await store.approvals(limit: visit.limit).map(API.ApprovalSummary.init))
        }
    }
}

extension API.DelegationPolicy {
    fileprivate func domain() throws(Problem) -> DelegationPolicy {
        var packages: [AID] = []
        for (index, package) in (self.packages ?? []).enumerated() {
            packages.append(try package.aid(field: "packages[\(index)]"))
        }
        let steps = self.steps.map { Set($0.map(\.domain)) } ?? Set(DelegationPolicy.Step.allCases)
        return try reading { [packages] () throws(DirectoryValueError) in
            try DelegationPolicy(
                provider: ServiceProviderID(rawValue: providerId), steps: steps,
                aidPrefixes: aidPrefixes.map(\.bytes), packages: packages, objectsMax: objectsMax ?? 16)
        }
    }

    fileprivate init(_ domain: DelegationPolicy) {
        self.init(
            providerId: domain.provider.rawValue,
            steps: DelegationPolicy.Step.allCases.filter(domain.steps.contains).map(Step.init),
            aidPrefixes: domain.aidPrefixes.map { HexBytes($0) }, packages: domain.packages.map { HexBytes($0) },
            objectsMax: domain.objectsMax)
    }
}

extension API.DelegationPolicy.Step {
    fileprivate var domain: DelegationPolicy.Step {
        switch self {
        case .load: .load
        case .install: .install
        case .makeSelectable: .makeSelectable
        case .extradition: .extradition
        case .deletion: .deletion
        }
    }

    fileprivate init(_ domain: DelegationPolicy.Step) {
        self =
            switch domain {
            case .load: .load
            case .install: .install
            case .makeSelectable: .makeSelectable
            case .extradition: .extradition
            case .deletion: .deletion
            }
    }
}

extension API.ApprovalSummary {
    fileprivate init(_ domain: Approval) {
        self.init(
            approvalId: domain.id.rawValue, providerId: domain.provider.rawValue, seId: .init(domain.secureElement),
            state: .init(domain.state), firstNumber: Int(clamping: domain.tokens.first?.number ?? 1),
            tokenStates: domain.tokens.map { .init($0.state) },
            issuedAt: Timestamp(secondsSince1970: domain.issuedAt))
    }
}
