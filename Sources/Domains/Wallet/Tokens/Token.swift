public import EMV

/// A payment token: what a secure element pays with instead of a card's number.
///
/// It is good for one function on one secure element (its *domain*). Its digits are kept in the clear, for they are worth
/// nothing without the key in that secure element; requests and answers name it by its reference.
public struct Token: RevisedRecord, Hashable, Codable {
    /// What the record says of its life so far; whether it pays depends on the suspenders too.
    public enum Phase: String, Sendable, Codable { case inactive, activated, deleted }

    public enum State: String, Sendable, Codable { case inactive, active, suspended, deleted }

    public var reference: TokenReference
    public let number: TokenNumber
    /// PSN (tag 5F34).
    public let sequenceNumber: UInt8
    public let expiry: CardExpiry
    public var accountReference: PaymentAccountReference
    public var requestor: TokenRequestorID
    public var credential: CredentialID
    public var card: CardReference
    public var user: UserID
    public var device: DeviceID
    public var secureElement: SecureElementName
    public var function: PaymentFunction
    public var type: UniversalCardType
    public internal(set) var phase: Phase
    /// Who has suspended it and not resumed it since.
    public internal(set) var suspenders: Set<TokenActor>
    /// The highest counter that a payment has used; `nil` before the first.
    public var lastCounter: Int?
    public internal(set) var history: [TokenEvent]
    public var createdAt: Int64
    public internal(set) var updatedAt: Int64
    public var revision: Int

    /// inactive → active ⇄ suspended → deleted.
    public var state: State {
        switch phase {
        case .deleted: .deleted
        case .activated: suspenders.isEmpty ? .active : .suspended
        case .inactive: .inactive
        }
    }

    public init(
        reference: TokenReference, number: TokenNumber, sequenceNumber: UInt8, expiry: CardExpiry,
        accountReference: PaymentAccountReference, requestor: TokenRequestorID, credential: Credential,
        function: PaymentFunction, createdAt: Int64
    ) {
        self.reference = reference
        self.number = number
        self.sequenceNumber = sequenceNumber
        self.expiry = expiry
        self.accountReference = accountReference
        self.requestor = requestor
        self.credential = credential.id
        card = credential.card
        user = credential.user
        device = credential.device
        secureElement = credential.secureElement
        self.function = function
        type = credential.type
        phase = .inactive
        suspenders = []
        lastCounter = nil
        history = [TokenEvent(at: createdAt, change: .issued, by: .wallet, reason: "")]
        self.createdAt = createdAt
        updatedAt = createdAt
        revision = 0
    }
}

/// Who may change a token's state; what one has suspended only the same one resumes.
public enum TokenActor: String, Hashable, Sendable, Codable, CaseIterable {
    case user, wallet, issuer, fraud, migration
}

/// One change of a token's state.
public struct TokenEvent: Hashable, Sendable, Codable {
    public enum Change: String, Sendable, Codable { case issued, activated, suspended, resumed, deleted }

    public var at: Int64
    public var change: Change
    public var by: TokenActor
    /// Up to ``reasonBytesMax`` bytes; longer ones are cut.
    public var reason: String

    public static let reasonBytesMax = 128

    public init(at: Int64, change: Change, by: TokenActor, reason: String) {
        self.at = at
        self.change = change
        self.by = by
        self.reason = Self.cut(reason)
    }

    static func cut(_ reason: String) -> String {
        String(decoding: reason.utf8.prefix(reasonBytesMax), as: UTF8.self)
    }
}

/// Who asks for tokens: eleven digits, of which three name the token service (EMV Payment Tokenisation, tag 9F19).
public struct TokenRequestorID: Hashable, Sendable, Codable, CustomStringConvertible {
    public let value: String

    /// - Returns: `nil` for anything but eleven digits.
    public init?(_ text: String) {
        guard text.utf8.count == 11, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        value = text
    }

    init(unchecked value: String) { self.value = value }

    public var description: String { value }
}
