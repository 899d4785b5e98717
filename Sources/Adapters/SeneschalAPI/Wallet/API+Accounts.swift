extension API {
    /// Who opens an account. It prints without the password.
    public struct AccountRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var loginName: String
        public var displayName: String
        public var password: String

        public init(loginName: String, displayName: String, password: String) {
            self.loginName = loginName
            self.displayName = displayName
            self.password = password
        }

        public var description: String { "account \(loginName)" }
        public var customMirror: Mirror { Mirror(self, children: ["loginName": loginName]) }

        public static let schema = Schema.object(
            "AccountRequest", "Who opens an account.",
            [
                .required("loginName", loginNameSchema),
                .required("displayName", .text(1...128, example: "Ada"), "What the person wants to be called."),
                .required("password", passwordSchema),
            ])
    }

    public struct OpenedAccount: WireType {
        public var userId: String

        public init(userId: String) { self.userId = userId }

        public static let schema = Schema.object(
            "OpenedAccount", "An account that was opened.", [.required("userId", userSchema)])
    }

    /// Who logs in, and on what device. It prints without the password.
    public struct LoginRequest: WireType, CustomStringConvertible, CustomReflectable {
        public var loginName: String
        public var password: String
        public var deviceId: String?
        public var deviceName: String
        public var secureElement: String
        public var subscriber: String
        public var publicKey: HexBytes?

        public init(
            loginName: String, password: String, deviceId: String? = nil, deviceName: String, secureElement: String,
            subscriber: String, publicKey: HexBytes? = nil
        ) {
            self.loginName = loginName
            self.password = password
            self.deviceId = deviceId
            self.deviceName = deviceName
            self.secureElement = secureElement
            self.subscriber = subscriber
            self.publicKey = publicKey
        }

        public var description: String { "login \(loginName)" }
        public var customMirror: Mirror { Mirror(self, children: ["loginName": loginName]) }

        public static let schema = Schema.object(
            "LoginRequest", "Who logs in, and on what device.",
            [
                .required("loginName", loginNameSchema), .required("password", passwordSchema),
                .optional("deviceId", deviceSchema, "As answered to an earlier login on this device."),
                .required("deviceName", .text(1...64, example: "Ada's phone")),
                .required("secureElement", walletElementSchema, "Read from the secure element; it never changes."),
                .required(
                    "subscriber", .printable(1...32, example: "491700000001"),
                    "The number that the central TSM knows the secure element by."),
                .optional(
                    "publicKey", .hex(65...65, example: "04" + String(repeating: "5A", count: 64)),
                    "What the device signs with: an uncompressed point on P-256."),
            ])
    }

    /// A session that was opened. It prints without its secret.
    public struct OpenedSession: WireType, CustomStringConvertible, CustomReflectable {
        public var sessionId: String
        public var secret: String
        public var userId: String
        public var device: Device
        public var expiresAt: Timestamp

        public init(sessionId: String, secret: String, userId: String, device: Device, expiresAt: Timestamp) {
            self.sessionId = sessionId
            self.secret = secret
            self.userId = userId
            self.device = device
            self.expiresAt = expiresAt
        }

        public var description: String { "session \(sessionId)" }
        public var customMirror: Mirror { Mirror(self, children: ["sessionId": sessionId]) }

        public static let schema = Schema.object(
            "OpenedSession", "A session that was opened; its secret is told here and nowhere else.",
            [
                .required("sessionId", sessionReferenceSchema),
                .required(
                    "secret", .printable(64...64, example: String(repeating: "0f", count: 32)),
                    "For the Authorization header of what follows."),
                .required("userId", userSchema), .required("device", Device.schema),
                .required("expiresAt", .dateTime),
            ])
    }

    /// A device of a user.
    public struct Device: WireType {
        public var deviceId: String
        public var name: String
        public var secureElement: String
        public var lastLoginAt: Timestamp

        public init(deviceId: String, name: String, secureElement: String, lastLoginAt: Timestamp) {
            self.deviceId = deviceId
            self.name = name
            self.secureElement = secureElement
            self.lastLoginAt = lastLoginAt
        }

        public static let schema = Schema.object(
            "Device", "A device of a user.",
            [
                .required("deviceId", deviceSchema), .required("name", .text(1...64, example: "Ada's phone")),
                .required("secureElement", walletElementSchema), .required("lastLoginAt", .dateTime),
            ])
    }

    static let loginNameSchema = Schema(
        "3 to 64 letters, digits and . - _ + @; capitals do not count.", .printable(3...64), example: "ada@example.org")
    static let passwordSchema = Schema.text(8...128, example: "correct horse battery staple")
    static let sessionReferenceSchema = Schema.printable(36...36, example: "ses_00112233445566778899aabbccddeeff")
    static let walletElementSchema = Schema.hex(1...32, example: "45434E0000000001")
}
