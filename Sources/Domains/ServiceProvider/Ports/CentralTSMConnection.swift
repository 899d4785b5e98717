public import ISO7816

/// The one party that a service provider talks to: the requests of the central TSM, over HTTP or in process.
public protocol CentralTSMConnection: Sendable {
    func secureElement(of subscriber: Subscriber) async throws(CentralTSMConnectionError) -> ProvidedSecureElement
    func prePersonalize(
        _ target: ServiceTarget, key: String
    ) async throws(CentralTSMConnectionError)
    /// - Returns: the communication identifier.
    func beginCommunication(
        _ target: ServiceTarget, application: AID, scriptBytes: Int, operation: String, key: String
    ) async throws(CentralTSMConnectionError) -> String
    func processScript(
        _ commands: [CommandAPDU], communication: String, key: String
    ) async throws(CentralTSMConnectionError) -> ProcessedScript
    func endCommunication(
        _ communication: String, succeeded: Bool, key: String
    ) async throws(CentralTSMConnectionError)
    func activate(_ target: ServiceTarget, key: String) async throws(CentralTSMConnectionError)
    func change(
        _ change: ServiceChange, of target: ServiceTarget, key: String
    ) async throws(CentralTSMConnectionError)
    func provision(
        _ target: ServiceTarget, rotation: [CommandAPDU]?, personalization: [CommandAPDU]?, activate: Bool, key: String
    ) async throws(CentralTSMConnectionError) -> ProcessedProvisioning
}

/// All that the provider knows of its customer.
public struct Subscriber: Hashable, Sendable {
    public var msi: String

    public init(msi: String) { self.msi = msi }
}

/// A service on one secure element.
public struct ServiceTarget: Hashable, Sendable {
    public var subscriber: Subscriber
    /// As *get SE data* answers it.
    public var secureElementID: String
    public var service: ServiceName
    /// PRN: names the credential.
    public var paymentReferenceNumber: String

    public init(
        subscriber: Subscriber, secureElementID: String, service: ServiceName, paymentReferenceNumber: String
    ) {
        self.subscriber = subscriber
        self.secureElementID = secureElementID
        self.service = service
        self.paymentReferenceNumber = paymentReferenceNumber
    }
}

public struct ServiceName: Hashable, Sendable {
    public var number: Int
    public var version: String

    public init(number: Int, version: String) {
        self.number = number
        self.version = version
    }
}

/// What the central TSM does to a service through its own security domain.
public enum ServiceChange: String, Hashable, Sendable, CaseIterable {
    /// The application stops; it can be unlocked again.
    case lock
    case unlock
    /// The instance goes; the security domain stays.
    case delete
}

/// What *get SE data* tells the provider.
public struct ProvidedSecureElement: Hashable, Sendable {
    public enum Custody: String, Sendable { case central, temporary, provider }

    public struct Service: Hashable, Sendable {
        public var name: ServiceName
        public var paymentReferenceNumber: String
        public var instance: AID
        /// As the API words it: prePersonalized, keysRotated, personalized, active, locked …
        public var status: String

        public init(name: ServiceName, paymentReferenceNumber: String, instance: AID, status: String) {
            self.name = name
            self.paymentReferenceNumber = paymentReferenceNumber
            self.instance = instance
            self.status = status
        }
    }

    public var id: String
    public var card: CardDescription?
    public var custody: Custody
    public var services: [Service]

    public init(id: String, card: CardDescription?, custody: Custody, services: [Service]) {
        self.id = id
        self.card = card
        self.custody = custody
        self.services = services
    }
}

/// What became of a script, as the provider sees it.
public struct ProcessedScript: Hashable, Sendable {
    public enum Verdict: String, Sendable { case completed, stopped, unknown }

    public var verdict: Verdict
    /// By position; `nil` where only the card, read afterwards, shows that the command took effect.
    public var responses: [Int: ResponseAPDU?]
    public var failedIndexes: [Int]
    /// What the card said no with, by position; a command that failed without an answer is not here.
    public var refusals: [Int: StatusWord]

    public init(
        verdict: Verdict, responses: [Int: ResponseAPDU?], failedIndexes: [Int], refusals: [Int: StatusWord] = [:]
    ) {
        self.verdict = verdict
        self.responses = responses
        self.failedIndexes = failedIndexes
        self.refusals = refusals
    }
}

public struct ProcessedProvisioning: Hashable, Sendable {
    public var rotation: ProcessedScript?
    public var personalization: ProcessedScript?
    public var isActive: Bool

    public init(rotation: ProcessedScript?, personalization: ProcessedScript?, isActive: Bool) {
        self.rotation = rotation
        self.personalization = personalization
        self.isActive = isActive
    }
}

public enum CentralTSMConnectionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The central TSM said no; `code` as in its problem documents.
    case refused(code: String, detail: String)
    /// No answer, or one that says to come again: repeat with the same key.
    case unsettled(detail: String)

    public var description: String {
        switch self {
        case .refused(let code, let detail): "\(code): \(detail)"
        case .unsettled(let detail): "not settled yet: \(detail)"
        }
    }
}
