import ISO7816
import Testing
import TrustedServiceManager

/// What every ``DirectoryStore`` holds to, whatever lies beneath it. Each function takes an empty store.
enum DirectoryStoreContract {
    // MARK: - Every record comes back whole

    static func everyRecordComesBackAsWritten(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        #expect(try await store.mobileNetwork("Northern Mobile") == Specimen.network)
        #expect(try await store.mobileNetworks() == [Specimen.otherNetwork, Specimen.network])
        #expect(try await store.serviceProvider(Specimen.provider.id) == Specimen.provider)
        #expect(try await store.serviceProviders() == [Specimen.provider, Specimen.otherProvider])
        #expect(try await store.service(Specimen.service.identifier) == Specimen.service)
        #expect(try await store.services() == [Specimen.service])
        #expect(try await store.secureElement(Specimen.secureElement.id) == Specimen.secureElement)
        #expect(try await store.secureElement(of: Specimen.subscription.msi) == Specimen.secureElement.id)
        #expect(try await store.subscriptions(of: Specimen.secureElement.id) == [Specimen.subscription])
        for custody in Specimen.custodies {
            var domain = Specimen.securityDomain
            domain.custody = custody
            try await store.commit([.putSecurityDomain(domain)])
            #expect(try await store.securityDomain(on: domain.secureElement, of: domain.provider) == domain)
            #expect(try await store.securityDomains(on: domain.secureElement) == [domain])
        }
        let instance = Specimen.instance
        try await store.commit([.putServiceInstance(instance)])
        #expect(try await store.serviceInstances(on: instance.secureElement) == [instance])
        try await expectTheDossierToHoldThem(store)
        #expect(
            try await store.serviceInstance(
                on: instance.secureElement, service: instance.service, qualifier: instance.qualifier) == instance)
        for credential in Specimen.credentials {
            try await store.commit([.insertCredential(credential)])
            #expect(try await store.credential(digest: credential.digest) == credential)
        }
        try await expectCredentialsAndBatchesToBeListed(store)
    }

    private static func expectCredentialsAndBatchesToBeListed(_ store: any DirectoryStore) async throws {
        #expect(try await store.credentials(after: nil, limit: 10) == Specimen.credentials)
        #expect(try await store.credentials(after: nil, limit: 2) == Array(Specimen.credentials.prefix(2)))
        let first = Specimen.credentials[0].digest
        #expect(try await store.credentials(after: first, limit: 10) == Array(Specimen.credentials.dropFirst()))
        #expect(try await store.operatorCredentialsInForce().isEmpty, "the only operator's has been revoked")
        var another = Specimen.credentials[1]
        another.digest = Array(repeating: 0xA4, count: 32)
        another.revokedAt = nil
        try await store.commit([.insertCredential(another), .insertCardBatch(Specimen.cardBatch)])
        #expect(try await store.operatorCredentialsInForce() == [another])
        #expect(try await store.cardBatches() == [Specimen.cardBatch])
        var element = Specimen.secureElement
        element.issuerSecurityDomain = nil
        try await store.commit([.updateSecureElement(element)])
        #expect(try await store.secureElement(element.id) == element)
    }

    static func delegatedManagementComesBackAsWritten(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        let (element, provider) = (Specimen.secureElement.id, Specimen.provider.id)
        #expect(try await store.openApproval(on: element) == nil)
        try await store.commit([
            .putDelegationPolicy(Specimen.delegationPolicy), .putCardDelegation(Specimen.cardDelegation),
            .putDelegatedContent(Specimen.delegatedContent), .putApproval(Specimen.approval),
        ])
        #expect(try await store.delegationPolicies() == [Specimen.delegationPolicy])
        #expect(try await store.delegationPolicy(of: provider) == Specimen.delegationPolicy)
        #expect(try await store.delegationPolicy(of: Specimen.otherProvider.id) == nil)
        #expect(
            try await store.dossier(of: Specimen.subscription.msi, for: provider)?.delegationPolicy
                == Specimen.delegationPolicy)
        #expect(try await store.cardDelegation(on: element) == Specimen.cardDelegation)
        #expect(try await store.delegatedContent(on: element) == [Specimen.delegatedContent])
        #expect(try await store.approval(Specimen.approval.id) == Specimen.approval)
        #expect(try await store.openApproval(on: element) == Specimen.approval)
        // What is open is kept, whatever its age.
        try await store.commit([.forget(before: .max)])
        #expect(try await store.approvals(limit: 5) == [Specimen.approval])
        var closed = Specimen.approval
        closed.state = .closed
        try await store.commit([
            .putApproval(closed), .deleteDelegatedContent(element, Specimen.delegatedContent.aid),
        ])
        #expect(try await store.openApproval(on: element) == nil)
        #expect(try await store.approvals(limit: 5) == [closed])
        #expect(try await store.delegatedContent(on: element).isEmpty)
        try await store.commit([.forget(before: .max)])
        #expect(try await store.approvals(limit: 5).isEmpty)
    }

    private static func expectTheDossierToHoldThem(_ store: any DirectoryStore) async throws {
        let (msi, provider) = (Specimen.subscription.msi, Specimen.provider.id)
        #expect(
            try await store.dossier(of: msi, for: provider)
                == CardDossier(
                    secureElement: Specimen.secureElement, provider: Specimen.provider,
                    securityDomain: try await store.securityDomain(on: Specimen.secureElement.id, of: provider),
                    instances: [Specimen.instance]))
        #expect(try await store.dossier(of: msi, for: Specimen.otherProvider.id)?.securityDomain == nil)
        let unknown = try MobileSubscriptionIdentifier(value: "490000000000")
        #expect(try await store.dossier(of: unknown, for: provider) == nil)
        await #expect(throws: StoreError.missing(kind: "service provider", key: "nobody")) {
            try await store.dossier(of: msi, for: ServiceProviderID(rawValue: "nobody"))
        }
    }

    static func theJournalComesBackAsWritten(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        var communication = Specimen.communication
        try await store.commit([.putCommunication(communication)])
        #expect(try await store.communication(communication.id) == communication)
        try communication.apply(.begin(script: ExecutionNumber(rawValue: 7)))
        try await store.commit([.putCommunication(communication)])
        #expect(try await store.communication(communication.id) == communication)

        var execution = Specimen.execution
        execution.number = try await store.begin(execution) { _ in [] }
        #expect(try await store.execution(execution.number) == execution)
        execution.state = .answered
        execution.sealedReport = [1, 2, 3]
        execution.sealedOutcome = []
        execution.updatedAt += 5
        try await store.commit([.updateExecution(execution)])
        #expect(try await store.execution(execution.number) == execution)
        var settled = execution
        settled.state = .settled
        try await store.commit([.updateExecution(settled), .updateExecution(execution)])
        #expect(try await store.execution(execution.number) == settled, "what is settled stays settled")
        let bare = Specimen.bareExecution(on: Specimen.secureElement.id)
        let number = try await store.begin(bare) { _ in [] }
        var expected = bare
        expected.number = number
        #expect(try await store.execution(number) == expected)

        var request = Specimen.idempotencyRecord
        try await store.commit([.putIdempotencyRecord(request)])
        #expect(try await store.idempotencyRecord(scope: request.scope, key: request.key) == request)
        request.executions = [execution.number, number]
        request.sealedAnswer = Array(0...255)
        try await store.commit([.putIdempotencyRecord(request)])
        #expect(try await store.idempotencyRecord(scope: request.scope, key: request.key) == request)

        try await store.commit(Specimen.auditEntries.map { .audit($0) })
        #expect(try await store.auditEntries(limit: 10) == Specimen.auditEntries.reversed())
    }

    static func whatIsNotThereIsNil(_ store: any DirectoryStore) async throws {
        let element = Specimen.secureElement.id
        #expect(try await store.mobileNetworks().isEmpty)
        #expect(try await store.mobileNetwork("Northern Mobile") == nil)
        #expect(try await store.serviceProvider(Specimen.provider.id) == nil)
        #expect(try await store.service(Specimen.service.identifier) == nil)
        #expect(try await store.secureElement(element) == nil)
        #expect(try await store.secureElement(of: Specimen.subscription.msi) == nil)
        #expect(try await store.subscriptions(of: element).isEmpty)
        #expect(try await store.securityDomain(on: element, of: Specimen.provider.id) == nil)
        #expect(
            try await store.serviceInstance(
                on: element, service: Specimen.service.identifier, qualifier: Specimen.instance.qualifier) == nil)
        #expect(try await store.communication(Specimen.communication.id) == nil)
        #expect(try await store.execution(ExecutionNumber(rawValue: 1)) == nil)
        #expect(try await store.idempotencyRecord(scope: "provider:a", key: "k") == nil)
        #expect(try await store.credential(digest: Specimen.credentials[0].digest) == nil)
    }

    // MARK: - Keys tell apart

    static func anMSIIsFoundByKindAndValue(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        let asIMSI = try MobileSubscriptionIdentifier(kind: .imsi, value: Specimen.subscription.msi.value)
        #expect(try await store.secureElement(of: asIMSI) == nil)
        try await store.commit([.insertSubscription(.init(msi: asIMSI, secureElement: Specimen.secureElement.id))])
        #expect(try await store.subscriptions(of: Specimen.secureElement.id).count == 2)
        try await store.commit([.deleteSubscription(Specimen.subscription.msi)])
        #expect(try await store.secureElement(of: Specimen.subscription.msi) == nil)
        #expect(try await store.secureElement(of: asIMSI) == Specimen.secureElement.id)
    }

    static func instancesDifferByEachPartOfTheirKey(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        let first = Specimen.instance
        var otherReference = first
        otherReference.qualifier = try ServiceQualifier(providerName: "Harbour Bank", paymentReferenceNumber: "PRN-2")
        var otherVersion = first
        otherVersion.service = try ServiceIdentifier(number: first.service.number, version: "2.0")
        try await store.commit([first, otherReference, otherVersion].map { .putServiceInstance($0) })
        #expect(try await store.serviceInstances(on: first.secureElement).count == 3)

        var replaced = otherReference
        replaced.status = .deleted
        try await store.commit([.putServiceInstance(replaced)])
        #expect(try await store.serviceInstances(on: first.secureElement) == [first, replaced, otherVersion])
        try await store.commit([.deleteServiceInstance(first.secureElement, first.service, first.qualifier)])
        #expect(try await store.serviceInstances(on: first.secureElement) == [replaced, otherVersion])
    }

    static func idempotencyKeysBelongToTheirScope(_ store: any DirectoryStore) async throws {
        var other = Specimen.idempotencyRecord
        other.scope = "provider:other"
        other.requestDigest = [9]
        try await store.commit([.putIdempotencyRecord(Specimen.idempotencyRecord), .putIdempotencyRecord(other)])
        #expect(try await store.idempotencyRecord(scope: other.scope, key: other.key) == other)
        #expect(
            try await store.idempotencyRecord(scope: Specimen.idempotencyRecord.scope, key: other.key)
                == Specimen.idempotencyRecord)
    }

    // MARK: - Errors say what and which

    static func insertingTwiceIsADuplicate(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        try await store.commit([.insertCredential(Specimen.credentials[0])])
        let digest = Specimen.credentials[0].digest.hex
        let duplicates: [(StoreChange, StoreError)] = [
            (.insertMobileNetwork(Specimen.network), .duplicate(kind: "mobile network", key: "Northern Mobile")),
            (.insertServiceProvider(Specimen.provider), .duplicate(kind: "service provider", key: "harbour")),
            (.insertService(Specimen.service), .duplicate(kind: "service", key: "17/1.0")),
            (.insertSecureElement(Specimen.secureElement), .duplicate(kind: "secure element", key: "cin:4553453031")),
            (.insertSubscription(Specimen.subscription), .duplicate(kind: "subscription", key: "mdn/4912345678")),
            (.insertCredential(Specimen.credentials[0]), .duplicate(kind: "credential", key: digest)),
        ]
        for (change, error) in duplicates {
            await #expect(throws: error) { try await store.commit([change]) }
        }
    }

    static func namesAndNumbersOfProvidersAreTheirsAlone(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        var namesake = Specimen.provider
        namesake.id = ServiceProviderID(rawValue: "namesake")
        namesake.number = 99
        await #expect(throws: StoreError.duplicate(kind: "service provider", key: "Harbour Bank")) {
            try await store.commit([.insertServiceProvider(namesake)])
        }
        var sameNumber = Specimen.provider
        sameNumber.id = ServiceProviderID(rawValue: "same")
        sameNumber.name = "Same Number"
        await #expect(throws: StoreError.duplicate(kind: "service provider", key: "1")) {
            try await store.commit([.insertServiceProvider(sameNumber)])
        }
    }

    static func changingWhatIsNotThereIsMissing(_ store: any DirectoryStore) async throws {
        let element = Specimen.secureElement.id
        var execution = Specimen.bareExecution(on: element)
        execution.number = ExecutionNumber(rawValue: 12)
        let missing: [(StoreChange, StoreError)] = [
            (.updateSecureElement(Specimen.secureElement), .missing(kind: "secure element", key: "cin:4553453031")),
            (.deleteSubscription(Specimen.subscription.msi), .missing(kind: "subscription", key: "mdn/4912345678")),
            (
                .deleteSecurityDomain(element, Specimen.provider.id),
                .missing(kind: "security domain", key: "cin:4553453031/harbour")
            ),
            (
                .deleteServiceInstance(element, Specimen.instance.service, Specimen.instance.qualifier),
                .missing(kind: "service instance", key: "cin:4553453031/17/1.0/Harbour Bank/PRN-1")
            ),
            (.updateExecution(execution), .missing(kind: "execution", key: "12")),
            (.revokeCredential(digest: [0xAB], at: 1), .missing(kind: "credential", key: "AB")),
        ]
        for (change, error) in missing {
            await #expect(throws: error) { try await store.commit([change]) }
        }
    }

    static func whatARecordRefersToMustExist(_ store: any DirectoryStore) async throws {
        let element = StoreError.missing(kind: "secure element", key: "cin:4553453031")
        await #expect(throws: StoreError.missing(kind: "mobile network", key: "Northern Mobile")) {
            try await store.commit([.insertSecureElement(Specimen.secureElement)])
        }
        await #expect(throws: element) { try await store.commit([.insertSubscription(Specimen.subscription)]) }
        await #expect(throws: element) { try await store.commit([.putCommunication(Specimen.communication)]) }
        await #expect(throws: element) { _ = try await store.begin(Specimen.execution) { _ in [] } }
        try await store.commit([
            .insertMobileNetwork(Specimen.network), .insertSecureElement(Specimen.secureElement),
        ])
        await #expect(throws: StoreError.missing(kind: "service provider", key: "harbour")) {
            try await store.commit([.putSecurityDomain(Specimen.securityDomain)])
        }
    }

    static func theFirstRevocationStands(_ store: any DirectoryStore) async throws {
        let credential = Specimen.credentials[0]
        try await store.commit([.insertCredential(credential)])
        try await store.commit([.revokeCredential(digest: credential.digest, at: 50)])
        try await store.commit([.revokeCredential(digest: credential.digest, at: 60)])
        #expect(try await store.credential(digest: credential.digest)?.revokedAt == 50)
    }

    // MARK: - All or nothing

    static func aFailingChangeUndoesTheWholeList(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        var moved = Specimen.secureElement
        moved.centralSecurityDomain.sequenceCounter = 99
        await #expect(throws: StoreError.duplicate(kind: "subscription", key: "mdn/4912345678")) {
            try await store.commit([
                .updateSecureElement(moved), .putServiceInstance(Specimen.instance),
                .audit(Specimen.auditEntries[0]), .insertSubscription(Specimen.subscription),
            ])
        }
        #expect(try await store.secureElement(moved.id) == Specimen.secureElement)
        #expect(try await store.serviceInstances(on: moved.id).isEmpty)
        #expect(try await store.auditEntries(limit: 10).isEmpty)
    }

    static func beginWritesTheExecutionAndItsChangesOrNeither(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        let number = try await store.begin(Specimen.execution) { number in
            var record = Specimen.idempotencyRecord
            record.executions = [number]
            return [.putIdempotencyRecord(record), .audit(Specimen.auditEntries[0])]
        }
        let record = Specimen.idempotencyRecord
        #expect(try await store.idempotencyRecord(scope: record.scope, key: record.key)?.executions == [number])
        #expect(try await store.execution(number)?.state == .intended)

        await #expect(throws: StoreError.duplicate(kind: "subscription", key: "mdn/4912345678")) {
            _ = try await store.begin(Specimen.execution) { _ in [.insertSubscription(Specimen.subscription)] }
        }
        #expect(try await store.executions(limit: 10).map(\.number) == [number])
    }

    static func executionNumbersRise(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        var last = try await store.begin(Specimen.execution) { _ in [] }
        for _ in 0..<20 {
            let next = try await store.begin(Specimen.execution) { _ in [] }
            #expect(next > last)
            last = next
        }
    }

    static func whatIsOverAndOldIsForgotten(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        try await store.commit([
            .putCommunication(Specimen.communication), .audit(Specimen.auditEntries[0]),
            .putIdempotencyRecord(Specimen.idempotencyRecord),
        ])
        let open = try await store.begin(Specimen.execution) { _ in [] }
        let settled = try await store.begin(Specimen.execution) { _ in [] }
        var over = try #require(try await store.execution(settled))
        over.state = .settled
        try await store.commit([.updateExecution(over)])

        // The bound: what is exactly as old stays.
        try await store.commit([.forget(before: over.updatedAt)])
        #expect(try await store.execution(settled) == over)
        try await store.commit([.forget(before: over.updatedAt + 1)])
        #expect(try await store.execution(settled) == nil)
        #expect(try await store.auditEntries(limit: 10).isEmpty)

        // An open execution stays for ever, and so does its communication.
        try await store.commit([.forget(before: .max)])
        #expect(try await store.execution(open) != nil)
        #expect(try await store.communication(Specimen.communication.id) != nil)
        let record = Specimen.idempotencyRecord
        #expect(try await store.idempotencyRecord(scope: record.scope, key: record.key) == nil)
        var last = try #require(try await store.execution(open))
        last.state = .settled
        try await store.commit([.updateExecution(last), .forget(before: .max)])
        #expect(try await store.communication(Specimen.communication.id) == nil)
        #expect(try await store.secureElement(Specimen.secureElement.id) == Specimen.secureElement)
        #expect(try await store.begin(Specimen.execution) { _ in [] } > settled, "numbers are never given twice")
    }

    // MARK: - Concurrency

    static func concurrentCommitsEachHaveTheirOwnFate(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        let outcomes = await withTaskGroup(of: (Int, StoreError?).self) { group in
            for index in 0..<200 {
                group.addTask {
                    // Every third repeats a subscription that is there already, after an audit line that must vanish.
                    var entry = Specimen.auditEntries[0]
                    entry.detail = "\(index)"
                    let changes: [StoreChange] = [.audit(entry)]
                    do throws(StoreError) {
                        try await store.commit(
                            index.isMultiple(of: 3)
                                ? changes + [.insertSubscription(Specimen.subscription)] : changes)
                        return (index, nil)
                    } catch {
                        return (index, error)
                    }
                }
            }
            return await group.reduce(into: [Int: StoreError?]()) { $0[$1.0] = $1.1 }
        }
        let duplicate = StoreError.duplicate(kind: "subscription", key: "mdn/4912345678")
        for index in 0..<200 {
            #expect(outcomes[index] == (index.isMultiple(of: 3) ? .some(duplicate) : .some(nil)))
        }
        let written = Set(try await store.auditEntries(limit: 500).map(\.detail))
        #expect(written == Set((0..<200).filter { !$0.isMultiple(of: 3) }.map(String.init)))
    }

    static func concurrentBeginsGetDifferentNumbers(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        let numbers = try await withThrowingTaskGroup(of: ExecutionNumber.self) { group in
            for _ in 0..<100 { group.addTask { try await store.begin(Specimen.execution) { _ in [] } } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(numbers).count == 100)
        #expect(try await store.unsettledExecutions(on: nil).map(\.number) == numbers.sorted())
    }

    static func aCommitAskedForIsCarriedOutThoughTheTaskIsCancelled(_ store: any DirectoryStore) async throws {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await store.commit([.insertMobileNetwork(Specimen.network)])
        }
        try await task.value
        #expect(try await store.mobileNetworks() == [Specimen.network])
    }

    // MARK: - Lists and pages

    static func unsettledExecutionsAreOldestFirst(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory + [.insertSecureElement(Specimen.otherSecureElement)])
        var numbers: [ExecutionNumber] = []
        for element in [Specimen.secureElement.id, Specimen.otherSecureElement.id, Specimen.secureElement.id] {
            numbers.append(try await store.begin(Specimen.bareExecution(on: element)) { _ in [] })
        }
        #expect(try await store.unsettledExecutions(on: nil).map(\.number) == numbers)
        for state in [Execution.State.sent, .answered] {
            try await settle(numbers[0], as: state, in: store)
            #expect(
                try await store.unsettledExecutions(on: Specimen.secureElement.id).map(\.number)
                    == [numbers[0], numbers[2]])
        }
        try await settle(numbers[0], as: .settled, in: store)
        #expect(try await store.unsettledExecutions(on: Specimen.secureElement.id).map(\.number) == [numbers[2]])
        #expect(try await store.unsettledExecutions(on: Specimen.otherSecureElement.id).map(\.number) == [numbers[1]])
        #expect(try await store.executions(limit: 2).map(\.number) == [numbers[2], numbers[1]])
    }

    private static func settle(
        _ number: ExecutionNumber, as state: Execution.State, in store: any DirectoryStore
    ) async throws {
        var execution = try #require(try await store.execution(number))
        execution.state = state
        try await store.commit([.updateExecution(execution)])
    }

    static func pagesOfSecureElementsJoinWithoutGapOrOverlap(_ store: any DirectoryStore) async throws {
        try await store.commit([.insertMobileNetwork(Specimen.network)])
        let elements = try (0..<25).map { try Specimen.numberedSecureElement($0) }
        try await store.commit(elements.shuffled().map { .insertSecureElement($0) })
        var seen: [SecureElementRecord] = []
        while true {
            let page = try await store.secureElements(after: seen.last?.id, limit: 10)
            seen += page
            if page.count < 10 { break }
        }
        #expect(seen == elements)
        #expect(try await store.secureElements(after: elements[24].id, limit: 10).isEmpty)
    }

    static func aLimitBelowOneGivesNothing(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory + [.putCommunication(Specimen.communication)])
        _ = try await store.begin(Specimen.execution) { _ in [.audit(Specimen.auditEntries[0])] }
        for limit in [0, -1, Int.min] {
            #expect(try await store.secureElements(after: nil, limit: limit).isEmpty)
            #expect(try await store.executions(limit: limit).isEmpty)
            #expect(try await store.communications(limit: limit).isEmpty)
            #expect(try await store.auditEntries(limit: limit).isEmpty)
        }
    }

    static func theNewestCommunicationsComeFirst(_ store: any DirectoryStore) async throws {
        try await store.commit(Specimen.directory)
        for index in 0..<5 {
            var communication = Specimen.communication
            communication.id = CommunicationID(rawValue: "c\(index)")
            try await store.commit([.putCommunication(communication)])
        }
        var oldest = try #require(try await store.communication(CommunicationID(rawValue: "c0")))
        try oldest.apply(.end(.success))
        try await store.commit([.putCommunication(oldest)])
        #expect(try await store.communications(limit: 3).map(\.id.rawValue) == ["c4", "c3", "c2"])
        #expect(try await store.communications(limit: 9).last == oldest)
    }
}
