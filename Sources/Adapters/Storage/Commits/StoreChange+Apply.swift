import GRDB
import ISO7816
import TrustedServiceManager

extension StoreChange {
    /// Writes the change inside the transaction that is open.
    func apply(to database: Database) throws {
        switch self {
        case .insertMobileNetwork(let record): try Tables.mobileNetworks.insert(record, into: database)
        case .insertServiceProvider(let record): try Tables.serviceProviders.insert(record, into: database)
        case .insertService(let record): try Tables.services.insert(record, into: database)
        case .insertCardBatch(let record): try Tables.cardBatches.insert(record, into: database)
        case .insertSecureElement(let record): try Tables.secureElements.insert(record, into: database)
        case .updateSecureElement(let record): try Tables.secureElements.update(record, in: database)
        case .insertSubscription(let record): try Tables.subscriptions.insert(record, into: database)
        case .deleteSubscription(let msi):
            try Tables.subscriptions.delete([msi.kind.rawValue, msi.value], from: database)
        case .putSecurityDomain(let record): try Tables.securityDomains.put(record, into: database)
        case .deleteSecurityDomain(let secureElement, let provider):
            try Tables.securityDomains.delete([secureElement.description, provider.rawValue], from: database)
        case .putServiceInstance(let record): try Tables.serviceInstances.put(record, into: database)
        case .deleteServiceInstance(let secureElement, let service, let qualifier):
            try Tables.serviceInstances.delete(
                ServiceInstanceRecord.key(secureElement, service, qualifier), from: database)
        case .putCommunication(let communication): try Tables.communications.put(communication, into: database)
        case .updateExecution(let execution): try update(execution, in: database)
        case .putDelegationPolicy(let record): try Tables.delegationPolicies.put(record, into: database)
        case .putCardDelegation(let record): try Tables.cardDelegations.put(record, into: database)
        case .putDelegatedContent(let record): try Tables.delegatedContents.put(record, into: database)
        case .deleteDelegatedContent(let secureElement, let aid):
            try Tables.delegatedContents.delete([secureElement.description, blob(aid.bytes)], from: database)
        case .putApproval(let record): try Tables.approvals.put(record, into: database)
        case .putIdempotencyRecord(let record): try Tables.idempotencyRecords.put(record, into: database)
        case .insertCredential(let record): try Tables.credentials.insert(record, into: database)
        case .revokeCredential(let digest, let at): try revokeCredential(digest, at: at, in: database)
        case .audit(let entry): try Tables.auditEntries.insert(entry, into: database)
        case .forget(let time): try forget(before: time, in: database)
        }
    }

    /// A report that was on its way while its execution was withdrawn comes too late: what is settled stays settled.
    private func update(_ execution: Execution, in database: Database) throws {
        let known = try Tables.executions.one([execution.number.rawValue], in: database)
        if known?.state == .settled, execution.state != .settled { return }
        try Tables.executions.update(execution, in: database)
    }

    /// Answers go before the executions that they name: an answer is never older than what it began.
    private func forget(before time: Int64, in database: Database) throws {
        try database.execute(sql: "DELETE FROM idempotency_record WHERE created_at < ?", arguments: [time])
        try database.execute(
            sql: "DELETE FROM execution WHERE state = 'settled' AND updated_at < ?", arguments: [time])
        try database.execute(
            sql: """
                DELETE FROM communication WHERE json_extract(record, '$.openedAt') < ? AND id NOT IN
                    (SELECT communication FROM execution WHERE state <> 'settled' AND communication IS NOT NULL)
                """, arguments: [time])
        try database.execute(
            sql: "DELETE FROM approval WHERE state = 'closed' AND json_extract(record, '$.issuedAt') < ?",
            arguments: [time])
        try database.execute(sql: "DELETE FROM audit_entry WHERE at < ?", arguments: [time])
    }

    /// The first revocation stands: revoking again changes nothing.
    private func revokeCredential(_ digest: [UInt8], at: Int64, in database: Database) throws {
        guard var credential = try Tables.credentials.one([blob(digest)], in: database) else {
            throw Tables.credentials.missing([blob(digest)])
        }
        credential.revokedAt = credential.revokedAt ?? at
        try Tables.credentials.update(credential, in: database)
    }
}
