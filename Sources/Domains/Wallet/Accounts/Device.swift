/// A device on which somebody has logged in, with the secure element that is in it.
///
/// A device that comes back with another secure element is another device. Two accounts may use one device: each has a
/// record of its own, with the same secure element.
public struct Device: RevisedRecord, Hashable, Codable {
    public enum State: String, Sendable, Codable { case active, removed }

    public var id: DeviceID
    public var user: UserID
    /// What its owner calls it, 1 to ``nameBytesMax`` bytes.
    public var name: String
    /// Never changes.
    public let secureElement: SecureElementName
    /// The subscriber's number that the central TSM knows the secure element by.
    public var subscriber: String
    /// A point on P-256, uncompressed; what the device signs with, where it has a key of its own.
    public var publicKey: [UInt8]?
    public var state: State
    public var createdAt: Int64
    public var lastLoginAt: Int64
    public var revision: Int

    public static let nameBytesMax = 64

    public init(
        id: DeviceID, user: UserID, name: String, secureElement: SecureElementName, subscriber: String,
        publicKey: [UInt8]? = nil, state: State = .active, createdAt: Int64, lastLoginAt: Int64, revision: Int = 0
    ) {
        self.id = id
        self.user = user
        self.name = name
        self.secureElement = secureElement
        self.subscriber = subscriber
        self.publicKey = publicKey
        self.state = state
        self.createdAt = createdAt
        self.lastLoginAt = lastLoginAt
        self.revision = revision
    }
}
