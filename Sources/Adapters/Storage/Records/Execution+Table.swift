import TrustedServiceManager

extension Tables {
    static let executions = Table<Execution>(
        "execution", kind: "execution", key: ["number"],
        columns: [
            "number", "secure_element", "provider", "communication", "service_number", "service_version",
            "provider_name", "payment_reference_number", "purpose", "mobile_network", "state", "sealed_plan",
            "sealed_report", "sealed_outcome", "created_at", "updated_at",
        ],
        references: [.secureElement],
        read: { row in
            let number = ExecutionNumber(rawValue: try row.integer())
            let secureElement = try row.secureElementIdentifier()
            let provider = try row.optionalText().map { ServiceProviderID(rawValue: $0) }
            let communication = try row.optionalText().map { CommunicationID(rawValue: $0) }
            let service = try row.optionalServiceIdentifier()
            let qualifier = try row.optionalServiceQualifier()
            let (purpose, mobileNetwork) = (try row.choice(Execution.Purpose.self), try row.text())
            let (state, sealedPlan) = (try row.choice(Execution.State.self), try row.bytes())
            let (sealedReport, sealedOutcome) = (try row.optionalBytes(), try row.optionalBytes())
            var execution = Execution(
                number: number, secureElement: secureElement, provider: provider, communication: communication,
                service: service, qualifier: qualifier, purpose: purpose, mobileNetwork: mobileNetwork, state: state,
                sealedPlan: sealedPlan, createdAt: try row.integer())
            execution.sealedReport = sealedReport
            execution.sealedOutcome = sealedOutcome
            execution.updatedAt = try row.integer()
            return execution
        },
        values: {
            [
                $0.number.rawValue, $0.secureElement.description, $0.provider?.rawValue, $0.communication?.rawValue,
                $0.service?.number, $0.service?.version, $0.qualifier?.providerName,
                $0.qualifier?.paymentReferenceNumber, $0.purpose.rawValue, $0.mobileNetwork, $0.state.rawValue,
                blob($0.sealedPlan), $0.sealedReport.map(blob), $0.sealedOutcome.map(blob), $0.createdAt,
                $0.updatedAt,
            ]
        })

    static let idempotencyRecords = Table<IdempotencyRecord>(
        "idempotency_record", kind: "idempotency record", key: ["scope", "key"],
        columns: ["scope", "key", "request_digest", "executions", "sealed_answer", "created_at"],
        read: { row in
            let (scope, key, digest) = (try row.text(), try row.text(), try row.bytes())
            let executions = try row.json([Int64].self)
            let sealedAnswer = try row.optionalBytes()
            var record = IdempotencyRecord(
                scope: scope, key: key, requestDigest: digest, createdAt: try row.integer())
            record.executions = executions.map { ExecutionNumber(rawValue: $0) }
            record.sealedAnswer = sealedAnswer
            return record
        },
        values: {
            [
                $0.scope, $0.key, blob($0.requestDigest), try json($0.executions.map(\.rawValue)),
                $0.sealedAnswer.map(blob), $0.createdAt,
            ]
        })
}

extension RowReader {
    fileprivate mutating func optionalServiceIdentifier() throws -> ServiceIdentifier? {
        let (number, version) = (try optionalInteger(), try optionalText())
        guard let number, let version else { return nil }
        return try made { try ServiceIdentifier(number: Int(number), version: version) }
    }

    fileprivate mutating func optionalServiceQualifier() throws -> ServiceQualifier? {
        let (name, reference) = (try optionalText(), try optionalText())
        guard let name, let reference else { return nil }
        return try made { try ServiceQualifier(providerName: name, paymentReferenceNumber: reference) }
    }
}
