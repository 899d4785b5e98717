import CardCryptography
import GlobalPlatform
public import ISO7816

/// Asks for tokens: commands of card content management, in plain and in order.
public struct ApprovalRequest: Hashable, Sendable {
    public var secureElement: SecureElementIdentifier
    public var msi: MobileSubscriptionIdentifier
    public var commands: [CommandAPDU]

    public init(
        secureElement: SecureElementIdentifier, msi: MobileSubscriptionIdentifier, commands: [CommandAPDU]
    ) {
        self.secureElement = secureElement
        self.msi = msi
        self.commands = commands
    }
}

/// A receipt on its way back: the data of the card's answer to the command with the token of this number.
public struct ReturnedReceipt: Hashable, Sendable {
    public var tokenNumber: UInt64
    public var answer: [UInt8]

    public init(tokenNumber: UInt64, answer: [UInt8]) {
        self.tokenNumber = tokenNumber
        self.answer = answer
    }
}

extension CentralTSM {
    /// Approves what a delegated provider wants to do: every command gets a token of the next number, bound to the card
    /// (TSM-28). The approval is written down, with the numbers, before a token leaves.
    public func approve(_ request: ApprovalRequest, _ context: RequestContext) async throws(TSMError) -> Approval {
        guard (1...Approval.tokensMax).contains(request.commands.count) else {
            throw .invalid(field: "apdus", reason: "1 to \(Approval.tokensMax) commands are approved at a time")
        }
        return try await operate(on: request.secureElement, context) { record throws(TSMError) in
            let file = try await dossier(request.msi, request.secureElement, context.provider)
            let domain = try delegatedDomain(file)
            try await closeWhatIsOpen(on: file, context)
            var delegation = try await delegation(on: request.secureElement)
            // Whatever the card confirms from here on is confirmed to these tokens.
            delegation.confirmationCounter = try await confirmationCounter(on: request.secureElement)
            guard let policy = file.delegationPolicy else { throw Self.notDelegated }
            var desk = ApprovalDesk(
                policy: policy, securityDomain: domain, secureElement: request.secureElement,
                content: try await content(on: request.secureElement, of: context.provider))
            let steps = try desk.judge(request.commands)
            var tokens: [Approval.Token] = []
            for (command, step) in zip(request.commands, steps) {
                delegation.lastTokenNumber += 1
                tokens.append(try await token(command, step, delegation))
            }
            let now = clock.now()
            let approval = Approval(
                id: ApprovalID(rawValue: random.bytes(16).hex.lowercased()), provider: context.provider,
                secureElement: request.secureElement, tokens: tokens,
                confirmationCounter: delegation.confirmationCounter, issuedAt: now,
                expiresAt: now + Approval.permittedSeconds)
            try await commit([
                .putApproval(approval), .putCardDelegation(delegation),
                try await receive.keeping(approval, in: record),
                audit(context, "token.issue", on: request.secureElement, Self.summary(approval.tokens)),
            ])
            return approval
        }
    }

    /// Takes receipts back: each is verified before the directory believes it. Handing one in again changes nothing.
    public func acceptReceipts(
        _ receipts: [ReturnedReceipt], of id: ApprovalID, _ context: RequestContext
    ) async throws(TSMError) -> Approval {
        let known = try await approval(id, of: context.provider)
        return try await operate(on: known.secureElement, context, onLockedCard: true) { record throws(TSMError) in
            var approval = try await approval(id, of: context.provider)
            var delegation = try await delegation(on: approval.secureElement)
            var steps: [DelegatedStep] = []
            for (index, receipt) in receipts.enumerated() {
                guard let position = approval.tokens.firstIndex(where: { $0.number == receipt.tokenNumber }) else {
                    throw .notFound(
                        field: "receipts[\(index)].tokenNumber", reason: "no token of this approval has this number")
                }
                let counter = try await verify(receipt, approval.tokens[position], delegation, "receipts[\(index)]")
                delegation.confirmationCounter = max(delegation.confirmationCounter, counter)
                if approval.tokens[position].state != .confirmed, approval.tokens[position].state != .used {
                    steps.append(approval.tokens[position].step)
                }
                approval.tokens[position].state = .confirmed
            }
            if !approval.tokens.contains(where: { $0.state == .issued }) { approval.state = .closed }
            let content = try await contentChanges(steps, approval)
            try await commit(
                content + [
                    .putApproval(approval), .putCardDelegation(delegation),
                    try await receive.keeping(approval, in: record),
                    audit(context, "receipt.accept", on: approval.secureElement, Self.summary(approval.tokens)),
                ])
            return approval
        }
    }

    /// Reads the card and finds out which of an approval's tokens were used: for answers that were lost.
    public func settleApproval(_ id: ApprovalID, _ context: RequestContext) async throws(TSMError) -> Approval {
        let known = try await approval(id, of: context.provider)
        return try await operate(on: known.secureElement, context) { record throws(TSMError) in
            let settled = try await settle(try await approval(id, of: context.provider), context)
            try await commit([try await receive.keeping(settled, in: record)])
            return settled
        }
    }

    /// What the provider has on the card by Delegated Management.
    public func delegatedContent(
        on id: SecureElementIdentifier, of msi: MobileSubscriptionIdentifier, for provider: ServiceProviderID
    ) async throws(TSMError) -> [DelegatedContent] {
        _ = try await dossier(msi, id, provider)
        return try await content(on: id, of: provider)
    }

    // MARK: - Tokens and receipts

    private func token(
        _ command: CommandAPDU, _ step: DelegatedStep, _ delegation: CardDelegation
    ) async throws(TSMError) -> Approval.Token {
        let element = delegation.secureElement
        let bearing: TokenBearingCommand
        do {
            bearing = try TokenBearingCommand(command).referring(
                to: TokenControlReference(
                    identificationNumber: delegation.issuerIdentificationNumber,
                    imageNumber: element.kind == .cin ? try? [UInt8](hex: element.value) : nil,
                    number: delegation.lastTokenNumber))
        } catch {
            throw .invalid(field: "apdus", reason: "\(error)")
        }
        do {
            let signature = try await keys.sign(bearing.signedData, with: delegation.tokenKey)
            return Approval.Token(
                number: delegation.lastTokenNumber, step: step, command: bearing.command(token: signature).bytes)
        } catch {
            throw .internal(reason: "token: \(error)")
        }
    }

    /// - Returns: the receipt's confirmation counter.
    private func verify(
        _ returned: ReturnedReceipt, _ token: Approval.Token, _ delegation: CardDelegation, _ field: String
    ) async throws(TSMError) -> UInt16 {
        let found: Receipt?
        do { found = try Receipt.read(returned.answer) } catch { throw .invalid(field: field, reason: "\(error)") }
        guard let receipt = found else { throw .invalid(field: field, reason: "the answer holds no receipt") }
        guard receipt.confirmation.tokenIdentifier == TokenControlReference.bytes(of: token.number) else {
            throw .invalid(field: field, reason: "the receipt is not for token \(token.number)")
        }
        let isValid: Bool
        do {
            isValid = try await keys.isReceipt(
                receipt.signature, over: receipt.signedData(of: token.step.confirmed), by: delegation.receiptKey)
        } catch {
            throw .internal(reason: "receipt: \(error)")
        }
        guard isValid else {
            throw .invalid(field: field, reason: "the receipt is not this card's for token \(token.number)")
        }
        return receipt.confirmation.counter
    }

    private static func summary(_ tokens: [Approval.Token]) -> String {
        tokens.map { "\($0.number) \($0.step.name) \($0.step.object) \($0.state.rawValue)" }.joined(separator: ", ")
    }
}

// MARK: - Settling

extension CentralTSM {
    /// The provider's own open approval is settled first; another's holds the card until it has expired.
    private func closeWhatIsOpen(
        on file: QueryModule.CardFile, _ context: RequestContext
    ) async throws(TSMError) {
        let id = file.secureElement.id
        guard let open = try await stored({ () async throws(StoreError) in try await store.openApproval(on: id) })
        else { return }
        guard open.provider == context.provider || open.expiresAt <= clock.now() else {
            throw .wrongState(reason: "tokens for this secure element are out with somebody else; try again later")
        }
        _ = try await settle(open, context)
    }

    /// A token of lower number is void once a higher one has been used, and each one used makes one receipt: so the
    /// card's confirmation counter tells how many were used, in order; its registry tells what they left.
    private func settle(_ open: Approval, _ context: RequestContext) async throws(TSMError) -> Approval {
        var approval = open
        guard approval.tokens.contains(where: { $0.state == .issued }) else { return approval }
        let counter = try await confirmationCounter(on: approval.secureElement)
        var delegation = try await delegation(on: approval.secureElement)
        var used = Int(counter) - Int(approval.confirmationCounter)
        for index in approval.tokens.indices {
            if approval.tokens[index].state == .issued {
                approval.tokens[index].state = used > 0 ? .used : .unused
            }
            used -= 1
        }
        delegation.confirmationCounter = max(delegation.confirmationCounter, counter)
        approval.state = .closed
        let content = try await contentOnCard(approval)
        try await commit(
            content + [
                .putApproval(approval), .putCardDelegation(delegation),
                audit(context, "token.settle", on: approval.secureElement, Self.summary(approval.tokens)),
            ])
        return approval
    }

    private func confirmationCounter(on id: SecureElementIdentifier) async throws(TSMError) -> UInt16 {
        let answer = try await inquire(GetDataCommand.confirmationCounter.command, on: id)
        guard let data = answer, let object = try? BERTLV(bytes: data), object.tag == 0xC2, object.value.count == 2
        else { throw .cardMisbehaved(reason: "the central security domain tells no confirmation counter") }
        return UInt16(object.value[0]) << 8 | UInt16(object.value[1])
    }

    /// What the card's registry holds of everything that an approval's steps concern.
    private func contentOnCard(_ approval: Approval) async throws(TSMError) -> [StoreChange] {
        var desk = try await followingDesk(approval)
        let before = desk.content
        for token in approval.tokens where token.state != .unused { desk.apply(token.step) }
        var changes: [StoreChange] = []
        for aid in Set(approval.tokens.map(\.step.object)) {
            let wanted = desk.content[aid] ?? before[aid]
            let isLoadFile = wanted?.kind == .loadFile || approval.tokens.contains { $0.step.loads(aid) }
            let entry = try await registryEntry(
                of: aid, isLoadFile ? .executableLoadFiles : .applications, on: approval.secureElement)
            changes += Self.change(aid, from: before[aid], to: entry.flatMap { desk.content[aid]?.found($0) })
        }
        return changes
    }

    private func contentChanges(
        _ steps: [DelegatedStep], _ approval: Approval
    ) async throws(TSMError) -> [StoreChange] {
        var desk = try await followingDesk(approval)
        let before = desk.content
        for step in steps { desk.apply(step) }
        return Set(steps.map(\.object)).flatMap { Self.change($0, from: before[$0], to: desk.content[$0]) }
    }

    private static func change(
        _ aid: AID, from before: DelegatedContent?, to after: DelegatedContent?
    ) -> [StoreChange] {
        if let after { return after == before ? [] : [.putDelegatedContent(after)] }
        return before.map { [.deleteDelegatedContent($0.secureElement, aid)] } ?? []
    }

    /// A desk that only follows steps; what may be approved has been judged before.
    private func followingDesk(_ approval: Approval) async throws(TSMError) -> ApprovalDesk {
        let domain = try await stored { () async throws(StoreError) in
            try await store.securityDomain(on: approval.secureElement, of: approval.provider)
        }
        let policy: DelegationPolicy
        do {
            // Beginnings of AIDs play no part here; there has to be one.
            policy = try DelegationPolicy(provider: approval.provider, aidPrefixes: [[0, 0, 0, 0, 0]])
        } catch {
            throw .internal(reason: "\(error)")
        }
        guard let domain else { throw .wrongState(reason: "the provider's security domain is gone") }
        return ApprovalDesk(
            policy: policy, securityDomain: domain.aid, secureElement: approval.secureElement,
            content: try await content(on: approval.secureElement, of: approval.provider))
    }
}

extension DelegatedStep {
    fileprivate func loads(_ aid: AID) -> Bool { if case .load(aid, _) = self { true } else { false } }
}

extension DelegatedContent {
    /// As the registry tells it.
    fileprivate func found(_ entry: RegistryEntry) -> DelegatedContent {
        var found = self
        if let domain = entry.securityDomain { found.securityDomain = domain }
        if kind == .application { found.isSelectable = entry.lifeCycle & 0x04 != 0 }
        return found
    }
}

// MARK: - Looking up

extension CentralTSM {
    static let notDelegated = TSMError.wrongState(
        reason: "Delegated Management has not been agreed with this service provider")

    private func dossier(
        _ msi: MobileSubscriptionIdentifier, _ id: SecureElementIdentifier, _ provider: ServiceProviderID
    ) async throws(TSMError) -> QueryModule.CardFile {
        let query = query
        return try await link.call(.query) { () async throws(TSMError) in
            try await query.file(of: msi, id, for: provider)
        }
    }

    private func delegatedDomain(_ file: QueryModule.CardFile) throws(TSMError) -> AID {
        guard file.delegationPolicy != nil else { throw Self.notDelegated }
        guard let domain = file.securityDomain else {
            throw .wrongState(reason: "the provider has no security domain here; pre-personalize first")
        }
        return domain.aid
    }

    private func delegation(on id: SecureElementIdentifier) async throws(TSMError) -> CardDelegation {
        let found = try await stored { () async throws(StoreError) in try await store.cardDelegation(on: id) }
        guard let found, found.isOnCard else {
            throw .wrongState(reason: "this secure element has no keys for tokens and receipts yet")
        }
        return found
    }

    private func approval(_ id: ApprovalID, of provider: ServiceProviderID) async throws(TSMError) -> Approval {
        let found = try await stored { () async throws(StoreError) in try await store.approval(id) }
        guard let found, found.provider == provider else {
            throw .notFound(field: "approvalId", reason: "no such approval")
        }
        return found
    }

    private func content(
        on id: SecureElementIdentifier, of provider: ServiceProviderID
    ) async throws(TSMError) -> [DelegatedContent] {
        try await stored { () async throws(StoreError) in try await store.delegatedContent(on: id) }
            .filter { $0.provider == provider }
    }
}
