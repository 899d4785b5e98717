import Foundation
import ISO7816
import TrustedServiceManager

/// One record of each kind, every field set to something that a default would not be.
enum Specimen {
    static let network = MobileNetworkRecord(name: "Northern Mobile")
    static let otherNetwork = MobileNetworkRecord(name: "Eastern Mobile")

    static let provider = ServiceProviderRecord(
        id: ServiceProviderID(rawValue: "harbour"), name: "Harbour Bank",
        temporaryMasterKey: MasterKeyIndex(rawValue: 3), transportKey: "a PEM text\nin lines\n", number: 1,
        registeredAt: 1_700_000_000)
    static let otherProvider = ServiceProviderRecord(
        id: ServiceProviderID(rawValue: "transit"), name: "Transit", temporaryMasterKey: MasterKeyIndex(rawValue: 4),
        transportKey: "another", number: 65_535, registeredAt: 1_700_000_001)

    static let service = made {
        try ServiceDefinition(
            identifier: ServiceIdentifier(number: 17, version: "1.0"), name: "Contactless payment",
            executableLoadFile: "A0000000031010", executableModule: "A000000003101001",
            instanceAIDPrefix: [0xA0, 0, 0, 0, 3, 0x10], installParameters: [0xC9, 0x00],
            minimumStandard: StandardVersion(name: "GlobalPlatform", version: "2.3"), minimumCertificationLevel: 4,
            providers: [provider.id])
    }

    static let secureElement = made {
        SecureElementRecord(
            id: try SecureElementIdentifier(value: "4553453031"), mobileNetwork: network.name, profileID: "fig-5",
            type: .nfcEnabler, standard: StandardVersion(name: "GlobalPlatform", version: "2.3.1"),
            certificationLevel: 5, expiresAt: 4_000_000_000, configuration: .uiccThirdParty,
            managementRole: .mobileNetworkOperator,
            centralSecurityDomain: CentralSecurityDomainRecord(
                aid: "A000000151000000",
                keys: KeyReference(
                    masterKeyIndex: MasterKeyIndex(rawValue: 2), keyVersionNumber: 0xFF,
                    keyDiversificationData: [0, 1, 2, 3, 4, 5, 6, 7, 8, 0xFF]),
                sequenceCounter: .max, implementation: 0x70),
            issuerSecurityDomain: CentralSecurityDomainRecord(
                aid: "A000000003000000",
                keys: KeyReference(
                    masterKeyIndex: MasterKeyIndex(rawValue: 9), keyVersionNumber: 0x7F,
                    keyDiversificationData: [9, 1, 2, 3, 4, 5, 6, 7, 8, 0xFE]),
                sequenceCounter: 17, implementation: 0x60),
            lifeCycle: .locked, registeredAt: 1_700_000_002)
    }
    static let otherSecureElement = made { try numberedSecureElement(0) }

    static func numberedSecureElement(_ number: Int) throws -> SecureElementRecord {
        var element = secureElement
        element.id = try SecureElementIdentifier(kind: .cplc, value: String(format: "%08X", number))
        return element
    }

    static let cardBatch = CardBatchRecord(
        masterKey: MasterKeyIndex(rawValue: 2), label: "embedded 2026-1", createdAt: 1_700_000_003)

    static let subscription = made {
        SubscriptionRecord(
            msi: try MobileSubscriptionIdentifier(value: "+4912345678"), secureElement: secureElement.id)
    }

    static let securityDomain = SecurityDomainRecord(
        secureElement: secureElement.id, provider: provider.id, aid: "F053454E4553484100",
        custody: .central, sequenceCounter: 7)
    static let custodies: [SecurityDomainRecord.Custody] = [
        .central,
        .temporary(
            KeyReference(
                masterKeyIndex: MasterKeyIndex(rawValue: 3), keyVersionNumber: 0x30,
                keyDiversificationData: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0])),
        .provider(keyVersionNumber: 0x31),
    ]

    static let instance = made {
        ServiceInstanceRecord(
            secureElement: secureElement.id, provider: provider.id, service: service.identifier,
            qualifier: try ServiceQualifier(providerName: "Harbour Bank", paymentReferenceNumber: "PRN-1"),
            instance: "A00000000310100001", securityDomain: securityDomain.aid, status: .locked,
            statusBeforeLock: .active)
    }

    static let communication = Communication(
        id: CommunicationID(rawValue: "c-1"), provider: provider.id, secureElement: secureElement.id,
        msi: subscription.msi, service: service.identifier, qualifier: instance.qualifier,
        targetApplication: instance.instance, operation: .keyRotation, terms: terms, openedAt: 1_700_000_100)

    private static let terms = made {
        let text =
            #"{"otaBearer":"HTTP","scriptsMax":3,"scriptBytesMax":900,"scriptFormat":"COMPACT","permittedSeconds":60}"#
        return try JSONDecoder().decode(CommunicationTerms.self, from: Data(text.utf8))
    }

    static let execution = Execution(
        secureElement: secureElement.id, provider: provider.id, communication: communication.id,
        service: service.identifier, qualifier: instance.qualifier, purpose: .script, mobileNetwork: network.name,
        state: .intended, sealedPlan: Array(0...255), createdAt: 1_700_000_200)

    /// Nothing but what every execution has.
    static func bareExecution(on secureElement: SecureElementIdentifier) -> Execution {
        Execution(
            secureElement: secureElement, purpose: .reading, mobileNetwork: network.name, sealedPlan: [],
            createdAt: 1_700_000_300)
    }

    static let delegationPolicy = made {
        try DelegationPolicy(
            provider: provider.id, steps: [.load, .deletion], aidPrefixes: [[1, 2, 3, 4, 5]],
            packages: ["A0000000031010"], objectsMax: 3)
    }

    static let cardDelegation = CardDelegation(
        secureElement: secureElement.id, tokenKey: SigningKeyIndex(rawValue: 5),
        receiptKey: KeyReference(
            masterKeyIndex: MasterKeyIndex(rawValue: 6), keyVersionNumber: 0x71,
            keyDiversificationData: [1, 2, 3]),
        issuerIdentificationNumber: [0x48], isOnCard: true, lastTokenNumber: .max, confirmationCounter: 9)

    static let delegatedContent = DelegatedContent(
        secureElement: secureElement.id, provider: provider.id, aid: "F0544F4C4C01", kind: .application,
        securityDomain: securityDomain.aid, loadFile: "F0544F4C4C", isSelectable: true)

    static let approval = Approval(
        id: ApprovalID(rawValue: "a-1"), provider: provider.id, secureElement: secureElement.id,
        tokens: [
            .init(
                number: 7, step: .load("F0544F4C4C", under: securityDomain.aid), command: [1, 2, 3], state: .used),
            .init(number: 8, step: .deletion("F0544F4C4C01"), command: [4]),
        ], confirmationCounter: 4, issuedAt: 1_700_000_500, expiresAt: 1_700_001_100)

    static let idempotencyRecord = IdempotencyRecord(
        scope: "provider:harbour", key: "k-1", requestDigest: Array(repeating: 0xD1, count: 32),
        createdAt: 1_700_000_400)

    static let auditEntries = [
        AuditEntry(
            at: 1, actor: "provider:harbour", action: "processScript", secureElement: secureElement.id, detail: "two"),
        AuditEntry(at: 2, actor: "operator:anna", action: "registerNetwork"),
    ]

    static let credentials = [
        CredentialRecord(
            digest: Array(repeating: 0xA1, count: 32), holder: .serviceProvider(provider.id), createdAt: 10),
        CredentialRecord(
            digest: Array(repeating: 0xA2, count: 32), holder: .operator(name: "anna"), createdAt: 11, revokedAt: 12),
        CredentialRecord(
            digest: Array(repeating: 0xA3, count: 32), holder: .agent(secureElement.id), createdAt: 13),
    ]

    /// What every other record stands on.
    static let directory: [StoreChange] = [
        .insertMobileNetwork(network), .insertMobileNetwork(otherNetwork), .insertServiceProvider(provider),
        .insertServiceProvider(otherProvider), .insertService(service), .insertSecureElement(secureElement),
        .insertSubscription(subscription),
    ]

    private static func made<Value>(_ make: () throws -> Value) -> Value {
        do {
            return try make()
        } catch {
            preconditionFailure("a specimen is valid by construction: \(error)")
        }
    }
}
