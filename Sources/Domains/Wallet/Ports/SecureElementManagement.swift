public import GlobalPlatform
public import ISO7816

/// The way to the secure elements of the wallet's users: the central TSM, of which the wallet is a service provider like
/// any other.
public protocol SecureElementManagement: Sendable {
    /// The secure element behind a subscriber's number.
    func secureElement(of subscriber: String) async throws(SecureElementManagementError) -> SecureElementName

    /// Brings an application to life: pre-personalized, keys rotated, personalized with `data`, active. What is done is
    /// found done.
    ///
    /// - Returns: the instance.
    func provision(
        _ application: WalletApplication, for subscriber: String, data: [DataGrouping]
    ) async throws(SecureElementManagementError) -> AID

    /// STORE DATA for an active application, in one secure channel session; takes effect whole or not at all.
    ///
    /// What the card says no to is ``SecureElementManagementError/refused(_:)`` and changed nothing.
    func store(
        _ data: [DataGrouping], in application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError)

    /// Reads records of an active application: SELECT, READ RECORD. The answers are the card's own; nobody has signed them.
    func records(
        _ records: [RecordName], of application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError) -> [ResponseAPDU]

    func setLocked(
        _ isLocked: Bool, _ application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError)

    /// Removes the instance. Removing what is not there is no error.
    func delete(
        _ application: WalletApplication, for subscriber: String
    ) async throws(SecureElementManagementError)
}

/// One application of the wallet on a secure element, as the central TSM is asked for it.
public struct WalletApplication: Hashable, Sendable, Codable {
    /// The service at the central TSM.
    public var serviceNumber: Int
    public var serviceVersion: String
    /// PRN of the service qualifier: names the instance among those of the service.
    public var paymentReferenceNumber: String

    public init(serviceNumber: Int, serviceVersion: String, paymentReferenceNumber: String) {
        self.serviceNumber = serviceNumber
        self.serviceVersion = serviceVersion
        self.paymentReferenceNumber = paymentReferenceNumber
    }
}

/// A record of an application.
public struct RecordName: Hashable, Sendable {
    /// 1 to 30.
    public var shortFileIdentifier: UInt8
    public var number: UInt8

    public init(shortFileIdentifier: UInt8, number: UInt8) {
        self.shortFileIdentifier = shortFileIdentifier
        self.number = number
    }
}

public enum SecureElementManagementError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The number has no secure element, or not this one.
    case noSecureElement
    /// The card said no, and nothing changed.
    case cardRefused(StatusWord)
    /// The central TSM said no, and nothing changed; `code` as in its problem documents.
    case refused(code: String, detail: String)
    /// Nothing was sent: the handset is off or out of reach.
    case unreachable(detail: String)
    /// Something may have been done: it is found out by asking again, or by reading the card.
    case unsettled(detail: String)

    /// Whether it is certain that the card is as it was.
    public var changedNothing: Bool {
        switch self {
        case .noSecureElement, .cardRefused, .refused, .unreachable: true
        case .unsettled: false
        }
    }

    public var description: String {
        switch self {
        case .noSecureElement: "the number has no secure element"
        case .cardRefused(let statusWord): "the secure element refused: \(statusWord)"
        case .refused(let code, let detail): "the central TSM refused (\(code)): \(detail)"
        case .unreachable(let detail): "the secure element cannot be reached: \(detail)"
        case .unsettled(let detail): "not settled yet: \(detail)"
        }
    }
}
