extension API {
    /// A session that is in force, without its secret.
    public struct WalletSession: WireType {
        public var sessionId: String
        public var deviceId: String
        public var createdAt: Timestamp
        public var lastUsedAt: Timestamp
        public var expiresAt: Timestamp
        public var isThisOne: Bool

        public init(
            sessionId: String, deviceId: String, createdAt: Timestamp, lastUsedAt: Timestamp, expiresAt: Timestamp,
            isThisOne: Bool
        ) {
            self.sessionId = sessionId
            self.deviceId = deviceId
            self.createdAt = createdAt
            self.lastUsedAt = lastUsedAt
            self.expiresAt = expiresAt
            self.isThisOne = isThisOne
        }

        public static let schema = Schema.object(
            "WalletSession", "A session that is in force.",
            [
                .required("sessionId", sessionReferenceSchema), .required("deviceId", deviceSchema),
                .required("createdAt", .dateTime), .required("lastUsedAt", .dateTime, "To within an hour."),
                .required("expiresAt", .dateTime), .required("isThisOne", .boolean, "Whether it is the one that asks."),
            ])
    }

    /// Which sessions are to end.
    public struct SessionRevocation: WireType {
        public var sessionId: String?

        public init(sessionId: String? = nil) { self.sessionId = sessionId }

        public static let schema = Schema.object(
            "SessionRevocation", "Which sessions are to end.",
            [.optional("sessionId", sessionReferenceSchema, "All but the one that asks when absent.")])
    }

    public struct EndSessionRequest: WireType {
        public init() {}

        public static let schema = Schema.object("EndSessionRequest", "Ends the session that asks.", [])
    }

    public struct EndedSessions: WireType {
        public var count: Int

        public init(count: Int) { self.count = count }

        public static let schema = Schema.object(
            "EndedSessions", "How many sessions have ended.", [.required("count", .integer(0...1_000, example: 1))])
    }

    /// The password once more. It prints as nothing.
    public struct ReauthenticationRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var password: String

        public init(password: String) { self.password = password }

        public var description: String { "‹password›" }
        public var customMirror: Mirror { Mirror(self, children: []) }

        public static let schema = Schema.object(
            "ReauthenticationRequest", "The password once more, before a card is moved or removed.",
            [.required("password", passwordSchema)])
    }

    public struct Reauthentication: WireType {
        public var freshUntil: Timestamp

        public init(freshUntil: Timestamp) { self.freshUntil = freshUntil }

        public static let schema = Schema.object(
            "Reauthentication", "Until when cards may be moved.", [.required("freshUntil", .dateTime)])
    }

    public struct RemoveDeviceRequest: WireType {
        public init() {}

        public static let schema = Schema.object(
            "RemoveDeviceRequest", "Removes the device, and ends its sessions.", [])
    }
}
