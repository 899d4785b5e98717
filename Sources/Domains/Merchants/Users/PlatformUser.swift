/// A user of the platform: a name, and an account that rewards go to. Nothing that pays is known of it.
public struct PlatformUser: Hashable, Sendable, Codable {
    public var id: PlatformUserID
    /// 2 to 32 lower-case letters, digits, points and hyphens; no two users have one.
    public var name: String
    /// The account at the payment server that rewards go to.
    public var rewardAccount: String?
    public var registeredAt: Int64

    public init(id: PlatformUserID, name: String, rewardAccount: String?, registeredAt: Int64) {
        self.id = id
        self.name = name
        self.rewardAccount = rewardAccount
        self.registeredAt = registeredAt
    }

    static func checked(name: String) throws(MerchantsError) -> String {
        guard (2...32).contains(name.utf8.count),
            name.utf8.allSatisfy({ isLowercase($0) || isDigit($0) || $0 == 0x2D || $0 == 0x2E })
        else {
            throw .invalid(field: "name", reason: "2 to 32 lower-case letters, digits, points and hyphens")
        }
        return name
    }
}

/// A user that was registered. The secret is told once.
public struct RegisteredUser: Hashable, Sendable, Codable {
    public var user: PlatformUser
    public var secret: String
}

/// Two users of whom one has asked the other; both have agreed when ``agreedAt`` is known.
public struct UserRelation: Hashable, Sendable, Codable {
    /// Who asked.
    public var asking: PlatformUserID
    public var asked: PlatformUserID
    public var askedAt: Int64
    public var agreedAt: Int64?

    public init(asking: PlatformUserID, asked: PlatformUserID, askedAt: Int64, agreedAt: Int64? = nil) {
        self.asking = asking
        self.asked = asked
        self.askedAt = askedAt
        self.agreedAt = agreedAt
    }

    /// The other one of the two.
    public func other(than user: PlatformUserID) -> PlatformUserID { user == asking ? asked : asking }
}

/// A relation as one of the two sees it.
public struct RelationView: Hashable, Sendable, Codable {
    public var name: String
    public var state: State

    /// Whose turn it is.
    public enum State: String, Hashable, Sendable, Codable {
        case mutual
        /// The other has not agreed yet.
        case asked
        /// The other has asked.
        case asking
    }
}
