public import ISO7816

/// An OTA dialogue that a service provider has begun with one secure element.
public struct Communication: Hashable, Sendable, Codable {
    public enum State: Hashable, Sendable, Codable {
        case opened
        case executing(ExecutionNumber)
        case ended(OperationStatus)
        case expired
    }

    public var id: CommunicationID
    public var provider: ServiceProviderID
    public var secureElement: SecureElementIdentifier
    public var msi: MobileSubscriptionIdentifier
    public var service: ServiceIdentifier
    public var qualifier: ServiceQualifier
    public var targetApplication: AID
    /// For tracking: what the provider said it is going to do.
    public var operation: Operation
    public var terms: CommunicationTerms
    public var openedAt: Int64
    public var scriptsRun: Int
    public private(set) var state: State

    public init(
        id: CommunicationID, provider: ServiceProviderID, secureElement: SecureElementIdentifier,
        msi: MobileSubscriptionIdentifier, service: ServiceIdentifier, qualifier: ServiceQualifier,
        targetApplication: AID, operation: Operation, terms: CommunicationTerms, openedAt: Int64
    ) {
        self.id = id
        self.provider = provider
        self.secureElement = secureElement
        self.msi = msi
        self.service = service
        self.qualifier = qualifier
        self.targetApplication = targetApplication
        self.operation = operation
        self.terms = terms
        self.openedAt = openedAt
        scriptsRun = 0
        state = .opened
    }
}

/// Names a communication; unguessable.
public struct CommunicationID: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// What a provider said at begin it wants to do.
public enum Operation: String, Sendable, Codable, CaseIterable {
    case keyRotation, personalization, postPersonalization, provisioning
}

/// How the provider says an operation ended.
public enum OperationStatus: String, Sendable, Codable, CaseIterable { case success, failure }

/// COMPACT or EXPANDED, as GlobalPlatform messaging names the formats of scripts.
public enum ScriptFormat: String, Sendable, Codable, CaseIterable { case compact = "COMPACT", expanded = "EXPANDED" }

/// What the central TSM grants at begin (TSM-08).
public struct CommunicationTerms: Hashable, Sendable, Codable {
    /// The entity that carries the requests over the air.
    public var otaBearer: String
    public var scriptsMax: Int
    /// All command APDUs of one script together.
    public var scriptBytesMax: Int
    public var scriptFormat: ScriptFormat
    public var permittedSeconds: Int

    public static let scriptsMaxDefault = 16
    public static let scriptBytesMaxDefault = 65_536
    public static let scriptCommandsMax = 256
    public static let permittedSecondsDefault = 600
}

// MARK: - Life

extension Communication {
    public enum Event: Hashable, Sendable {
        case begin(script: ExecutionNumber)
        case settle(script: ExecutionNumber)
        case end(OperationStatus)
        /// Time passed; `now` in seconds since 1970.
        case tick(now: Int64)
    }

    /// Moves the communication on; a refusal changes nothing.
    public mutating func apply(_ event: Event) throws(CommunicationError) {
        switch (state, event) {
        case (.opened, .begin(let script)):
            guard scriptsRun < terms.scriptsMax else { throw .scriptsExhausted(granted: terms.scriptsMax) }
            scriptsRun += 1
            state = .executing(script)
        case (.executing, .begin):
            throw .scriptExecuting
        case (.executing(let running), .settle(let script)) where running == script:
            state = .opened
        case (_, .settle):
            return
        case (.opened, .end(let status)):
            state = .ended(status)
        case (.executing, .end):
            throw .scriptExecuting
        case (.opened, .tick(let now)) where now >= expiresAt:
            state = .expired
        case (_, .tick):
            return
        case (.ended, _):
            throw .ended
        case (.expired, _):
            throw .expired
        }
    }

    public var expiresAt: Int64 { openedAt + Int64(terms.permittedSeconds) }
}

/// Why a communication does not allow what was asked.
public enum CommunicationError: Error, Equatable, Sendable, CustomStringConvertible {
    case ended, expired, scriptExecuting
    case scriptsExhausted(granted: Int)

    public var description: String {
        switch self {
        case .ended: "the communication has ended; begin another"
        case .expired: "the communication's permitted time is over; begin another"
        case .scriptExecuting: "a script of this communication is still executing; retry it with its Idempotency-Key"
        case .scriptsExhausted(let granted): "all \(granted) scripts granted at begin have been used; begin another"
        }
    }
}
