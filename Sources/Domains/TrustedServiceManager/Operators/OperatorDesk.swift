public import CardCryptography
import ISO7816
import TurnTaking

/// What a TSM operator does: registers networks, providers, services, cards and subscriptions, and sees what happens.
public struct OperatorDesk: Sendable {
    let store: any DirectoryStore
    let keys: any KeyService
    let clock: any WallClock
    let random: any RandomSource
    let tsm: CentralTSM
    let requestTurns = RequestTurns()
    let query: QueryModule
    let receive: ReceiveModule

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
public struct OperatorContext: Requester {
    public let name: String
    public let idempotencyKey: String?
    public let requestDigest: [UInt8]

    /// Whose keys they are: each operator counts its own.
    var scope: String { "operator/\(name)" }
    var actor: String { "operator:\(name)" }

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
        return try await once(context, "card-batch.create \(label)") { now throws(TSMError) in
            let master = try await makeMasterKey("card batch \(label)", under: transportKey)
            return (
                master, [.insertCardBatch(CardBatchRecord(masterKey: master.index, label: label, createdAt: now))]
            )
        }
    }

    /// Registers a secure element of a batch and makes the access credential of its local agent.
    public func registerSecureElement(
        _ registration: SecureElementRegistration, _ context: OperatorContext
    ) async throws(TSMError) -> RegisteredSecureElement {
        try registration.check()
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
}
