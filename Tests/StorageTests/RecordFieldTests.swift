import Testing
import TrustedServiceManager

/// A field that a record gains must get a column; a row would silently lose it otherwise.
@Suite("The fields that have columns")
struct RecordFieldTests {
    private func fields(_ record: Any) -> [String] { Mirror(reflecting: record).children.compactMap(\.label) }

    @Test("are all the fields of the records that are kept in columns")
    func fields() {
        #expect(fields(Specimen.network) == ["name"])
        #expect(
            fields(Specimen.provider) == ["id", "name", "temporaryMasterKey", "transportKey", "number", "registeredAt"])
        #expect(
            fields(Specimen.secureElement) == [
                "id", "mobileNetwork", "profileID", "type", "standard", "certificationLevel", "expiresAt",
                "configuration", "managementRole", "centralSecurityDomain", "issuerSecurityDomain", "lifeCycle",
                "registeredAt",
            ])
        #expect(fields(Specimen.cardBatch) == ["masterKey", "label", "createdAt"])
        #expect(
            fields(Specimen.secureElement.centralSecurityDomain) == [
                "aid", "keys", "sequenceCounter", "implementation",
            ])
        #expect(
            fields(Specimen.secureElement.centralSecurityDomain.keys) == [
                "masterKeyIndex", "keyVersionNumber", "keyDiversificationData",
            ])
        #expect(fields(Specimen.subscription) == ["msi", "secureElement"])
        #expect(fields(Specimen.securityDomain) == ["secureElement", "provider", "aid", "custody", "sequenceCounter"])
        #expect(
            fields(Specimen.instance) == [
                "secureElement", "provider", "service", "qualifier", "instance", "securityDomain", "status",
                "statusBeforeLock",
            ])
        #expect(
            fields(Specimen.execution) == [
                "number", "secureElement", "provider", "communication", "service", "qualifier", "purpose",
                "mobileNetwork", "state", "sealedPlan", "sealedReport", "sealedOutcome", "createdAt", "updatedAt",
            ])
        #expect(
            fields(Specimen.idempotencyRecord) == [
                "scope", "key", "requestDigest", "executions", "sealedAnswer", "createdAt",
            ])
        #expect(fields(Specimen.auditEntries[0]) == ["at", "actor", "action", "secureElement", "detail"])
        #expect(fields(Specimen.credentials[0]) == ["digest", "holder", "createdAt", "revokedAt"])
    }
}
