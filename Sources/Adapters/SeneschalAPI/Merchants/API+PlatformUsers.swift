extension API {
    /// A user of the platform.
    public struct RegisterPlatformUserRequest: WireType {
        public var name: String
        public var rewardAccount: String?

        public init(name: String, rewardAccount: String? = nil) {
            self.name = name
            self.rewardAccount = rewardAccount
        }

        public static let schema = Schema.object(
            "RegisterPlatformUserRequest", "A user of the platform.",
            [
                .required("name", platformUserNameSchema),
                .optional("rewardAccount", merchantPayeeSchema, "Where its rewards go."),
            ])
    }

    /// A user of the platform.
    public struct PlatformUser: WireType {
        public var user: String
        public var name: String
        public var rewardAccount: String?
        public var registeredAt: Timestamp

        public init(user: String, name: String, rewardAccount: String? = nil, registeredAt: Timestamp) {
            self.user = user
            self.name = name
            self.rewardAccount = rewardAccount
            self.registeredAt = registeredAt
        }

        public static let schema = Schema.object(
            "PlatformUser", "A user of the platform.",
            [
                .required("user", platformUserIDSchema),
                .required("name", platformUserNameSchema),
                .optional("rewardAccount", merchantPayeeSchema),
                .required("registeredAt", .dateTime),
            ])
    }

    /// A user that was registered, and its access credential, which is told here and nowhere else.
    public struct RegisteredPlatformUser: WireType, CustomStringConvertible, CustomReflectable {
        public var user: PlatformUser
        public var secret: String

        public init(user: PlatformUser, secret: String) {
            self.user = user
            self.secret = secret
        }

        public var description: String { "‹user with its credential›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "RegisteredPlatformUser",
            "A user that was registered, and its access credential, which is told here and nowhere else.",
            [
                .required("user", PlatformUser.schema),
                .required("secret", secretSchema),
            ])
    }

    /// Where the user's rewards go.
    public struct RewardAccountRequest: WireType {
        public var rewardAccount: String

        public init(rewardAccount: String) {
            self.rewardAccount = rewardAccount
        }

        public static let schema = Schema.object(
            "RewardAccountRequest", "Where the user's rewards go.",
            [
                .required("rewardAccount", merchantPayeeSchema)
            ])
    }

    /// Another user.
    public struct RelationRequest: WireType {
        public var name: String

        public init(name: String) {
            self.name = name
        }

        public static let schema = Schema.object(
            "RelationRequest", "Another user.",
            [
                .required("name", platformUserNameSchema)
            ])
    }

    public enum RelationState: String, Codable, Sendable, CaseIterable { case mutual, asked, asking, ended }

    /// Two users, as one of them sees it.
    public struct Relation: WireType {
        public var name: String
        public var state: RelationState

        public init(name: String, state: RelationState) {
            self.name = name
            self.state = state
        }

        public static let schema = Schema.object(
            "Relation", "Two users, as one of them sees it.",
            [
                .required("name", platformUserNameSchema),
                .required(
                    "state", .choice(RelationState.self),
                    "`asked`: the other has not agreed; `asking`: the other has asked."),
            ])
    }

    static let platformUserNameSchema = Schema(
        "2 to 32 lower-case letters, digits, points and hyphens.", .printable(2...32), example: "ada")
    static let platformUserIDSchema = Schema.printable(36...36, example: "usr_00000000000000000000000000000001")
}
