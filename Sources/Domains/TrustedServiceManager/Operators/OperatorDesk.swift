public import CardCryptography
import ISO7816

/// What a TSM operator does: registers networks, providers, services, cards and subscriptions, and sees what happens.
public struct OperatorDesk: Sendable {
    let store: any DirectoryStore
    let keys: any KeyService
    let clock: any WallClock
    let random: any RandomSource
    let tsm: CentralTSM
    private let requestTurns = RequestTurns()
    private let query: QueryModule
    private let receive: ReceiveModule

    public init(
        store: any DirectoryStore, keys: any KeyService, clock: any WallClock, random: any RandomSource,
        tsm: CentralTSM
    ) {
        self.store = store
        self.keys = keys
        self.clock = clock
        self.random = random
        self.tsm = tsm
        query = QueryModule(store: store)
        receive = ReceiveModule(store: store, keys: keys, clock: clock)
    }

    /// The directory, for lists.
    public var directory: any DirectoryStore { store }
}

/// Which operator asks, and the key under which a repetition is recognised.
public struct OperatorContext: Sendable {
    public let name: String
    public let idempotencyKey: String?
    public let requestDigest: [UInt8]

    /// Whose keys they are: each operator counts its own.
    var scope: String { "operator/\(name)" }

    public init(name: String, idempotencyKey: String?, requestDigest: [UInt8]) {
        self.name = name
        self.idempotencyKey = idempotencyKey
        self.requestDigest = requestDigest
    }
}

// MARK: - Registration

extension OperatorDesk {
    public func registerMobileNetwork(
        _ name: String, _ context: OperatorContext
    ) async throws(TSMError) -> MobileNetworkRecord {
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(Self.isNameCharacter) else {
            throw .invalid(field: "name", reason: "1 to 64 letters, digits, '-', '_' or '.': it stands in a URL")
        }
        return try await once(context, "network.register \(name)") { _ throws(TSMError) in
            let record = MobileNetworkRecord(name: name)
            return (record, [.insertMobileNetwork(record)])
        }
    }

    /// Registers a service provider, makes its temporary master key and wraps it under the provider's transport key.
    public func registerServiceProvider(
        name: String, transportKey: String, _ context: OperatorContext
    ) async throws(TSMError) -> RegisteredServiceProvider {
        guard (1...64).contains(name.utf8.count) else { throw .invalid(field: "name", reason: "1 to 64 bytes") }
        return try await once(context, "provider.register \(name)") { now throws(TSMError) in
            let known = try await stored { () async throws(StoreError) in try await store.serviceProviders() }
            guard !known.contains(where: { $0.name == name }) else {
                throw .duplicate(reason: "a service provider named \(name) exists already")
            }
            guard let number = UInt16(exactly: (known.map { Int($0.number) }.max() ?? 0) + 1) else {
                throw .invalid(field: "name", reason: "65 535 service providers are registered: no more fit")
            }
            let master = try await makeMasterKey("temporary keys of \(name)", under: transportKey)
            let record = ServiceProviderRecord(
                id: ServiceProviderID(rawValue: random.bytes(8).hex.lowercased()), name: name,
                temporaryMasterKey: master.index, transportKey: transportKey, number: number, registeredAt: now)
            let secret = makeSecret()
            return (
                RegisteredServiceProvider(provider: record, secret: secret, temporaryMasterKey: master),
                [.insertServiceProvider(record), credential(secret, .serviceProvider(record.id), now)]
            )
        }
    }

    public func registerService(
        _ definition: ServiceDefinition, _ context: OperatorContext
    ) async throws(TSMError) -> ServiceDefinition {
        try await once(context, "service.register \(definition.identifier)") { _ throws(TSMError) in
            (definition, [.insertService(definition)])
        }
    }

    /// Makes the master key of a batch of cards for their manufacturer, wrapped under the manufacturer's transport key.
    public func createCardBatch(
        label: String, transportKey: String, _ context: OperatorContext
    ) async throws(TSMError) -> WrappedMasterKey {
        guard (1...64).contains(label.utf8.count) else { throw .invalid(field: "label", reason: "1 to 64 bytes") }
        return try await once(context, "card-batch.create \(label)") { _ throws(TSMError) in
            (try await makeMasterKey("card batch \(label)", under: transportKey), [])
        }
    }

    /// Registers a secure element of a batch and makes the access credential of its local agent.
    public func registerSecureElement(
        _ registration: SecureElementRegistration, _ context: OperatorContext
    ) async throws(TSMError) -> RegisteredSecureElement {
        guard registration.keyDiversificationData.count == 10 else {
            throw .invalid(field: "keyDiversificationData", reason: "10 bytes, as INITIALIZE UPDATE answers them")
        }
        guard registration.standard.numbers != nil else {
            throw .invalid(field: "standard.version", reason: "a version is dotted decimal, such as 2.3.1")
        }
        return try await once(context, "secure-element.register \(registration.id)") { now throws(TSMError) in
            let network = try await stored { () async throws(StoreError) in
                try await store.mobileNetwork(registration.mobileNetwork)
            }
            guard network != nil else {
                throw .notFound(field: "mnoName", reason: "no mobile network of this name is registered")
            }
            let record = registration.record(registeredAt: now)
            let secret = makeSecret()
            return (
                RegisteredSecureElement(secureElement: record, agentSecret: secret),
                [.insertSecureElement(record), credential(secret, .agent(record.id), now)]
            )
        }
    }

    public func registerSubscription(
        _ subscription: SubscriptionRecord, _ context: OperatorContext
    ) async throws(TSMError) -> SubscriptionRecord {
        try await once(context, "subscription.register") { _ throws(TSMError) in
            _ = try await query.secureElement(subscription.secureElement)
            return (subscription, [.insertSubscription(subscription)])
        }
    }

    /// The first operator credential, made at first run.
    public func createOperatorCredential(name: String) async throws(TSMError) -> String {
        let secret = makeSecret()
        try await stored { () async throws(StoreError) in
            try await store.commit([credential(secret, .operator(name: name), clock.now())])
        }
        return secret
    }

    /// Settles what is open on a card and sets the directory to what the card says.
    public func reconcile(
        _ id: SecureElementIdentifier, _ context: OperatorContext
    ) async throws(TSMError) -> Reconciliation {
        try await tsm.reconcile(id)
    }
}

// MARK: - Answers

/// A master key on its way to another party.
public struct WrappedMasterKey: Hashable, Sendable, Codable {
    public var index: MasterKeyIndex
    /// RSA-OAEP, SHA-256, under the other party's transport key.
    public var wrappedKey: [UInt8]
}

public struct RegisteredServiceProvider: Hashable, Sendable, Codable {
    public var provider: ServiceProviderRecord
    /// The bearer secret, told once.
    public var secret: String
    public var temporaryMasterKey: WrappedMasterKey
}

public struct RegisteredSecureElement: Hashable, Sendable, Codable {
    public var secureElement: SecureElementRecord
    /// The bearer secret of the local agent, told once.
    public var agentSecret: String
}

/// What an operator says of a new secure element.
public struct SecureElementRegistration: Hashable, Sendable {
    public var id: SecureElementIdentifier
    public var mobileNetwork: String
    public var profileID: String
    public var type: SecureElementType
    public var standard: StandardVersion
    public var certificationLevel: Int
    public var expiresAt: Int64
    public var centralSecurityDomain: CentralSecurityDomainRecord

    public init(
        id: SecureElementIdentifier, mobileNetwork: String, profileID: String, type: SecureElementType,
        standard: StandardVersion, certificationLevel: Int, expiresAt: Int64,
        centralSecurityDomain: CentralSecurityDomainRecord
    ) {
        self.id = id
        self.mobileNetwork = mobileNetwork
        self.profileID = profileID
        self.type = type
        self.standard = standard
        self.certificationLevel = certificationLevel
        self.expiresAt = expiresAt
        self.centralSecurityDomain = centralSecurityDomain
    }

    var keyDiversificationData: [UInt8] { centralSecurityDomain.keys.keyDiversificationData }

    func record(registeredAt now: Int64) -> SecureElementRecord {
        SecureElementRecord(
            id: id, mobileNetwork: mobileNetwork, profileID: profileID, type: type, standard: standard,
            certificationLevel: certificationLevel, expiresAt: expiresAt,
            centralSecurityDomain: centralSecurityDomain, registeredAt: now)
    }
}

// MARK: - Once

extension OperatorDesk {
    /// Performs a registration once: effect, audit line and answer are committed together.
    private func once<Answer: Codable & Sendable>(
        _ context: OperatorContext, _ action: String,
        _ perform: (_ now: Int64) async throws(TSMError) -> (Answer, [StoreChange])
    ) async throws(TSMError) -> Answer {
        try await requestTurns.take(IdempotencyName(scope: context.scope, key: context.idempotencyKey)) {
            () async throws(TSMError) in try await onceInTurn(context, action, perform)
        }
    }

    private func onceInTurn<Answer: Codable & Sendable>(
        _ context: OperatorContext, _ action: String,
        _ perform: (_ now: Int64) async throws(TSMError) -> (Answer, [StoreChange])
    ) async throws(TSMError) -> Answer {
        let admission: ReceiveModule.Admission<Answer> = try await receive.admit(
            scope: context.scope, key: context.idempotencyKey, digest: context.requestDigest)
        let record: IdempotencyRecord
        switch admission {
        case .answered(let answer): return answer
        case .first(let new), .interrupted(let new): record = new
        }
        let now = clock.now()
        let (answer, changes) = try await perform(now)
        let entry = AuditEntry(at: now, actor: "operator:\(context.name)", action: action)
        let kept = try await receive.keeping(answer, in: record)
        try await stored { () async throws(StoreError) in try await store.commit(changes + [.audit(entry), kept]) }
        return answer
    }

    private func makeMasterKey(
        _ label: String, under transportKey: String
    ) async throws(TSMError) -> WrappedMasterKey {
        do {
            let index = try await keys.createMasterKey(label: label)
            return WrappedMasterKey(
                index: index, wrappedKey: try await keys.wrappedMasterKey(index, underTransportKey: transportKey))
        } catch KeyServiceError.invalidTransportKey(let reason) {
            throw .invalid(field: "transportKey", reason: reason)
        } catch {
            throw .internal(reason: "\(error)")
        }
    }

    /// 256 bits of randomness; only the digest is kept.
    private func makeSecret() -> String { random.bytes(32).hex.lowercased() }

    private func credential(_ secret: String, _ holder: CredentialRecord.Holder, _ now: Int64) -> StoreChange {
        .insertCredential(CredentialRecord(digest: Self.digest(of: secret), holder: holder, createdAt: now))
    }

    /// SHA-256: what the store knows of a bearer secret.
    public static func digest(of secret: String) -> [UInt8] { Digest.hash(Array(secret.utf8)) }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
